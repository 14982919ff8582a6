import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../store/connection.ts';
import { openConnection } from '../store/connection.ts';
import type { RecallFact, RecallQuery } from './recall.ts';
import { recall } from './recall.ts';
import { recallStore } from './recall.store.ts';
import { listMissing, openVectors, putVectors } from './vectors.store.ts';

const now = '2026-11-28T12:00:00.000Z';
const here = { kind: 'place', workspaceId: 'w1', worktree: null, roleId: 'r1' } as const;

function fact(id: string, text: string, over: Partial<RecallFact> = {}): RecallFact {
  return {
    ...{ id, text, type: 'belief', scope: 'repository', workspaceId: 'w1', worktree: null },
    ...{
      roleId: null,
      state: 'accepted',
      pinned: false,
      uses: 0,
      lastUsedAt: null,
      validFrom: now,
    },
    ...over,
  };
}

describe('recall', () => {
  let directory: string;
  let connection: Connection;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-recall-'));
    connection = openConnection(join(directory, 'recall.db'));
    for (const migration of recallStore.migrations) await migration.up(connection.db);
  });
  afterEach(() => {
    connection.close();
    rmSync(directory, { recursive: true });
  });

  async function put(...facts: readonly RecallFact[]): Promise<void> {
    connection.raw.exec('begin');
    await recall.put(connection.db, facts);
    connection.raw.exec('commit');
  }

  async function find(text: string, over: Partial<RecallQuery> = {}): Promise<string[]> {
    const query: RecallQuery = { text, reach: here, states: ['accepted'], limit: 10, now, ...over };
    return (await recall.search(connection.db, query)).map(({ id }) => id);
  }

  async function giveVectors(model: string, vectorOf: (id: string) => number[]): Promise<boolean> {
    const db = openVectors(connection.db);
    const missing = await listMissing(db, { model, count: 100 });
    const vectors = missing.map(({ id, textHash }) => ({
      ...{ id, textHash },
      values: Float32Array.from(vectorOf(id)),
    }));
    connection.raw.exec('begin');
    const dimension = vectors[0]?.values.length ?? 0;
    const isKept = await putVectors(db, { model, dimension, vectors });
    connection.raw.exec('commit');
    return isKept;
  }

  it('reaches what is of the place, the person and everywhere, and nothing else', async () => {
    const text = 'The release needs a tag.';
    await put(
      fact('repository', text),
      fact('other repository', text, { workspaceId: 'w2' }),
      fact('worktree', text, { worktree: '/w1/a' }),
      fact('role', text, { scope: 'agent', roleId: 'r1' }),
      fact('other role', text, { scope: 'agent', roleId: 'r2' }),
      fact('person', text, { scope: 'person', workspaceId: null }),
      fact('everywhere', text, { scope: 'everywhere', workspaceId: 'w2' }),
      fact('waiting', text, { state: 'quarantined' }),
    );
    assert.deepEqual((await find('release')).toSorted(), [
      ...['everywhere', 'person', 'repository', 'role'],
    ]);
    const inWorktree = { ...here, worktree: '/w1/a' };
    assert.ok((await find('release', { reach: inWorktree })).includes('worktree'));
    assert.equal((await find('release', { reach: { kind: 'everything' } })).length, 7);
    assert.deepEqual(await find('release', { states: ['quarantined'] }), ['waiting']);
    assert.deepEqual(await find('release', { scopes: ['person'] }), ['person']);
    assert.deepEqual(await find('release', { types: ['gotcha'] }), []);
    const nowhere = { ...here, workspaceId: null, roleId: null };
    assert.deepEqual((await find('release', { reach: nowhere })).toSorted(), [
      'everywhere',
      'person',
    ]);
  });

  it('puts before its like what is pinned, used, new and near, and nothing before what answers better', async () => {
    const text = 'The release needs a tag.';
    const old = { validFrom: '2024-01-01T00:00:00.000Z' };
    await put(
      fact('old', text, old),
      fact('used lately', text, { ...old, uses: 9, lastUsedAt: now }),
      fact('with a pin', text, { pinned: true, uses: 9 }),
      fact('new', text),
      fact('own', text, { scope: 'agent', roleId: 'r1' }),
      fact('answer', 'Once a release is ready its tag is made by make_tag.sh.', old),
    );
    const found = await find('what does make_tag.sh do for the release tag?');
    assert.equal(found[0], 'answer');
    assert.equal(found[1], 'with a pin');
    assert.equal(found.at(-1), 'old');
  });

  it('compares by meaning what is in reach only, however much else is nearer', async () => {
    const others = Array.from({ length: 40 }, (_, index) =>
      fact(`other${index}`, `thing ${index}`, { workspaceId: 'w2' }),
    );
    await put(...others, fact('mine', 'another matter'));
    await giveVectors('m', (id) => (id === 'mine' ? [0.6, 0.8] : [1, 0]));
    const vector = { model: 'm', values: Float32Array.from([1, 0]) };
    assert.deepEqual(await find('', { vector }), ['mine']);
  });

  it('compares vectors of one model and dimension only, and drops those of an earlier text', async () => {
    await put(fact('a', 'alpha words'), fact('b', 'beta words'));
    assert.equal(await giveVectors('m', (id) => (id === 'a' ? [1, 0] : [0, 1])), true);
    const vector = { model: 'm', values: Float32Array.from([1, 0]) };
    assert.equal((await find('', { vector }))[0], 'a');
    assert.deepEqual(await find('', { vector: { ...vector, model: 'other' } }), []);
    assert.deepEqual(
      await find('', { vector: { model: 'm', values: Float32Array.from([1, 0, 0]) } }),
      [],
    );
    await put(fact('a', 'alpha is another text now'));
    assert.deepEqual(
      (await find('', { vector })).filter((id) => id === 'a'),
      [],
    );
    assert.deepEqual(
      (await listMissing(openVectors(connection.db), { model: 'm', count: 9 })).map(({ id }) => id),
      ['a'],
    );
    assert.equal(await giveVectors('m', () => [1, 0, 0]), false);
    assert.equal(await giveVectors('m', () => [1, 0]), true);
    assert.equal((await find('', { vector }))[0], 'a');
  });

  it('takes nothing for stored that a rolled back call left in memory', async () => {
    await put(fact('a', 'alpha'), fact('b', 'beta'));
    await giveVectors('m', () => [0, 1]);
    const vector = { model: 'm', values: Float32Array.from([0, 1]) };
    assert.deepEqual((await find('', { vector })).toSorted(), ['a', 'b']);
    connection.raw.exec('begin');
    await recall.remove(connection.db, ['a']);
    assert.deepEqual(await find('', { vector }), ['b']);
    connection.raw.exec('rollback');
    await put(fact('c', 'gamma'));
    await giveVectors('m', () => [0, 1]);
    assert.deepEqual((await find('', { vector })).toSorted(), ['a', 'b', 'c']);
  });

  it('keeps its index in few parts, however many facts are saved one by one', async () => {
    const parts = (): unknown =>
      connection.raw.prepare('select count(distinct segid) from recall_words_idx').pluck().get();
    for (let at = 0; at < 47; at += 1) {
      await put(fact(`f${at}`, `The shelf ${at} holds paint.`));
      assert.ok(Number(parts()) < 8, String(parts()));
    }
    // As a database of an earlier version is brought up to date.
    const [, later] = recallStore.migrations;
    await later?.up(connection.db);
    assert.equal(parts(), 1);
    assert.equal((await find('shelf 31'))[0], 'f31');
  });

  it('leaves nothing of a removed fact in the index, on disk neither', async () => {
    await put(fact('a', 'the zebrafishword stays'), fact('b', 'the okapiconnection_2 goes'));
    connection.raw.exec('begin');
    await recall.remove(connection.db, ['b']);
    connection.raw.exec('commit');
    assert.deepEqual(await find('okapiconnection_2'), []);
    connection.raw.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(join(directory, 'recall.db'));
    assert.equal(bytes.includes('zebrafishword'), true);
    assert.equal(bytes.includes('okapiconn'), false);
  });

  it('sees what is remembered already, of the same place and wider ones', async () => {
    const text = 'Use Node 24 for the build of the shop.';
    await put(
      fact('same', 'use NODE 24 for the build of the shop'),
      fact('value', 'Use Node 22 for the build of the shop.'),
      fact('wide near', 'Use Node 24 for the build of the whole shop.', { scope: 'everywhere' }),
      fact('wide same', text, { scope: 'person' }),
      fact('far', text, { workspaceId: 'w2' }),
      fact('of a role', text, { scope: 'agent', roleId: 'r1' }),
    );
    const found = await recall.findSimilar(connection.db, fact('new', text));
    assert.deepEqual(found.map(({ id, kind }) => `${id}: ${kind}`).toSorted(), [
      ...['same: same', 'value: contradicts', 'wide same: same'],
    ]);
    assert.deepEqual(
      (await recall.findSimilar(connection.db, fact('same', text))).some(({ id }) => id === 'same'),
      false,
    );
  });

  it('sees by meaning what hardly shares half of its words', async () => {
    await put(fact('old', 'Build the shop with Node 24.'));
    await giveVectors('m', () => [1, 0]);
    const asked = fact('new', 'Build the shop with Node 24, on laptops and servers alike.');
    const vector = { model: 'm', values: Float32Array.from([1, 0]) };
    assert.deepEqual(await recall.findSimilar(connection.db, asked), []);
    const [near] = await recall.findSimilar(connection.db, asked, vector);
    assert.deepEqual([near?.id, near?.kind], ['old', 'near']);
  });
});

import assert from 'node:assert/strict';
import { aBlockRow, aFactRow, aSaidFactRow, aSource } from '../../test/support/memoryRow.ts';
import { MemoryStore } from '../../test/support/memoryStore.ts';
import type { Imported } from './import.store.ts';
import type { FactRow } from './rows.ts';

const ownerDaemonId = '0197a1b2-0000-7000-8000-000000000002';
const act = { by: aSource({ by: 'person' }), ownerDaemonId };
const later = '2026-12-29T12:00:00.000Z';
const everything = { kind: 'everything' } as const;
const muchLater = '2027-02-28T12:00:00.000Z';

describe('what is kept of memory', () => {
  let store: MemoryStore;
  beforeEach(async () => {
    store = await MemoryStore.open();
  });
  afterEach(() => store.close());

  async function save(draft: FactRow): Promise<FactRow> {
    const request = { draft, ownerDaemonId, supersedes: null, idempotencyKey: null };
    return (await store.methods.save({ ...request, vector: undefined })).fact;
  }

  async function texts(now = store.now): Promise<string[]> {
    const filter = { reach: everything, now };
    const { facts } = await store.methods.list({ filter, page: { limit: 100 } });
    return facts.map((fact) => fact.text);
  }

  function id(at: number): string {
    return `0197a1b2-0000-7000-8000-0000000001${String(at).padStart(2, '0')}`;
  }

  it('forgets after 30 days what nobody looked at or used, and that can be undone', async () => {
    await save(aFactRow({ id: id(1), text: 'Nobody looks at this.' }));
    const used = await save(aFactRow({ id: id(2), text: 'The cache is in Redis.' }));
    await save(aSaidFactRow({ id: id(3), text: 'A person says so.' }));
    const query = {
      ...{ text: 'cache Redis', reach: everything, limit: 5 },
      states: ['accepted'],
      now: '2026-12-20T12:00:00.000Z',
    } as const;
    const hits = await store.methods.search({ query, markUsed: true });
    assert.deepEqual(
      hits.map(({ fact }) => [fact.id, fact.uses, fact.lastUsedAt, fact.expiresAt]),
      [[used.id, 1, query.now, '2027-01-19T12:00:00.000Z']],
    );
    const valid = ['A person says so.', 'The cache is in Redis.'];
    assert.deepEqual(await texts(later), valid);
    store.now = later;
    const expired = await store.methods.expire({ now: later, ...act });
    assert.deepEqual(expired.forgotten, [id(1)]);
    assert.ok(expired.changeId);
    assert.deepEqual(await texts(), valid);
    await store.methods.undo({ changeId: expired.changeId, ...act });
    assert.deepEqual((await store.methods.read({ ids: [id(1)] })).length, 1);
  });

  it('removes from the disk what can no longer be undone, and keeps the history of notes', async () => {
    const fact = await save(aFactRow({ id: id(1), text: 'The purple cow.' }));
    const draft = aBlockRow({ text: 'one' });
    const { block } = await store.methods.createBlock({ draft, ...act });
    const edit = { kind: 'append', text: 'two' } as const;
    await store.methods.editBlock({ ref: { blockId: block.id }, edit, draft: undefined, ...act });
    const drop = [fact.id];
    await store.methods.act({ kind: 'forgotten', summary: 'cow', patches: [], drop, ...act });
    assert.equal(await store.methods.purge({ before: store.now }), 0);
    store.now = muchLater;
    assert.equal(await store.methods.purge({ before: later }), 1);
    assert.equal(store.forgotten, 1);
    assert.doesNotMatch(store.dump(), /purple|cow/);
    const { versions } = await store.methods.blockHistory({ ref: { blockId: block.id }, limit: 9 });
    assert.deepEqual(
      versions.map(({ text }) => text),
      ['one'],
    );
    assert.equal((await store.methods.listChanges({ limit: 9 })).length, 2);
  });

  it('erases for ever: no table holds a word of it', async () => {
    const fact = await save(aFactRow({ id: id(1), text: 'The purple cow.' }));
    await store.methods.edit({
      ...{ id: fact.id, revision: fact.revision, kind: 'edited', summary: 'The purple cow moos.' },
      ...{ patch: { text: 'The purple cow moos.' }, ...act },
    });
    await store.methods.erase({ ids: [fact.id] });
    assert.doesNotMatch(store.dump(), /purple|cow/);
    assert.equal(store.forgotten, 1);
  });

  it('supersedes what an accepted fact contradicts, and takes both back by one undo', async () => {
    const old = await save(aFactRow({ id: id(1), text: 'The API listens on port 8080.' }));
    const source = aSource({ sessionId: '0197a1b2-0000-7000-8000-000000000099' });
    const draft = aFactRow({ id: id(2), text: 'The API listens on port 9090.', source });
    const denying = await save(draft);
    assert.deepEqual(denying.contradicts, [old.id]);
    const patches = [{ id: denying.id, patch: { state: 'accepted' as const, reasons: [] } }];
    const { changeId } = await store.methods.act({
      ...{ kind: 'reviewed', summary: '', patches, drop: [], ...act },
    });
    assert.deepEqual(await texts(), ['The API listens on port 9090.']);
    assert.ok(changeId);
    await store.methods.undo({ changeId, ...act });
    assert.deepEqual((await store.methods.get({ id: old.id })).supersededBy, null);
    assert.deepEqual((await store.methods.get({ id: denying.id })).state, 'quarantined');
  });

  it('takes over many in parts as one act, refuses what has no room, and goes on', async () => {
    const note = (at: number, text: string) => ({ note: aBlockRow({ id: id(at), text }) });
    const fact = (at: number, text: string) => ({
      fact: aFactRow({ id: id(at), text }),
      vector: undefined,
    });
    const drafts = [
      note(1, 'First.'),
      note(2, 'Second.'),
      note(3, 'x'.repeat(1995)),
      fact(4, 'The tests need Redis.'),
      fact(5, 'the tests need redis'),
    ];
    const parts: Imported[] = [];
    for (const part of [drafts.slice(0, 1), drafts.slice(1, 2), drafts.slice(2)]) {
      const changeId = parts.at(-1)?.changeId ?? null;
      const request = { drafts: part, summary: 'AGENTS.md', changeId, ...act };
      parts.push(await store.methods.importPart(request));
    }
    const [first, second, imported] = parts;
    assert.ok(first && second && imported);
    assert.deepEqual(first.counts, { facts: 0, notes: 1, known: 0, quarantined: 0 });
    assert.deepEqual(second.counts, { facts: 0, notes: 1, known: 0, quarantined: 0 });
    assert.deepEqual(imported.counts, { facts: 1, notes: 0, known: 1, quarantined: 0 });
    assert.match(imported.refused[0]?.problem ?? '', /holds 2000 characters/);
    assert.equal((await store.methods.listChanges({ limit: 9 })).length, 1);
    const [block] = await store.methods.listBlocks({ owners: undefined });
    assert.equal(block?.text, 'First.\nSecond.');
    assert.ok(imported.changeId);
    const { changeId } = imported;
    await store.methods.undo({ changeId, ...act });
    assert.deepEqual(await store.methods.listBlocks({ owners: undefined }), []);
    assert.deepEqual(await texts(), []);
    const more = { drafts: [fact(6, 'Too late.')], summary: 'AGENTS.md', changeId, ...act };
    await assert.rejects(store.methods.importPart(more), { code: 'conflict' });
  });

  it('pages through facts, pinned ones first, each once', async () => {
    const subjects = ['apples', 'bears', 'cars', 'doors', 'eggs', 'forests', 'gates'];
    for (const [at, subject] of subjects.entries())
      await save(aFactRow({ id: id(at), text: `Nobody counts ${subject}.`, pinned: at === 2 }));
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more;) {
      const filter = { reach: everything, now: store.now };
      const page = await store.methods.list({ filter, page: { after, limit: 3 } });
      seen.push(...page.facts.map((fact) => fact.id));
      after = seen.at(-1);
      ({ more } = page);
    }
    assert.deepEqual(seen, [2, 6, 5, 4, 3, 1, 0].map(id));
  });
});

import assert from 'node:assert/strict';
import type { Session } from '../../protocol/session/session.ts';
import { sessionSchema } from '../../protocol/session/session.ts';
import { widthOf } from '../output/width.ts';
import { environmentOf } from './environment.ts';
import { getMeant, shortIds } from './find.ts';
import { shellWord, tableOf } from './list.ts';

const ids = [
  '0198c1a0-0000-7000-8000-000000000001',
  '0198c1a0-0000-7000-8000-000000000002',
  '0198ffff-0000-7000-8000-000000000003',
];

function session(at: number, more: Partial<Record<keyof Session, unknown>> = {}): Session {
  return sessionSchema.parse({
    id: ids[at],
    name: `session ${at}`,
    nameSource: 'default',
    agent: 'shell',
    mode: 'pty',
    status: 'running',
    attention: { state: 'idle', kind: null, sentence: 'idle', since: new Date().toISOString() },
    tags: [],
    hidden: false,
    cwd: '/src/api',
    argv: ['sh'],
    workspaceId: ids[0],
    roleId: ids[0],
    ownerDaemonId: ids[0],
    generation: 0,
    pid: 1,
    size: { cols: 80, rows: 24 },
    exit: null,
    reason: null,
    conversations: [],
    clients: 0,
    backgroundProcesses: 0,
    createdAt: new Date().toISOString(),
    updatedAt: new Date().toISOString(),
    revision: 1,
    ...more,
  });
}

describe('the session that is meant', () => {
  const sessions = [session(0, { name: 'api' }), session(1, { name: 'web' }), session(2)];

  it('is found by id, name, and the unique beginning of an id', () => {
    const found = [ids[1] ?? '', 'api', '0198f'].map((text) => getMeant(sessions, text).id);
    assert.deepEqual(found, [ids[1], ids[0], ids[2]]);
  });

  it('is the living one when history has the same name', () => {
    const old = session(0, { name: 'web', status: 'ended' });
    assert.equal(getMeant([old, ...sessions.slice(1)], 'web').id, ids[1]);
  });

  it('is asked for again when several match, or none', () => {
    assert.throws(() => getMeant(sessions, '0198'), { code: 'ambiguous' });
    assert.throws(() => getMeant(sessions, 'nothing'), { code: 'notFound' });
    assert.throws(() => getMeant(sessions, ''), { code: 'notFound' });
  });

  it('is shown by the shortest beginning that is its own', () => {
    assert.deepEqual([...shortIds(sessions).values()], [ids[0], ids[1], '0198ffff']);
  });
});

describe('the list of sessions', () => {
  it('fits 80 columns and shows no control character of a program', () => {
    const hostile = session(0, {
      name: `evil\u001b]0;x\u0007 \u202ename ${'long '.repeat(20)}`,
      cwd: `/src/${'deep'.repeat(20)}\u001b[2J`,
      attention: {
        state: 'asking',
        kind: 'permission',
        sentence: 'wants to run `rm -rf \u001b[8m/`',
        since: new Date().toISOString(),
      },
    });
    const lines = tableOf([hostile, session(1), session(2)], {
      columns: 80,
      paint: (text) => text,
    });
    assert.deepEqual(
      lines.filter((line) => widthOf(line) > 80),
      [],
    );
    assert.doesNotMatch(lines.join(''), /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.match(lines[1] ?? '', /asking/);
  });

  it('offers a name that a shell takes as one word', () => {
    assert.deepEqual(["it's", 'plain-1', 'two words'].map(shellWord), [
      "'it'\\''s'",
      'plain-1',
      "'two words'",
    ]);
  });
});

describe('the environment of a new session', () => {
  it("is this terminal's with the given values on top", () => {
    const environment = environmentOf({ A: '1', B: '2', C: undefined }, ['B=x=y', 'D=']);
    assert.deepEqual(environment, { A: '1', B: 'x=y', D: '' });
  });

  it('refuses what is no assignment', () => {
    assert.throws(() => environmentOf({}, ['nothing']), { code: 'usage' });
  });
});

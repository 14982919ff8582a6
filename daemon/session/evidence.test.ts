import assert from 'node:assert/strict';
import type { Evidence } from './evidence.ts';
import { judge } from './evidence.ts';

const earlier = '2026-11-20T08:00:00.000Z';
const now = '2026-11-20T08:05:00.000Z';

function evidence(over: Partial<Evidence>): Evidence {
  return {
    status: 'running',
    agent: 'claude',
    exit: null,
    reason: null,
    report: null,
    titleState: 'unknown',
    dismissed: false,
    ...over,
  };
}

const report = (over: Partial<NonNullable<Evidence['report']>>): Partial<Evidence> => ({
  report: { state: 'idle', app: null, kind: null, message: '', ...over },
});

function claimOf(over: Partial<Evidence>): string {
  const { state, kind, sentence } = judge(evidence(over), undefined, now);
  return [state, kind, sentence].filter((part) => part !== null).join(' | ');
}

describe('what a person is told of a session', () => {
  it('follows a report before a title, and claims nothing without either', () => {
    assert.deepEqual(
      [
        claimOf({}),
        claimOf({ titleState: 'working' }),
        claimOf({ titleState: 'working', ...report({ state: 'done' }) }),
        claimOf({ titleState: 'idle', ...report({ state: 'clear' }) }),
      ],
      ['unknown | running', 'working | working', 'finished | done', 'idle | idle'],
    );
  });

  it('says what is asked in the words of the catalogue', () => {
    const blocked = (kind: 'permission' | 'question' | 'auth', message: string): string =>
      claimOf(report({ state: 'blocked', kind, message }));
    assert.deepEqual(
      [
        blocked('permission', 'approve Bash: npm test'),
        blocked('permission', 'approve Edit'),
        blocked('question', 'answer: Which color? (Red · Blue)'),
        blocked('auth', ''),
        claimOf(report({ state: 'error', message: 'API Error: 529' })),
      ],
      [
        'asking | permission | wants to run `npm test`',
        'asking | permission | wants to use Edit',
        'asking | question | asks: Which color? (Red · Blue)',
        'asking | signIn | needs you to sign in',
        'failed | API Error: 529',
      ],
    );
  });

  it('calls an end a failure only when nobody meant it', () => {
    const ended = (agent: string, code: number | null, signal: string | null): string =>
      claimOf({ status: 'ended', agent, exit: { code, signal, at: now } });
    assert.deepEqual(
      [
        ended('command', 0, null),
        ended('command', 1, null),
        ended('claude', 130, null),
        ended('claude', null, 'SIGSEGV'),
        ended('claude', null, 'SIGTERM'),
        ended('shell', 1, null),
        claimOf({ status: 'ended', reason: 'The program was not found.' }),
      ],
      [
        'ended | exited 0',
        'failed | exited 1',
        'ended | exited 130',
        'failed | ended by SIGSEGV',
        'ended | ended by SIGTERM',
        'ended | exited 1',
        'failed | The program was not found.',
      ],
    );
  });

  it('keeps the time while the claim stays, and takes a result back when it was seen', () => {
    const done = evidence(report({ state: 'done' }));
    const first = judge(done, undefined, earlier);
    assert.equal(judge(done, first, now).since, earlier);
    const seen = judge({ ...done, dismissed: true }, first, now);
    assert.deepEqual([seen.state, seen.since], ['idle', now]);
    const asking = evidence({ ...report({ state: 'blocked', kind: 'question' }), dismissed: true });
    assert.equal(judge(asking, first, now).state, 'asking');
  });
});

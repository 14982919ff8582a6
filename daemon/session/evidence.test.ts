import assert from 'node:assert/strict';
import type { Signal } from '../../protocol/attention/why.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import { readStatusReport, toSignal } from '../signal/signal.ts';
import type { Evidence } from './evidence.ts';
import { explain, judge } from './evidence.ts';
import { nothingHeard } from './heard.ts';

const earlier = '2026-11-20T08:00:00.000Z';
const now = '2026-11-20T08:05:00.000Z';

function evidence(over: Partial<Evidence>, ...signals: Signal[]): Evidence {
  return aRow({ status: 'running', generation: 1, heard: { ...nothingHeard, signals }, ...over });
}

function status(text: string, at = earlier): Signal {
  const reading = readStatusReport(text);
  assert.ok(reading, text);
  return toSignal('status', reading, { at, generation: 1, seq: 10 });
}

function said(authority: Signal['authority'], state: Signal['state'], generation = 1): Signal {
  const reading = { claim: { state, kind: null, sentence: state }, rule: 'test', evidence: 'x' };
  return toSignal(authority, reading, { at: earlier, generation, seq: null });
}

function claimOf(over: Partial<Evidence>, ...signals: Signal[]): string {
  const { state, kind, sentence } = judge(evidence(over, ...signals), undefined, now);
  return [state, kind, sentence].filter((part) => part !== null).join(' | ');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('what a person is told of a session', () => {
  it('follows the highest authority that claims anything, and nobody when none does', () => {
    const all = [
      said('title', 'working'),
      said('notification', 'asking'),
      said('hook', 'finished'),
      said('status', 'idle'),
      said('events', 'failed'),
    ];
    const states = [5, 4, 3, 2, 1].map(
      (count) => judge(evidence({}, ...all.slice(0, count)), undefined, now).state,
    );
    assert.deepEqual(states, ['failed', 'idle', 'finished', 'working', 'working']);
    assert.equal(claimOf({}), 'unknown | running');
    assert.equal(claimOf({}, said('status', 'unknown'), said('title', 'idle')), 'idle | idle');
    assert.equal(claimOf({}, said('status', 'unknown')), 'unknown | running');
  });

  it('does not believe an earlier process, nor anybody about one that does not run', () => {
    assert.equal(claimOf({ generation: 2 }, said('status', 'asking', 1)), 'unknown | running');
    const exit = { code: 0, signal: null, at: now };
    assert.equal(claimOf({ status: 'ended', exit }, said('status', 'working')), 'ended | exited 0');
    assert.equal(claimOf({ status: 'starting' }, said('hook', 'working')), 'starting | starting');
    assert.equal(
      claimOf({ status: 'interrupted' }, said('hook', 'finished')).split(' ')[0],
      'interrupted',
    );
  });

  it('says what is asked in the words of the catalogue', () => {
    const blocked = (kind: string, message: string): string =>
      claimOf({}, status(`state=blocked:app=x:kind=${kind}:msg=${base64(message)}`));
    assert.deepEqual(
      [
        blocked('permission', 'approve Bash: npm test'),
        blocked('permission', 'approve Edit'),
        blocked('question', 'answer: Which color? (Red · Blue)'),
        blocked('auth', ''),
        claimOf({}, status(`state=error:msg=${base64('API Error: 529')}`)),
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

  it('keeps the time while the claim stays, and gives a result or a question its own', () => {
    const done = evidence({}, status('state=done', earlier));
    const first = judge(done, undefined, now);
    assert.equal(first.since, earlier);
    assert.equal(judge(done, first, now).since, earlier);
    const again = evidence({}, status('state=done', now));
    assert.equal(judge(again, first, now).since, now);
    const working = judge(evidence({}, status('state=working', earlier)), undefined, now);
    const still = evidence(
      {},
      status(`state=working:msg=${base64('make')}`, '2026-11-20T08:09:00.000Z'),
    );
    assert.equal(judge(still, working, '2026-11-20T08:09:00.000Z').since, now);
  });

  it('takes a result back when it was seen, but no question', () => {
    const seen = evidence({}, status('state=done'));
    const row = { ...seen, heard: { ...seen.heard, dismissed: true } };
    assert.equal(judge(row, undefined, now).state, 'idle');
    const asking = evidence({}, status('state=blocked:kind=question'));
    const looked = { ...asking, heard: { ...asking.heard, dismissed: true } };
    assert.equal(judge(looked, undefined, now).state, 'asking');
  });

  it('explains who was followed and who was not', () => {
    const [title, done] = [said('title', 'working'), status('state=done')];
    const row = evidence({}, title, done);
    assert.deepEqual(explain(row, now), {
      chosen: done,
      outranked: [{ signal: title, reason: 'lowerAuthority' }],
    });
    const seen = explain({ ...row, heard: { ...row.heard, dismissed: true } }, now);
    assert.deepEqual(seen, {
      chosen: { ...done, state: 'idle', rule: 'person.seen' },
      outranked: [
        { signal: done, reason: 'seen' },
        { signal: title, reason: 'lowerAuthority' },
      ],
    });
    assert.deepEqual(explain(evidence({}), now), { chosen: null, outranked: [] });
    const exit = { code: 1, signal: null, at: earlier };
    const ended = explain(evidence({ status: 'ended', exit }), now);
    assert.deepEqual(
      [ended.chosen?.authority, ended.chosen?.rule, ended.chosen?.at],
      ['process', 'exit.code', earlier],
    );
  });
});

import assert from 'node:assert/strict';
import type { Session } from '../../protocol/session/session.ts';
import { parseDuration } from './duration.ts';
import { awaitedStates, judge } from './wait.ts';

describe('a duration on the command line', () => {
  it('is a number of seconds, minutes, hours or days, or several of them', () => {
    assert.deepEqual(
      ['90s', '30m', '1h30m', '2d'].map(parseDuration),
      [90_000, 1_800_000, 5_400_000, 172_800_000],
    );
  });

  it('is nothing else', () => {
    for (const text of ['', '0m', '1', 'h', '1 h', '-1h', '1h soon', '9999d', '1w'])
      assert.throws(() => parseDuration(text), { code: 'usage' }, text);
  });
});

describe('what is waited for', () => {
  const session = (state: Session['attention']['state'], status: Session['status'] = 'running') =>
    ({ status, attention: { state } }) as Session;
  const judgeAll = (one: Session | undefined) =>
    awaitedStates.map((awaited) => judge(one, awaited));

  it('happens by the state of the session', () => {
    assert.deepEqual(
      (['asking', 'idle', 'finished', 'failed', 'working', 'unknown'] as const).map((state) =>
        judgeAll(session(state)).map((verdict) => verdict === 'happened'),
      ),
      [
        [true, false, false],
        [false, true, false],
        [false, true, false],
        [false, true, false],
        [false, false, false],
        [false, false, false],
      ],
    );
  });

  it('can be no more when it has ended or is gone', () => {
    const ended = ['impossible', 'impossible', 'happened'];
    assert.deepEqual(judgeAll(session('failed', 'ended')), ended);
    assert.deepEqual(judgeAll(undefined), ended);
  });
});

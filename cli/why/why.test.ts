import assert from 'node:assert/strict';
import type { Signal, Why } from '../../protocol/attention/why.ts';
import { describeWhy } from './why.ts';

const nowMs = Date.parse('2026-11-20T08:05:00.000Z');

function signal(over: Partial<Signal>): Signal {
  return {
    authority: 'status',
    state: 'asking',
    kind: 'permission',
    sentence: 'wants to run `npm test`',
    rule: 'status.blocked',
    evidence: 'state=blocked',
    at: '2026-11-20T08:03:00.000Z',
    generation: 2,
    seq: 1024,
    ...over,
  };
}

const attention: Why['attention'] = {
  state: 'asking',
  kind: 'permission',
  sentence: 'wants to run `npm test`',
  since: '2026-11-20T08:03:00.000Z',
};

function describeText(why: Why, columns = 160): string {
  const output = { columns, paint: (text: string) => text };
  return describeWhy(why, { name: 'fix-login', output, nowMs }).join('\n');
}

describe('why a session is in its state', () => {
  it('is said in plain words: who, by what, when, and who was not followed', () => {
    const text = describeText({
      attention,
      chosen: signal({}),
      outranked: [
        {
          signal: signal({
            authority: 'title',
            state: 'working',
            sentence: 'working',
            rule: 'title.claude.working',
          }),
          reason: 'lowerAuthority',
        },
      ],
      ignored: [
        {
          authority: 'hook',
          reason: 'An earlier process of the session said it.',
          evidence: 'Stop',
          at: '2026-11-20T08:04:00.000Z',
        },
      ],
    });
    assert.equal(
      text,
      `"fix-login" is asking: wants to run \`npm test\`, for 2 min

Said by   the program’s status report
Rule      status.blocked
Received  state=blocked
When      2 min ago, start 2 of the session, byte 1024 of the output

Also said by          What     Rule                  When       Not followed because
the terminal’s title  working  title.claude.working  2 min ago  somebody who knows better spoke

Ignored              Because                                     When       Received
a hook of the agent  An earlier process of the session said it.  1 min ago  Stop`,
    );
  });

  it('is that nobody says anything, which is no idleness', () => {
    const unknown = { ...attention, state: 'unknown' as const, kind: null, sentence: 'running' };
    const text = describeText({ attention: unknown, chosen: null, outranked: [], ignored: [] });
    assert.match(text, /is unknown: running, for 2 min\n\nNobody says what it does\./);
  });

  it('fits a narrow terminal and shows nothing that moves its cursor', () => {
    const evil = signal({
      evidence: `x\u001b[2J\u202E${'y'.repeat(400)}`,
      sentence: '\u001b]0;z\u0007',
    });
    const outranked = [{ signal: evil, reason: 'lowerAuthority' as const }];
    const text = describeText({ attention, chosen: evil, outranked, ignored: [] }, 60);
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(text));
    const table = text.slice(text.indexOf('Also said by')).split('\n');
    assert.ok(table.every((line) => line.length <= 60));
  });
});

import assert from 'node:assert/strict';
import type { Why } from '../../protocol/attention/why.ts';
import { whySchema } from '../../protocol/attention/why.ts';
import { inEnglish } from '../translate.ts';
import { describeWhy } from './whyText.ts';

const at = '2026-11-20T08:00:00.000Z';
const context = { name: 'fix-login', nowMs: Date.parse(at) + 2 * 60_000, t: inEnglish };
const asking = { state: 'asking', kind: 'permission', sentence: 'wants to run `npm test`' };
const chosen = {
  ...asking,
  authority: 'status',
  rule: 'status.blocked',
  evidence: 'state=blocked:app=claude:kind=permission',
  at,
  generation: 0,
  seq: 4711,
};
const title = { ...chosen, state: 'working', kind: null, sentence: 'working', authority: 'title' };

function fakeWhy(change: Partial<Record<keyof Why, unknown>> = {}): Why {
  return whySchema.parse({
    attention: { ...asking, since: at },
    chosen,
    outranked: [{ signal: { ...title, rule: 'title.claude.working' }, reason: 'lowerAuthority' }],
    ignored: [
      { authority: 'hook', reason: 'It came from an older process.', evidence: 'Stop', at },
    ],
    ...change,
  });
}

describe('why a session is in its state', () => {
  it('names state, authority, rule, evidence and age', () => {
    const text = describeWhy(fakeWhy(), context);
    assert.match(text, /^Why 'fix-login' is in this state$/m);
    assert.match(text, /^ {2}State {2,}asking \(permission\): wants to run `npm test`$/m);
    assert.match(text, /^ {2}Said by {2,}a status report in its output \(OSC 7501\)$/m);
    assert.match(text, /^ {2}Rule {2,}status\.blocked$/m);
    assert.match(text, /^ {2}Evidence {2,}state=blocked:app=claude:kind=permission$/m);
    assert.match(text, /^ {2}Heard .*\(2 min ago\)$/m);
    assert.match(text, /^ {2}Where {2,}in run 1, at byte 4711 of its output$/m);
  });

  it('names what was outranked and what was ignored, each with its reason', () => {
    const text = describeWhy(fakeWhy(), context);
    const [, outranked = '', ignored = ''] = text.split(/^(?:Also said, but not taken|Ignored)$/m);
    assert.match(outranked, /the title of its terminal/);
    assert.match(outranked, /title\.claude\.working/);
    assert.match(outranked, /Because {2,}somebody who counts for more said something/);
    assert.match(ignored, /a hook of the agent/);
    assert.match(ignored, /Because {2,}It came from an older process\./);
  });

  it('claims nothing when nobody said anything', () => {
    const text = describeWhy(fakeWhy({ chosen: null, outranked: [], ignored: [] }), context);
    assert.match(text, /Nobody has said anything about it yet/);
    assert.doesNotMatch(text, /Also said|Ignored/);
  });

  it('shows hostile evidence as text of one line', () => {
    const hostile = 'a\u001b]0;x\u0007\u202eb\nState  idle';
    const text = describeWhy(fakeWhy({ chosen: { ...chosen, evidence: hostile } }), context);
    assert.match(text, /^ {2}Evidence {2,}a\\u\{1b\}\]0;x\\u\{7\}\\u\{202e\}b State {2}idle$/m);
  });
});

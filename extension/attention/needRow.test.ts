import assert from 'node:assert/strict';
import { needSchema, type Need } from '../../protocol/attention/attention.ts';
import { inEnglish } from '../translate.ts';
import { actionOf, describeNeed } from './needRow.ts';

const since = '2026-11-20T08:00:00.000Z';
const context = { name: 'fix-login', nowMs: Date.parse(since) + 3 * 60_000, t: inEnglish };
const allow = [
  { id: 'allow', label: 'Allow Once' },
  { id: 'deny', label: 'Deny' },
];

export function fakeNeed(change: Partial<Record<keyof Need, unknown>> = {}): Need {
  return needSchema.parse({
    id: 'n1',
    kind: 'permission',
    sessionId: '018f0000-0000-7000-8000-000000000001',
    taskId: null,
    text: 'wants to run `npm test`',
    since,
    revision: 1,
    actions: [{ id: 'review', label: 'Review…' }],
    ...change,
  });
}

describe('an entry of Needs You as a row', () => {
  it('says the whole action first, then whose it is and how long it waits', () => {
    assert.deepEqual(describeNeed(fakeNeed(), context), {
      label: 'wants to run `npm test`',
      description: 'fix-login · 3 min',
      spoken: 'asks for permission, wants to run `npm test`, fix-login · 3 min',
    });
  });

  it('says of a result who is done, and since when', () => {
    const done = fakeNeed({ kind: 'finished', text: 'done' });
    const row = describeNeed(done, context);
    assert.deepEqual([row.label, row.description], ['fix-login', 'done 3 min ago']);
    const now = describeNeed(done, { ...context, nowMs: Date.parse(since) });
    assert.equal(now.description, 'done');
  });

  it('removes what could move, hide or turn text', () => {
    const row = describeNeed(fakeNeed({ text: 'run \u202e\u001b[2Jx' }), context);
    assert.equal(row.label, 'run [2Jx');
  });

  it('offers an answer only where all of the action can be read', () => {
    assert.equal(actionOf(fakeNeed({ actions: allow })), 'answer');
    assert.equal(actionOf(fakeNeed({ actions: allow, text: 'x'.repeat(120) })), 'answer');
    assert.equal(actionOf(fakeNeed({ actions: allow, text: 'x'.repeat(121) })), 'review');
    assert.equal(actionOf(fakeNeed({ actions: allow, text: 'wants to run `rm…' })), 'review');
    assert.equal(actionOf(fakeNeed({ actions: allow, text: 'first\nsecond' })), 'review');
    assert.equal(actionOf(fakeNeed()), 'review');
  });

  it('leads to a task, because what it did can be read in no row', () => {
    const actions = [
      { id: 'review', label: 'Review…' },
      { id: 'approve', label: 'Approve' },
    ];
    const task = { taskId: '018f0000-0000-7000-8000-000000000002', sessionId: null };
    assert.equal(
      actionOf(fakeNeed({ kind: 'question', isReview: true, actions, ...task })),
      'review',
    );
    const dismiss = [{ id: 'dismiss', label: 'Dismiss' }];
    assert.equal(actionOf(fakeNeed({ kind: 'failed', actions: dismiss, ...task })), 'dismiss');
  });

  it('lets results be dismissed, and never what asks', () => {
    const actions = [{ id: 'dismiss', label: 'Dismiss' }];
    for (const kind of ['failed', 'finished', 'notice'])
      assert.equal(actionOf(fakeNeed({ kind, actions })), 'dismiss');
    assert.equal(actionOf(fakeNeed({ actions })), 'review');
    assert.equal(actionOf(fakeNeed({ kind: 'notice', sessionId: null, actions: [] })), 'none');
  });
});

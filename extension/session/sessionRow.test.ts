import assert from 'node:assert/strict';
import { inEnglish } from '../translate.ts';
import {
  describeCost,
  describeRow,
  describeState,
  describeTooltip,
  describeUsage,
  escapeMarkdown,
  iconOf,
} from './sessionRow.ts';
import { fakeSession } from './fakeSession.test.ts';

const since = '2026-11-20T08:00:00.000Z';
const context = { nowMs: Date.parse(since) + 2 * 60_000, t: inEnglish, branch: 'main' };

describe('a session as a row', () => {
  it('says agent, branch and age', () => {
    assert.equal(describeRow(fakeSession(), context), 'claude · main · 2 min');
  });

  it('says what is asked instead of the branch', () => {
    const asking = {
      state: 'asking',
      kind: 'permission',
      sentence: 'wants to run `npm test`',
      since,
    };
    const session = fakeSession({ attention: asking });
    assert.equal(describeRow(session, context), 'claude · wants to run `npm test` · 2 min');
    assert.deepEqual(iconOf(session), { id: 'bell', color: 'waggle.askingForeground' });
  });

  it('says a state without its age while that is new', () => {
    const now = { ...context, nowMs: Date.parse(since) };
    const say = (state: string): string =>
      describeState(fakeSession({ attention: { state, kind: null, sentence: '', since } }), now);
    assert.deepEqual(['finished', 'working', 'idle', 'asleep', 'unknown'].map(say), [
      'done',
      'working',
      'idle',
      'asleep',
      'running',
    ]);
    const later = describeState(fakeSession(), context);
    assert.equal(later, 'working, 2 min');
  });

  it('says how it ended', () => {
    const ended = { state: 'ended', kind: null, sentence: '', since };
    const exit = { code: 0, signal: null, at: since };
    const session = fakeSession({ status: 'ended', attention: ended, exit });
    assert.equal(describeRow(session, context), 'claude · exited 0 · 2 min');
    const killed = fakeSession({
      status: 'killed',
      attention: { ...ended, state: 'killed' },
      exit,
    });
    assert.equal(describeState(killed, context), 'stopped');
  });

  it('says when it was interrupted, and by what in the tooltip alone', () => {
    const at = new Date(2026, 10, 20, 13, 35).toISOString();
    const session = fakeSession({
      status: 'interrupted',
      reason: 'interrupted by a restart, 13:35',
      interruptedAt: at,
      attention: { state: 'interrupted', kind: null, sentence: '', since },
    });
    assert.equal(describeRow(session, context), 'claude · interrupted 13:35');
    assert.match(describeTooltip(session, context), /interrupted by a restart, 13\\:35/);
  });

  it('keeps icons still for who asked for less motion', () => {
    assert.equal(iconOf(fakeSession(), true).id, 'sync');
    assert.equal(iconOf(fakeSession()).id, 'sync~spin');
  });

  it('says that it is private', () => {
    const session = fakeSession({ private: true });
    assert.equal(describeRow(session, context), 'claude · private · main · 2 min');
    assert.match(describeTooltip(session, context), /private: nothing of it is written to disk/);
  });

  it('says what its processes use, as far as anybody knows', () => {
    const usage = { cpuPercent: 3.2, rssBytes: 212_400_000, processes: 4 };
    assert.match(
      describeTooltip(fakeSession(), { ...context, usage }),
      /\n\nCPU 3 % · 212 MB · 4 processes\n\n/,
    );
    const unknown = { cpuPercent: null, rssBytes: null, processes: 1 };
    assert.equal(describeUsage(unknown, inEnglish), '1 process');
  });

  it('says what Waggle adds to the context of its agent, and nothing of that for a shell', () => {
    const cost = { choice: 'core', tools: [1, 2, 3], tokens: 900, noteTokens: 120 } as const;
    assert.equal(
      describeCost(cost, inEnglish),
      'Waggle adds about 1,020 tokens to its context: 3 tools 900, notes 120',
    );
    assert.equal(
      describeCost({ ...cost, choice: 'off' }, inEnglish),
      'Waggle adds about 120 tokens to its context: notes 120',
    );
    const none = { choice: 'off', tools: [], tokens: 0 } as const;
    assert.equal(describeCost(none, inEnglish), 'Waggle adds nothing to its context');
    assert.match(describeTooltip(fakeSession(), { ...context, cost }), /1,020 tokens/);
    const shell = describeTooltip(fakeSession({ agent: 'shell' }), { ...context, cost });
    assert.doesNotMatch(shell, /tokens/);
  });

  it('lets nothing of a name become Markdown, HTML or a command link', () => {
    const session = fakeSession({ name: '[x](command:evil) <img src=a> $(bell)\u202e\u001b[31m' });
    const tooltip = describeTooltip(session, context);
    assert.ok(!/(?<!\\)[[\]()<>$]/.test(tooltip.split('\n')[0] ?? ''), tooltip);
    assert.ok(!/[\u202e\u001b]/.test(tooltip));
  });

  it('escapes every sign that Markdown reads', () => {
    assert.equal(escapeMarkdown('a*b_[c](d)'), 'a\\*b\\_\\[c\\]\\(d\\)');
  });
});

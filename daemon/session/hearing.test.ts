import assert from 'node:assert/strict';
import { aRow } from '../../test/support/sessionRow.ts';
import type { TerminalReport } from '../signal/signal.ts';
import { createTitleReader } from '../signal/signal.ts';
import { judge } from './evidence.ts';
import type { Said } from './hearing.ts';
import { automaticName, hear, ignoreOld, keepNewest, lapse } from './hearing.ts';
import { forgetNotification } from './heard.ts';
import { needsOf } from './need.ts';
import type { SessionRow } from './row.ts';
import { newShellFacts } from './shellMark.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 8, 0, second)).toISOString();
const titles = createTitleReader();

type Short = { title: string } | { status: string } | { osc9: string } | { bell: true };

function toReport(short: Short, seq: number): TerminalReport {
  if ('title' in short) return { type: 'title', text: short.title, seq };
  if ('status' in short) return { type: 'status', text: short.status, seq };
  const notification =
    'osc9' in short
      ? ({ channel: 'osc9', text: short.osc9 } as const)
      : ({ channel: 'bell', text: '' } as const);
  return { type: 'notification', notification, seq };
}

/** Plays reports one second apart. */
function play(row: SessionRow, ...shorts: Short[]): SessionRow {
  return shorts.reduce<SessionRow>((before, short, index) => {
    const said: Said = { report: toReport(short, (index + 1) * 100), at: at(index + 1) };
    return { ...before, ...hear(before, [said], titles) };
  }, row);
}

const running = (agent: string): SessionRow => aRow({ agent, status: 'running', generation: 1 });
const stateOf = (row: SessionRow): string => judge(row, undefined, at(60)).state;

describe('what a session says of itself', () => {
  it('gives the session a name without the signs of a spinner, and none when the title is empty', () => {
    const spun = play(running('claude'), { title: '◐ Fix login' });
    assert.deepEqual([spun.name, spun.nameSource], ['Fix login', 'title']);
    assert.equal(play(running('codex'), { title: '[ ! ] Action Required | shop' }).name, 'shop');
    assert.equal(play(running('shell'), { title: 'a\u202Eb\u001b[31mc' }).name, 'ab[31mc');
    assert.equal(play(running('shell'), { title: '' }).name, running('shell').name);
  });

  it('changes nothing while only the spinner turns', () => {
    const working = play(running('claude'), { title: '◐ Fix login' });
    const spun: Said = { report: toReport({ title: '◑ Fix login' }, 9), at: at(9) };
    assert.deepEqual(hear(working, [spun], titles), {});
  });

  it('leaves the name that a person chose, and returns to the automatic one', () => {
    const named = { ...running('shell'), name: 'mine', nameSource: 'person' as const };
    const heard = play(named, { title: 'theirs' });
    assert.equal(heard.name, 'mine');
    assert.deepEqual(automaticName(heard), { name: 'theirs', nameSource: 'title' });
    assert.deepEqual(automaticName(named), { name: named.defaultName, nameSource: 'default' });
  });

  it('follows reports before titles, and forgets what a program said that took its leave', () => {
    const done = play(running('codex'), { title: '⠋ shop' }, { status: 'state=done' });
    assert.equal(stateOf(done), 'finished');
    assert.equal(stateOf(play(done, { status: 'state=clear' })), 'unknown');
  });

  it('makes no claim of a title that stands over a prompt and over a question alike', () => {
    assert.equal(stateOf(play(running('claude'), { title: '✳ Claude Code' })), 'unknown');
    const after = play(running('claude'), { title: '◐ Claude Code' }, { title: '✳ Claude Code' });
    assert.equal(stateOf(after), 'unknown');
    assert.equal(stateOf(play(running('codex'), { title: 'shop' })), 'unknown');
  });

  it('believes a notification that asks until anything else is said or written', () => {
    const asked = play(
      running('claude'),
      { title: '✳ Claude Code' },
      { osc9: 'Claude needs your permission' },
      { bell: true },
    );
    assert.deepEqual([stateOf(asked), needsOf(asked).call], ['asking', undefined]);
    assert.equal(stateOf(play(asked, { title: '◐ Claude Code' })), 'working');
    const back = play(asked, { title: '◐ Claude Code' }, { title: '✳ Claude Code' });
    assert.equal(stateOf(back), 'unknown');
    const wrote = { seq: 300 + 900, bytes: 900, at: at(30) };
    assert.deepEqual(lapse(asked, { ...wrote, seq: 200 }), {}, 'nothing was written since');
    assert.deepEqual(lapse(asked, { ...wrote, at: at(2) }), {}, 'the same breath');
    assert.deepEqual(lapse(asked, { ...wrote, bytes: 50 }), {}, 'something blinks');
    assert.equal(stateOf({ ...asked, ...lapse(asked, wrote) }), 'unknown');
  });

  it('makes a call of any other notification, which claims nothing', () => {
    const called = play(running('claude'), { osc9: 'build\u202E done' });
    assert.equal(stateOf(called), 'unknown');
    const { call } = needsOf({ ...called, attention: judge(called, undefined, at(2)) });
    assert.deepEqual(
      [call?.kind, call?.text, call?.since, call?.actions.map(({ id }) => id)],
      ['notice', 'build done', at(1), ['dismiss']],
    );
    const rung = play(running('command'), { bell: true });
    assert.equal(needsOf(rung).call?.text, 'rang the bell');
    assert.equal(needsOf(play(called, { bell: true })).call?.text, 'build done');
  });

  it('takes a call back when it was seen, when the session goes on, and when it ends', () => {
    const called = play(running('claude'), { osc9: 'hello' });
    const seen = { ...called, heard: forgetNotification(called.heard) };
    assert.equal(needsOf(seen).call, undefined);
    assert.equal(needsOf(play(called, { title: '◐ x' })).call, undefined);
    assert.equal(needsOf({ ...called, status: 'ended' }).call, undefined);
    const shell = { ...running('shell'), shell: newShellFacts('abc') };
    const rung = play(shell, { bell: true });
    const run: Said = { report: { type: 'mark', text: 'abc;run;ls', seq: 500 }, at: at(5) };
    assert.notEqual(needsOf(rung).call, undefined);
    assert.equal(needsOf({ ...rung, ...hear(rung, [run], titles) }).call, undefined);
  });

  it('makes no call beside a program that says its state itself', () => {
    const done = play(running('codex'), { status: 'state=done' }, { osc9: 'all is done' });
    assert.deepEqual([stateOf(done), needsOf(done).call], ['finished', undefined]);
  });

  it('measures a turn over its questions, and none that was cut off', () => {
    const turn = [
      { status: 'state=working' },
      { status: 'state=blocked' },
      { status: 'state=working' },
    ];
    const done = play(running('claude'), { status: 'state=idle' }, ...turn, {
      status: 'state=done',
    });
    assert.deepEqual(done.heard.turn, { since: null, ms: 3000 });
    const cut = play(running('claude'), ...turn, { status: 'state=idle' });
    assert.deepEqual(cut.heard.turn, { since: null, ms: null });
  });

  it('takes a seen result as new when another turn has ended, also in one breath', () => {
    const done = play(running('claude'), { status: 'state=working' }, { status: 'state=done' });
    const seen = { ...done, heard: { ...done.heard, dismissed: true } };
    assert.equal(play(seen, { status: 'state=done' }).heard.dismissed, true);
    const again = play(seen, { status: 'state=working' }, { status: 'state=done' });
    assert.deepEqual([again.heard.dismissed, stateOf(again)], [false, 'finished']);
  });

  it('keeps why reports were not taken: the newest few, each once', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ status: `nonsense${index}` }));
    const row = play(running('claude'), ...many, { status: 'nonsense11' });
    assert.deepEqual(
      [row.heard.ignored.length, row.heard.ignored[0]?.evidence, row.heard.ignored[0]?.reason],
      [8, 'nonsense11', 'It is not a status report.'],
    );
    const report = { type: 'oversized', about: 'status', text: '7501;\u001b[2J', seq: 1 } as const;
    const patch = hear(running('claude'), [{ report, at: at(1) }], titles);
    assert.equal(patch.heard?.ignored[0]?.evidence, '7501;\\u{1b}[2J');
    const late = ignoreOld(running('claude'), [{ report, at: at(1) }]);
    assert.equal(late.heard?.ignored[0]?.reason, 'An earlier process of the session said it.');
  });

  it('lets a flood of one sort hide nothing of another', () => {
    const status = { report: toReport({ status: 'state=blocked' }, 1), at: at(1) };
    const flood = Array.from({ length: 1000 }, (_, index) => ({
      report: toReport({ title: `t${index}` }, index + 2),
      at: at(1),
    }));
    const kept = keepNewest([status, ...flood], 64);
    assert.equal(kept.length, 65);
    assert.deepEqual([kept[0], kept.at(-1)], [status, flood.at(-1)]);
  });

  it('marks what was said before anybody listened, until something new is said', () => {
    const report = toReport({ status: 'state=done' }, 1);
    const row = running('claude');
    const restored = { ...row, ...hear(row, [{ report, at: at(1), isRestored: true }], titles) };
    assert.equal(restored.heard.isRestored, true);
    assert.equal(play(restored, { status: 'state=working' }).heard.isRestored, false);
  });
});

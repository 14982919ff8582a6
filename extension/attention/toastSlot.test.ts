import assert from 'node:assert/strict';
import { noticeSchema, type Notice } from '../../protocol/attention/notice.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import { inEnglish } from '../translate.ts';
import { ToastSlot } from './toastSlot.ts';
import { describeToast } from './toastText.ts';

const sessionId = (last: number): string => `018f0000-0000-7000-8000-00000000000${last}`;

export function fakeNotice(last: number, change: Partial<Record<keyof Notice, unknown>> = {}) {
  return noticeSchema.parse({
    id: String(last).repeat(32),
    cursor: last,
    kind: 'permission',
    sessionId: sessionId(last),
    title: `session-${last}`,
    text: 'wants to run `npm test`',
    at: '2026-11-20T08:00:00.000Z',
    ...change,
  });
}

class Toasts {
  readonly shown: string[] = [];
  readonly timers = new Set<() => void>();
  readonly gone = new Set<Notice>();
  focused = true;
  readonly #answers: (() => void)[] = [];
  readonly slot = new ToastSlot({
    show: (notices) => {
      this.shown.push(describeToast(notices, inEnglish));
      return new Promise((resolve) => this.#answers.push(resolve));
    },
    isCurrent: (notice) => !this.gone.has(notice),
    isFocused: () => this.focused,
    schedule: (run) => {
      this.timers.add(run);
      return toDisposable(() => void this.timers.delete(run));
    },
  });

  /** Of the toasts, counted from the first; the newest unless told. */
  async answer(which = this.#answers.length - 1): Promise<void> {
    this.#answers[which]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  pass(): void {
    for (const run of this.timers) run();
  }
}

describe('the one toast of a window', () => {
  let toasts: Toasts;
  beforeEach(() => (toasts = new Toasts()));

  it('says who wants what', () => {
    toasts.slot.ring([fakeNotice(1)]);
    assert.deepEqual(toasts.shown, ['session-1: wants to run `npm test`']);
    const done = describeToast([fakeNotice(1, { kind: 'finished', text: 'done' })], inEnglish);
    assert.equal(done, 'session-1 is done');
  });

  it('counts sessions when several came together', () => {
    toasts.slot.ring([fakeNotice(1), fakeNotice(2), fakeNotice(2), fakeNotice(3)]);
    assert.deepEqual(toasts.shown, ['3 sessions need you']);
  });

  it('lets the next ones wait until it is answered, and says them as one', async () => {
    toasts.slot.ring([fakeNotice(1)]);
    toasts.slot.ring([fakeNotice(2)]);
    toasts.slot.ring([fakeNotice(3)]);
    assert.equal(toasts.shown.length, 1);
    await toasts.answer();
    assert.deepEqual(toasts.shown.slice(1), ['2 sessions need you']);
    await toasts.answer();
    assert.equal(toasts.shown.length, 2);
  });

  it('says nothing of what was settled meanwhile, or muted', async () => {
    const [settled, muted] = [fakeNotice(2), fakeNotice(3)];
    toasts.slot.ring([fakeNotice(1)]);
    toasts.slot.ring([settled, muted]);
    toasts.gone.add(settled);
    toasts.slot.drop((notice) => notice === muted);
    await toasts.answer();
    assert.equal(toasts.shown.length, 1);
  });

  it('makes room when the editor has put it away, which it does only in a window with the focus', () => {
    toasts.focused = false;
    toasts.slot.ring([fakeNotice(1)]);
    toasts.slot.ring([fakeNotice(2)]);
    toasts.pass();
    assert.equal(toasts.shown.length, 1);
    toasts.focused = true;
    toasts.slot.update();
    toasts.pass();
    assert.deepEqual(toasts.shown.slice(1), ['session-2: wants to run `npm test`']);
  });

  it('takes a late answer for no answer of the one that stands there now', async () => {
    toasts.slot.ring([fakeNotice(1)]);
    toasts.pass();
    toasts.slot.ring([fakeNotice(2)]);
    toasts.slot.ring([fakeNotice(3)]);
    await toasts.answer(0);
    assert.equal(toasts.shown.length, 2);
    await toasts.answer();
    assert.deepEqual(toasts.shown.slice(2), ['session-3: wants to run `npm test`']);
  });
});

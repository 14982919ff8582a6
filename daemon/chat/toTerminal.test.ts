import assert from 'node:assert/strict';
import { until } from '../../test/flow/sessionHome.ts';
import type { GivingContext } from './toTerminal.ts';
import { giveToTerminal } from './toTerminal.ts';
import { Waiters } from './waiters.ts';

const begun = ['working', 'asking', 'finished'];

type Typing = Parameters<GivingContext['sessions']['moving']['type']>[1];

/** An agent in a terminal whose state a test tells, and what is typed into it. */
class Scene {
  readonly typed: string[] = [];
  readonly waiters = new Waiters();
  isShown = true;
  /** Of waits for a report; the agent's own pace when it is not set. */
  reportLimitMs: number | undefined;
  kept = {
    queue: ['first', 'second'].map((text) => ({ id: text, text, attachments: [], at: '' })),
    ...{ paused: null, draft: 'draft', lentDraft: '', turns: 1 },
  };
  /** On disk. */
  stored = { ...this.kept };
  /** What was typed into it, by us and by a person; undefined: its host does not count. */
  bytes: number | undefined = 0;
  /** What fails from now on. */
  failing: 'flush' | 'count' | 'paste' | 'enter' | undefined;
  /** Why it was given up. */
  readonly reasons: unknown[] = [];
  #state = 'idle';
  #said = 0;

  report(state: string): void {
    this.#state = state;
    this.#said += 1;
    this.waiters.look();
  }

  look(): void {
    this.waiters.look();
  }

  /** What we typed. */
  #count(bytes: number): number {
    if (this.bytes !== undefined) this.bytes += bytes;
    return bytes;
  }

  #failAt(what: Scene['failing']): void {
    if (this.failing === what) throw new Error(what);
  }

  /** Resolves when nothing more is given to it. */
  give(): Promise<void> {
    let saidWhenTyped = 0;
    const moving = {
      isReady: () => this.#state === 'idle' || this.#state === 'finished',
      hasBegun: () => begun.includes(this.#state) && this.#said > saidWhenTyped,
      showsConversation: () => this.isShown,
      untilStill: () => Promise.resolve(),
      countTyped: async () => {
        this.#failAt('count');
        return this.bytes;
      },
      pressEnter: () => {
        this.typed.push('Enter');
        return Promise.resolve(this.#count(1));
      },
      type: async (_id: string, { text, enter, onPasted }: Typing) => {
        this.#failAt('paste');
        this.typed.push(enter ? text : `${text}|`);
        onPasted?.();
        this.#failAt('enter');
        saidWhenTyped = this.#said;
        return this.#count(text.length);
      },
    };
    const chat = {
      sessionId: 's',
      row: { mode: 'pty', generation: 1, status: 'running' },
      kept: this.kept,
      now: () => '',
      patch: (change: object) => Object.assign(this.kept, change),
      flush: async () => {
        if (this.failing === 'flush') {
          this.failing = undefined;
          throw new Error('flush');
        }
        this.stored = { ...this.kept };
      },
    };
    const conversing = {
      ...{ chat, isMoving: false },
      advance: () => this.waiters.look(),
      until: (isSo: () => boolean, limitMs: number) =>
        this.waiters.until(isSo, limitMs < 10_000 ? (this.reportLimitMs ?? limitMs) : limitMs),
    };
    const log = {
      info: (text: string, { reason }: { reason: unknown }) => {
        if (this.failing === undefined && reason !== 'flush') assert.fail(text);
        this.reasons.push(reason);
      },
    };
    const context = { daemon: { log }, sessions: { moving }, conversing, caller: {} };
    return giveToTerminal(context as unknown as GivingContext);
  }
}

describe('what waits for a terminal', () => {
  it('is said when the agent reports that it takes prompts, never while its report of the last is on its way', async () => {
    const scene = new Scene();
    const given = scene.give();
    await until(() => scene.typed.length === 1, 'the first');
    // Until it reports something it still seems to take prompts.
    for (let look = 0; look < 5; look += 1) {
      scene.look();
      await new Promise(setImmediate);
    }
    assert.deepEqual(scene.typed, ['first']);
    scene.report('working');
    scene.report('asking');
    await new Promise(setImmediate);
    assert.deepEqual([scene.typed, scene.kept.queue.length], [['first'], 1]);
    scene.report('finished');
    await until(() => scene.typed.length === 2, 'the second');
    scene.report('working');
    scene.report('finished');
    await given;
    assert.deepEqual(scene.typed, ['first', 'second', 'draft|']);
    assert.deepEqual([scene.kept.draft, scene.kept.lentDraft], ['', 'draft']);
  });

  it('presses Enter again when the agent took it for a part of what was pasted, and puts nothing behind it', async () => {
    const scene = new Scene();
    scene.reportLimitMs = 20;
    const given = scene.give();
    await until(() => scene.typed.length === 2, 'Enter');
    scene.reportLimitMs = undefined;
    assert.deepEqual(scene.typed.slice(0, 2), ['first', 'Enter']);
    scene.report('working');
    scene.report('finished');
    await until(() => scene.typed.includes('second'), 'the second');
    scene.report('working');
    scene.report('finished');
    await given;
    const keys = scene.typed.filter((typed) => typed === 'Enter').length;
    assert.deepEqual(scene.typed.slice(1 + keys), ['second', 'draft|']);
  });

  it('leaves the rest where it is when the agent does not take what was said', async () => {
    const scene = new Scene();
    scene.reportLimitMs = 5;
    await scene.give();
    assert.deepEqual(scene.typed, ['first', 'Enter', 'Enter', 'Enter']);
    assert.deepEqual([scene.kept.queue.length, scene.kept.draft], [1, 'draft']);
  });

  it('presses Enter again at a host that does not count what is typed', async () => {
    const scene = new Scene();
    scene.bytes = undefined;
    scene.reportLimitMs = 5;
    await scene.give();
    assert.deepEqual(scene.typed, ['first', 'Enter', 'Enter', 'Enter']);
  });

  it('leaves Enter to a person who has written there since', async () => {
    const scene = new Scene();
    scene.reportLimitMs = 20;
    const given = scene.give();
    await until(() => scene.typed.length === 2, 'Enter');
    scene.bytes = (scene.bytes ?? 0) + 1;
    await given;
    assert.deepEqual(scene.typed, ['first', 'Enter']);
    assert.equal(scene.kept.queue.length, 1);
  });

  it('goes on waiting when it could not be typed, whatever failed', async () => {
    for (const failing of ['flush', 'count', 'paste'] as const) {
      const scene = new Scene();
      scene.failing = failing;
      await scene.give();
      assert.deepEqual(scene.reasons, [failing]);
      assert.deepEqual(scene.typed, []);
      const texts = scene.stored.queue.map(({ text }) => text);
      assert.deepEqual([texts, scene.stored.lentDraft], [['first', 'second'], ''], failing);
    }
  });

  it('is not typed again where it stands in the composer already', async () => {
    const scene = new Scene();
    scene.failing = 'enter';
    await scene.give();
    assert.deepEqual([scene.reasons, scene.typed], [['enter'], ['first']]);
    const texts = scene.stored.queue.map(({ text }) => text);
    assert.deepEqual([texts, scene.stored.lentDraft], [['second'], 'first']);
  });

  it('waits until the conversation is on the screen', async () => {
    const scene = new Scene();
    scene.isShown = false;
    const given = scene.give();
    scene.look();
    await new Promise(setImmediate);
    assert.deepEqual(scene.typed, []);
    scene.isShown = true;
    scene.look();
    await until(() => scene.typed.length === 1, 'the first');
    for (let turn = 0; turn < 2; turn += 1) {
      scene.report('working');
      scene.report('finished');
      await until(() => scene.typed.length === turn + 2, 'the next');
    }
    await given;
  });
});

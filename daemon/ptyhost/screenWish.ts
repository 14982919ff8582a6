/**
 * Clients that lost output want one whole screen. Who makes screens is told when the output pauses, because one that is
 * made under a flood is late, and told again while nobody came: it may just have been starting.
 */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Channel } from './channel.ts';

export interface WishSurroundings {
  readonly channels: ReadonlySet<Channel>;
  /** When the last output came, `performance.now()`. */
  readonly activeAt: () => number;
  /** Seq after the last output. */
  readonly end: () => number;
  /** A screen at or after `seq` serves all who want one. False when nobody is there to make it. */
  readonly tell: (seq: number) => boolean;
  /** The output pauses, maybe for a moment. */
  readonly paused: () => void;
  /** No screen came in time for the exit. */
  readonly gaveUp: () => void;
}

const calmMs = 50;
/** So long nothing came: more than a program takes for its next write. */
const pauseMs = 10;
/** A program that draws all the time is never calm, but a screen of it can be had when it draws little. */
const impatientMs = 1000;
const littleBytes = 64 * 1024;
const repeatFirstMs = 2000;
const repeatMaxMs = 60_000;
/** How long the exit waits for the screens of those who lost output. */
const farewellMs = 2000;

export class ScreenWish implements Disposable {
  readonly #surroundings: WishSurroundings;
  #timer: NodeJS.Timeout | undefined;
  #farewell: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #since = 0;
  #seen = 0;
  #seenAt = 0;
  #hasPaused = false;
  #repeatMs = repeatFirstMs;

  constructor(surroundings: WishSurroundings) {
    this.#surroundings = surroundings;
  }

  /** To be called when `channel` may have lost output. */
  follow(channel: Channel): void {
    if (!channel.takeWish()) return;
    if (this.#hasEnded) return this.end();
    this.#since = performance.now();
    this.#repeatMs = repeatFirstMs;
    this.#hasPaused = false;
    this.#wait(pauseMs);
  }

  /** Nothing more will come. The end is told behind the last screen, unless that does not come. */
  end(): void {
    this.#hasEnded = true;
    const from = this.#wantedFrom;
    if (from === undefined) return;
    const waitMs = this.#surroundings.tell(from) ? farewellMs : 0;
    this.#farewell ??= setTimeout(() => this.#giveUp(), waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#farewell);
  }

  get #wantedFrom(): number | undefined {
    const channels = [...this.#surroundings.channels];
    const wanted = channels.flatMap(({ wantsScreenFrom: from }) => from ?? []);
    return wanted.length === 0 ? undefined : Math.max(...wanted);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms);
    this.#timer.unref();
  }

  #look(): void {
    const from = this.#wantedFrom;
    if (from === undefined || this.#hasEnded) return;
    const now = performance.now();
    const quietMs = now - this.#surroundings.activeAt() + 1;
    this.#tellPause(quietMs);
    if (quietMs < calmMs && !this.#drewLittle(now)) return this.#wait(pauseMs);
    this.#surroundings.tell(from);
    this.#wait(this.#repeatMs);
    this.#repeatMs = Math.min(repeatMaxMs, this.#repeatMs * 2);
  }

  #tellPause(quietMs: number): void {
    const isPause = quietMs >= pauseMs;
    if (isPause && !this.#hasPaused) this.#surroundings.paused();
    this.#hasPaused = isPause;
  }

  /** Looked at as often as a calm would take. */
  #drewLittle(now: number): boolean {
    if (now - this.#seenAt < calmMs) return false;
    const end = this.#surroundings.end();
    const isLittle = end - this.#seen < littleBytes && now - this.#since > impatientMs;
    this.#seen = end;
    this.#seenAt = now;
    return isLittle;
  }

  #giveUp(): void {
    this.#farewell = undefined;
    for (const channel of this.#surroundings.channels) channel.giveUpScreen();
    this.#surroundings.gaveUp();
  }
}

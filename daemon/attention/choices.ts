import type { Mute, NoticeSettings } from '../../protocol/attention/notice.ts';
import {
  noticeSettingsChangeSchema,
  noticeSettingsSchema,
} from '../../protocol/attention/notice.ts';
import type { z } from 'zod';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { StoreProxy } from '../store/store.ts';
import type { attentionStore, KeptAttention } from './attention.store.ts';

type Change = z.infer<typeof noticeSettingsChangeSchema>;

export const settingsAtFirst: NoticeSettings = {
  dwellMs: 5000,
  coolDownMs: 60_000,
  coalesceMs: 200,
  finishedAfterMs: 10_000,
  quietHours: null,
  system: true,
  toast: true,
  sound: false,
  command: [],
  titlePatterns: [],
};

const mutesMax = 4096;

export interface ChoicesContext {
  readonly store: Pick<StoreProxy<typeof attentionStore>, 'writeMutes' | 'writeSettings'>;
  readonly now: () => number;
  /** Nothing about a private session is written. */
  readonly isPrivate: (id: SessionId) => boolean;
  /** Something else holds from now on; it is written already. */
  readonly changed: () => void;
}

/** How a person wants to be called: what they changed, and what they muted. */
export class Choices {
  readonly #context: ChoicesContext;
  /** Only what differs from the first settings is kept, so that better ones reach whoever changed nothing. */
  #chosen: Change = {};
  #mutes: readonly Mute[] = [];
  /** Each change is made on top of the one before. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: ChoicesContext) {
    this.#context = context;
  }

  get settings(): NoticeSettings {
    return noticeSettingsSchema.parse({ ...settingsAtFirst, ...this.#chosen });
  }

  /** The same array as long as they do not change. */
  get titlePatterns(): NoticeSettings['titlePatterns'] {
    return this.#chosen.titlePatterns ?? settingsAtFirst.titlePatterns;
  }

  /** Those that still hold. */
  get mutes(): Mute[] {
    const now = this.#context.now();
    return this.#mutes.filter(({ until }) => until === null || Date.parse(until) > now);
  }

  load({ settings, mutes }: Pick<KeptAttention, 'settings' | 'mutes'>): void {
    const parsed = noticeSettingsChangeSchema.safeParse(JSON.parse(settings ?? '{}'));
    this.#chosen = parsed.success ? parsed.data : {};
    this.#mutes = mutes;
  }

  /** @throws WaggleError `badRequest` for a pattern that is none. */
  async change(change: Change): Promise<void> {
    for (const { pattern } of change.titlePatterns ?? []) checkPattern(pattern);
    await this.#inTurn(async () => {
      const chosen = { ...this.#chosen, ...change };
      await this.#context.store.writeSettings({ settings: JSON.stringify(chosen) });
      this.#chosen = chosen;
    });
  }

  /** @throws WaggleError `limitReached`. */
  async mute({ sessionId, until }: Mute, muted: boolean): Promise<void> {
    await this.#inTurn(async () => {
      const others = this.mutes.filter((mute) => mute.sessionId !== sessionId);
      if (muted && others.length >= mutesMax)
        throw new WaggleError('limitReached', 'Too many sessions are muted.');
      await this.#setMutes(muted ? [...others, { sessionId, until }] : others);
    });
  }

  forgetSession(id: SessionId): void {
    if (!this.#mutes.some(({ sessionId }) => sessionId === id)) return;
    this.#mutes = this.#mutes.filter(({ sessionId }) => sessionId !== id);
    this.#context.changed();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work).then(() => this.#context.changed());
    this.#turn = done.catch(toldToItsCaller);
    return done;
  }

  async #setMutes(mutes: readonly Mute[]): Promise<void> {
    const { store, isPrivate } = this.#context;
    const written = mutes.filter(({ sessionId }) => sessionId === null || !isPrivate(sessionId));
    await store.writeMutes({ mutes: written });
    this.#mutes = mutes;
  }
}

function checkPattern(pattern: string): void {
  try {
    void new RegExp(pattern, 'u');
  } catch (cause) {
    const message = 'A title pattern is no regular expression.';
    throw new WaggleError('badRequest', message, { cause });
  }
}

function toldToItsCaller(): void {}

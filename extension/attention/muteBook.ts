/** What the person does not want to hear of now, as the daemon says. Knows no editor. */
import type { Mute } from '../../protocol/attention/notice.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { describeClock } from '../clock.ts';
import type { Translate } from '../translate.ts';

export class MuteBook implements Disposable {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #mutes: readonly Mute[] = [];

  set(mutes: readonly Mute[]): void {
    this.#mutes = mutes;
    this.#changed.fire();
  }

  /** Those that still hold. */
  list(nowMs: number): Mute[] {
    return this.#mutes.filter(({ until }) => until === null || Date.parse(until) > nowMs);
  }

  find(sessionId: string | null, nowMs: number): Mute | undefined {
    return this.list(nowMs).find((mute) => mute.sessionId === sessionId);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** "muted until 14:05", "muted". */
export function describeMute({ until }: Mute, t: Translate): string {
  return until === null ? t('muted') : t('muted until {0}', describeClock(until));
}

/** Frames that arrive together with the answer which names their channel, before anybody listens. Bounded. */
import type { Frame } from '../../protocol/wire/frame.ts';

const maxBytes = 8 * 1024 * 1024;

export class EarlyFrames {
  readonly #frames = new Map<number, Frame[]>();
  #bytes = 0;

  /** False: more is waiting than any honest start of a stream. */
  keep(frame: Frame): boolean {
    this.#bytes += frame.payload.length;
    if (this.#bytes > maxBytes) return false;
    const kept = this.#frames.get(frame.channel) ?? [];
    kept.push(frame);
    this.#frames.set(frame.channel, kept);
    return true;
  }

  take(channel: number): Frame[] {
    const kept = this.#frames.get(channel) ?? [];
    this.#frames.delete(channel);
    this.#bytes -= kept.reduce((sum, frame) => sum + frame.payload.length, 0);
    return kept;
  }

  clear(): void {
    this.#frames.clear();
    this.#bytes = 0;
  }
}

/**
 * Memory for what is being sent, used again instead of allocated: a flood would otherwise make the collector run for
 * every few megabytes. Holds only what nobody uses; a buffer that is never given back is the collector's.
 */
import { framePayloadMax } from '../../protocol/wire/frame.ts';

/** Smaller ones are cheap, and keeping a whole buffer for them would not be. */
const pooledMinBytes = 32 * 1024;
const freeMax = 8;

export class SendBuffers {
  readonly #free: ArrayBuffer[] = [];
  /** How many use a buffer that was taken. */
  readonly #users = new WeakMap<ArrayBufferLike, number>();

  /** `bytes` bytes of anything, at most `framePayloadMax`, with one user. */
  take(bytes: number): Buffer {
    if (bytes < pooledMinBytes) return Buffer.allocUnsafe(bytes);
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(framePayloadMax).buffer;
    this.#users.set(memory, 1);
    return Buffer.from(memory, 0, bytes);
  }

  /** One more user, who will `release` it too. */
  retain({ buffer }: Uint8Array): void {
    const users = this.#users.get(buffer);
    if (users !== undefined) this.#users.set(buffer, users + 1);
  }

  /** The caller does not look at it any more. Nothing happens to bytes that are not ours. */
  release({ buffer }: Uint8Array): void {
    const users = this.#users.get(buffer);
    if (users === undefined) return;
    if (users > 1) {
      this.#users.set(buffer, users - 1);
      return;
    }
    this.#users.delete(buffer);
    if (this.#free.length < freeMax && buffer instanceof ArrayBuffer) this.#free.push(buffer);
  }
}

/** The one of this process: what a session copies out, whichever connections send it. */
export const sendBuffers = new SendBuffers();

/** Sockets that have not shown a token yet: few at a time, and not for long. */
import type { Duplex } from 'node:stream';
import { handshakeLimitMs } from '../../protocol/wire/hello.ts';

export const unprovenMax = 64;
/** Younger sockets are in the middle of an honest handshake; they are not pushed out by a crowd. */
const graceMs = 250;

export class UnprovenSockets {
  readonly #since = new Map<Duplex, { readonly at: number; readonly timer: NodeJS.Timeout }>();

  /** Counts a new socket. When all places are taken the oldest makes room, or the new one goes when all are young. */
  add(socket: Duplex): void {
    if (this.#since.size >= unprovenMax && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), handshakeLimitMs);
    this.#since.set(socket, { at: performance.now(), timer });
    socket.once('close', () => this.proven(socket));
  }

  has(socket: Duplex): boolean {
    return this.#since.has(socket);
  }

  /** The socket has shown a token, or is gone. */
  proven(socket: Duplex): void {
    clearTimeout(this.#since.get(socket)?.timer);
    this.#since.delete(socket);
  }

  #makeRoom(): boolean {
    const [oldest] = this.#since;
    if (oldest === undefined || performance.now() - oldest[1].at < graceMs) return false;
    oldest[0].destroy();
    this.proven(oldest[0]);
    return true;
  }
}

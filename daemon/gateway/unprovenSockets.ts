/**
 * Sockets that have not shown a token yet: few at a time, and not for long. A crowd waits unread at the door; whoever
 * dawdles inside makes room for it.
 */
import type { Duplex } from 'node:stream';
import { handshakeLimitMs } from '../../protocol/wire/hello.ts';

const unprovenMax = 64;
const waitingMax = 1024;
/** Younger sockets are in the middle of an honest handshake; they are not pushed out. */
const graceMs = 250;

interface Waiting {
  readonly socket: Duplex;
  readonly admit: () => void;
}

export class UnprovenSockets {
  readonly #inside = new Map<Duplex, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  readonly #waiting: Waiting[] = [];
  #isOpen = false;
  #roomTimer: NodeJS.Timeout | undefined;

  /** From now on there are places. */
  open(): void {
    this.#isOpen = true;
    this.#letIn();
    if (this.#waiting.length > 0) this.#armRoom();
  }

  /** Calls `admit` when there is a place: at once as a rule. The socket is not read before. */
  add(socket: Duplex, admit: () => void): void {
    if (this.#isOpen && this.#waiting.length === 0 && this.#inside.size < unprovenMax) {
      this.#enter({ socket, admit });
      return;
    }
    if (this.#waiting.length >= waitingMax) {
      socket.destroy();
      return;
    }
    socket.pause();
    socket.on('error', () => socket.destroy());
    this.#waiting.push({ socket, admit });
    if (this.#isOpen) this.#armRoom();
  }

  has(socket: Duplex): boolean {
    return this.#inside.has(socket);
  }

  /** The socket has shown a token, or is gone. */
  proven(socket: Duplex): void {
    clearTimeout(this.#inside.get(socket)?.timer);
    if (!this.#inside.delete(socket)) return;
    this.#letIn();
  }

  /** Destroys whoever waits. */
  clear(): void {
    clearTimeout(this.#roomTimer);
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
  }

  #enter({ socket, admit }: Waiting): void {
    const timer = setTimeout(() => socket.destroy(), handshakeLimitMs);
    this.#inside.set(socket, { at: performance.now(), timer });
    socket.once('close', () => this.proven(socket));
    admit();
  }

  #letIn(): void {
    while (this.#inside.size < unprovenMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.socket.destroyed) continue;
      this.#enter(next);
      next.socket.resume();
    }
  }

  #armRoom(): void {
    this.#roomTimer ??= setTimeout(() => {
      this.#roomTimer = undefined;
      this.#makeRoom();
      if (this.#waiting.length > 0) this.#armRoom();
    }, graceMs);
  }

  /** Whoever is inside for longer than an honest handshake takes goes, as many as wait. */
  #makeRoom(): void {
    const before = performance.now() - graceMs;
    const slow = [...this.#inside].filter(([, { at }]) => at <= before);
    for (const [socket] of slow.slice(0, this.#waiting.length)) {
      socket.destroy();
      this.proven(socket);
    }
  }
}

/**
 * A connection between a client and its server that behaves as networks do: late, slow, torn in any place, or silent while it
 * stays open. Listens on a path or on a port of loopback and passes on to another; faults hold for what comes after them.
 */
import { once } from 'node:events';
import type { AddressInfo, ListenOptions, Socket, TcpNetConnectOpts } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Faults {
  /** Each piece is held back for this long, milliseconds; order is kept. */
  readonly delayMs?: number;
  /** Bytes per second, per direction. */
  readonly bytesPerSecond?: number;
  /** Pieces of at most so many bytes. */
  readonly pieceBytes?: number;
  /** Both sides are cut when so many bytes came from the server over one connection. */
  readonly cutAfterBytes?: (() => number) | undefined;
  /** Nothing passes in either direction, and nobody is told. */
  readonly isBlackHole?: boolean;
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

export class FaultProxy {
  faults: Faults = {};
  cuts = 0;
  connections = 0;
  readonly #server;
  readonly #sockets = new Set<Socket>();
  readonly #target: Address;
  readonly #running = new AbortController();

  private constructor(target: Address) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async listen(at: ListenOptions, target: Address): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#server.listen(at);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Of a proxy that listens on a port. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Tears every open connection. */
  cut(): void {
    if (this.#sockets.size > 0) this.cuts += 1;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#running.abort();
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    this.connections += 1;
    const server = connect({ ...this.#target, allowHalfOpen: true } as TcpNetConnectOpts);
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    const limit = this.faults.cutAfterBytes?.() ?? Number.POSITIVE_INFINITY;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    void this.#pass(client, server, Number.POSITIVE_INFINITY).finally(cut);
    void this.#pass(server, client, limit).finally(cut);
  }

  /** Passes on until the source ends, or `limit` bytes went, which is a cut. */
  async #pass(from: Socket, to: Socket, limit: number): Promise<void> {
    let left = limit;
    try {
      for await (const piece of this.#read(from)) {
        await this.#hold(piece.length);
        const sent = piece.subarray(0, left);
        left -= sent.length;
        if (!to.write(sent)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
        if (left <= 0) break;
      }
      if (left <= 0) this.cuts += 1;
      else to.end();
    } catch (error) {
      // A socket that was torn while we read from it is what this is for.
      if (!from.destroyed && !to.destroyed && !this.#running.signal.aborted) throw error;
    }
  }

  async *#read(from: Socket): AsyncGenerator<Buffer> {
    for await (const chunk of from as AsyncIterable<Buffer>) yield* this.#split(chunk);
  }

  *#split(chunk: Buffer): Generator<Buffer> {
    const { pieceBytes = chunk.length } = this.faults;
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      yield chunk.subarray(at, at + pieceBytes);
    }
  }

  async #hold(bytes: number): Promise<void> {
    const { signal } = this.#running;
    while (this.faults.isBlackHole) await delay(10, undefined, { signal });
    const { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = this.faults;
    const heldMs = delayMs + (1000 * bytes) / bytesPerSecond;
    if (heldMs >= 1) await delay(heldMs, undefined, { signal });
  }
}

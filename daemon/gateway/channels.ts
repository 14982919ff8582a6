/** Byte streams of one connection: each has a number that is never used again on it. */
import type { Channel, ChannelSink } from '../feature.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { encodeFrame } from '../../protocol/wire/frame.ts';

/** Beyond it a sender waits; the connection itself ends at four times as much. */
const channelBacklogBytes = 1024 * 1024;

export interface FrameWire {
  readonly backlogBytes: number;
  sendBytes(bytes: Uint8Array): void;
}

export class Channels {
  readonly #wire: FrameWire;
  readonly #sinks = new Map<number, ChannelSink>();
  #waiting: (() => void)[] = [];
  #nextNumber = 1;
  #isClosed = false;

  constructor(wire: FrameWire) {
    this.#wire = wire;
  }

  open(sink: ChannelSink): Channel {
    const number = this.#nextNumber++;
    if (!this.#isClosed) this.#sinks.set(number, sink);
    // The connection went while the stream was being opened; whoever opens has time to listen.
    else setImmediate(() => sink.closed());
    return {
      number,
      send: (frame) => {
        if (!this.#sinks.has(number)) return true;
        this.#wire.sendBytes(encodeFrame({ ...frame, channel: number }));
        return this.#wire.backlogBytes < channelBacklogBytes;
      },
      onceDrained: (run) => {
        if (this.#wire.backlogBytes < channelBacklogBytes) queueMicrotask(run);
        else this.#waiting.push(run);
      },
      dispose: () => {
        this.#sinks.delete(number);
      },
    };
  }

  /** A frame of the client; one for a channel that is closed by now is dropped, it was on its way. */
  receive(frame: Frame): void {
    this.#sinks.get(frame.channel)?.receive(frame);
  }

  /** Bytes have left the process. */
  drained(): void {
    if (this.#waiting.length === 0 || this.#wire.backlogBytes >= channelBacklogBytes) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  closeAll(): void {
    this.#isClosed = true;
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    this.#waiting = [];
    for (const sink of sinks) sink.closed();
  }
}

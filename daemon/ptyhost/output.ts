/** The output of one generation: ring, marks, and for pipes the queue that keeps what was not acknowledged. */
import type { HostKind } from '../../protocol/host/host.ts';
import type { MarkState } from './marks.ts';
import { Marks } from './marks.ts';
import { PipeQueue } from './pipeQueue.ts';
import { Ring } from './ring.ts';
import { findSafeCut } from './safeCut.ts';
import { sendBuffers } from './sendBuffers.ts';
import { Trace } from './trace.ts';

/** What a client gets that fell behind. */
export const tailBytes = 64 * 1024;
/** Frames that are kept for the next client: what one flush sends. */
const sharedMax = 4;
/** Room for what is read in one turn and what the kernel hands over at once. */
const queueMinBytes = 256 * 1024;

export class Output {
  readonly ring: Ring;
  readonly marks: Marks;
  readonly queue: PipeQueue | undefined;
  /** Of a terminal. */
  readonly trace: Trace | undefined;
  #shared: { readonly from: number; readonly to: number; readonly bytes: Buffer }[] = [];

  constructor(kind: HostKind, capacityBytes: number, state: MarkState) {
    const isPipe = kind === 'pipe';
    this.ring = new Ring(isPipe ? Math.max(queueMinBytes, capacityBytes) : capacityBytes);
    this.marks = new Marks(state);
    this.queue = isPipe ? new PipeQueue(this.ring) : undefined;
    this.trace = isPipe ? undefined : new Trace();
  }

  get isQueue(): boolean {
    return this.queue !== undefined;
  }

  append(view: Uint8Array): void {
    this.trace?.push(view, this.ring.end);
    if (this.queue !== undefined) this.queue.append(view);
    else this.ring.append(view);
    if (this.#shared.length > 0) this.#forgetShared();
    this.marks.dropBefore(this.ring.start);
  }

  /** A copy of these bytes, the same one for every client that asks at the same cursor. Released once it was sent. */
  share(from: number, to: number): Buffer {
    const known = this.#shared.find((shared) => shared.from === from && shared.to === to);
    const bytes = known?.bytes ?? this.#copy(from, to);
    sendBuffers.retain(bytes);
    return bytes;
  }

  #copy(from: number, to: number): Buffer {
    const bytes = sendBuffers.take(to - from);
    this.ring.copyInto(bytes, from);
    if (this.#shared.length === sharedMax) this.#forgetShared();
    this.#shared.push({ from, to, bytes });
    return bytes;
  }

  #forgetShared(): void {
    for (const { bytes } of this.#shared) sendBuffers.release(bytes);
    this.#shared = [];
  }

  /** Where a client continues that cannot get the bytes after `from`: in the last 64 KiB, between two sequences. */
  findCut(from: number): number {
    const tail = Math.max(this.ring.start, from, this.ring.end - tailBytes);
    return tail + findSafeCut(this.ring.copy(tail, this.ring.end));
  }

  /** Where one begins that asked for nothing in particular. */
  findStart(): number {
    const { start, end } = this.ring;
    if (start === 0) return 0;
    const searched = Math.min(end, start + tailBytes);
    return start + findSafeCut(this.ring.copy(start, searched));
  }
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SpoolBatch } from './spoolBatch.ts';
import { nameSegment } from './spoolSegment.ts';

export interface SpoolWriterOptions {
  readonly directory: string;
  readonly generation: number;
  /** Where the kept output of this generation ends now; undefined when there is none. */
  readonly end: number | undefined;
  readonly segmentBytes: () => number;
  /** False: the bytes were not taken and become a gap. */
  readonly write: (path: string, chunks: readonly Uint8Array[]) => Promise<boolean>;
}

interface Segment {
  readonly path: string;
  end: number;
  bytes: number;
}

const batchDelayMs = 200;
const batchBytes = 256 * 1024;

/** Appends the output of one generation in batches. Bytes that are already kept are dropped, a jump in seq is a gap. */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  #batches: SpoolBatch[] = [];
  /** Seq after the last byte that was given to us, kept or not. */
  #next: number | undefined;
  #segment: Segment | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #settledTo: number;
  #lostBytes = 0;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#next = options.end;
    this.#settledTo = options.end ?? 0;
  }

  /** Where to go on following: the seq after what is kept; undefined when nothing is. */
  get resumeAt(): number | undefined {
    return this.#next;
  }

  /** Seq up to which everything was written or given up. */
  get settledTo(): number {
    return this.#settledTo;
  }

  /** What was given to us and not taken by the disk. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Takes a copy. `seq` is that of the first byte. */
  append(seq: number, bytes: Uint8Array): void {
    const known = Math.max(0, Math.min(bytes.length, (this.#next ?? seq) - seq));
    if (known === bytes.length) return;
    const from = seq + known;
    const last = this.#batches.at(-1);
    const fits = last !== undefined && last.from + last.bytes === from && last.bytes < batchBytes;
    const batch = fits ? last : new SpoolBatch(from);
    if (!fits) this.#batches.push(batch);
    batch.add(bytes.subarray(known));
    this.#next = seq + bytes.length;
    this.#schedule();
  }

  /** Resolves when everything appended so far is written or given up. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#drain());
    return this.#writing;
  }

  #schedule(): void {
    const isFull = (this.#batches[0]?.bytes ?? 0) >= batchBytes;
    if (this.#timer !== undefined && !isFull) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), isFull ? 0 : batchDelayMs);
  }

  async #drain(): Promise<void> {
    while (this.#batches.length > 0) {
      const batch = this.#batches.shift();
      if (batch !== undefined) await this.#write(batch);
    }
  }

  async #write(batch: SpoolBatch): Promise<void> {
    const { from, bytes } = batch;
    const segment = await this.#segmentFor(from);
    const isWritten = await this.#options.write(segment.path, batch.chunks);
    batch.release();
    this.#settledTo = from + bytes;
    if (!isWritten) this.#lostBytes += bytes;
    segment.end += bytes;
    segment.bytes += bytes;
    // A refused write may have left a part of the batch: the file ends there and the next write starts another one.
    this.#segment = isWritten ? segment : undefined;
  }

  /** The file that goes on where the batch begins; one that was removed or cut meanwhile does not. */
  async #segmentFor(from: number): Promise<Segment> {
    const { directory, generation, segmentBytes } = this.#options;
    const current = this.#segment;
    const fits = current?.end === from && current.bytes < segmentBytes();
    if (current !== undefined && fits) {
      const found = await stat(current.path).catch(leaveToWrite);
      if (found?.size === current.bytes) return current;
    }
    return { path: join(directory, nameSegment(generation, from)), end: from, bytes: 0 };
  }
}

/** A file that cannot be looked at is not gone on with; whether the disk takes anything is for the write to tell. */
function leaveToWrite(): undefined {
  return undefined;
}

import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { SpoolPage } from './spoolReader.ts';
import { findSpoolEnd, readSpoolPage } from './spoolReader.ts';
import type { SpoolSegment } from './spoolSegment.ts';
import { listSegments, noneWhenMissing } from './spoolSegment.ts';
import { SpoolWriter } from './spoolWriter.ts';

const MIB = 1024 * 1024;

export interface SpoolOptions {
  /** `<home>/spool`; each session has a folder below it. */
  readonly directory: string;
  readonly sessionBytes?: number;
  readonly totalBytes?: number;
  readonly segmentBytes?: number;
  /** Appends to a file and makes it 0600 when it is new. Replaced in tests to fail like a full disk. */
  readonly appendTo?: (path: string, bytes: Uint8Array) => Promise<void>;
}

export interface RecordingState {
  readonly isRecording: boolean;
  /** What the system said; null while it records. */
  readonly reason: string | null;
}

export const notRecordingWarning = 'not recording: the disk does not take the output of sessions';

/**
 * Output kept for history, raw, oldest dropped first. A disk that takes nothing stops the recording, never a session;
 * what was not written is a gap.
 */
export class Spool {
  readonly directory: string;
  readonly #options: Required<SpoolOptions>;
  readonly #onDidChangeRecording = new Emitter<RecordingState>();
  #isRecording = true;
  #totalBytes = 0;

  constructor(options: SpoolOptions) {
    this.directory = options.directory;
    this.#options = {
      sessionBytes: 64 * MIB,
      totalBytes: 4096 * MIB,
      segmentBytes: 4 * MIB,
      appendTo: appendToFile,
      ...options,
    };
  }

  /** The disk refuses, for whatever reason; or took the first write again. */
  get onDidChangeRecording(): Emitter<RecordingState>['event'] {
    return this.#onDidChangeRecording.event;
  }

  /** Counts what is there. Once, before the first writer. */
  async open(): Promise<void> {
    const sizes = (await this.#listAll()).map((segment) => segment.bytes);
    this.#totalBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  async openWriter(sessionId: string, generation: number): Promise<SpoolWriter> {
    const directory = join(this.directory, sessionId);
    const end = await findSpoolEnd(directory, generation);
    return new SpoolWriter({
      directory,
      generation,
      end,
      segmentBytes: this.#options.segmentBytes,
      write: (path, bytes) => this.#write(directory, path, bytes),
    });
  }

  read(
    sessionId: string,
    page: { generation: number | undefined; from: number; maxBytes: number },
  ): Promise<SpoolPage> {
    return readSpoolPage({ directory: join(this.directory, sessionId), ...page });
  }

  async remove(sessionId: string): Promise<void> {
    const directory = join(this.directory, sessionId);
    const segments = await listSegments(directory);
    await rm(directory, { recursive: true, force: true });
    for (const segment of segments) this.#totalBytes -= segment.bytes;
  }

  async #write(directory: string, path: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await this.#options.appendTo(path, bytes);
      this.#totalBytes += bytes.length;
      await this.#trim(directory, path);
    } catch (error) {
      this.#setRecording({ isRecording: false, reason: errorMessageOf(error) });
      return false;
    }
    this.#setRecording({ isRecording: true, reason: null });
    return true;
  }

  #setRecording(state: RecordingState): void {
    if (this.#isRecording === state.isRecording) return;
    this.#isRecording = state.isRecording;
    this.#onDidChangeRecording.fire(state);
  }

  async #trim(directory: string, current: string): Promise<void> {
    const own = await listSegments(directory);
    await this.#dropOldest(own, current, this.#options.sessionBytes);
    if (this.#totalBytes <= this.#options.totalBytes) return;
    const all = (await this.#listAll()).toSorted(
      (left, right) => left.changedAtMs - right.changedAtMs,
    );
    await this.#dropOldest(all, current, this.#options.totalBytes);
  }

  async #dropOldest(
    segments: readonly SpoolSegment[],
    current: string,
    limit: number,
  ): Promise<void> {
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of segments) {
      if (bytes <= limit) return;
      if (segment.path === current) continue;
      await rm(segment.path, { force: true });
      bytes -= segment.bytes;
      this.#totalBytes -= segment.bytes;
    }
  }

  async #listAll(): Promise<SpoolSegment[]> {
    const sessions = (await readdir(this.directory).catch(noneWhenMissing)) ?? [];
    const lists = await Promise.all(
      sessions.map((sessionId) => listSegments(join(this.directory, sessionId))),
    );
    return lists.flat();
  }
}

async function appendToFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(bytes);
  } finally {
    await file.close();
  }
}

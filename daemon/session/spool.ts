import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import type { Keep } from '../../protocol/session/keeping.ts';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { Sequences } from './sequence.ts';
import type { SpoolPage } from './spoolReader.ts';
import { findSpoolEnd, readSpoolPage } from './spoolReader.ts';
import type { SpoolSegment } from './spoolSegment.ts';
import { listSegments, noneWhenMissing } from './spoolSegment.ts';
import { SpoolWriter } from './spoolWriter.ts';

const MIB = 1024 * 1024;
/** A session that may keep little drops it in smaller pieces. */
const segmentMinBytes = 16 * 1024;

export interface SpoolOptions {
  /** `<home>/spool`; each session has a folder below it. */
  readonly directory: string;
  /** What is kept of a session; all is as at first when absent. */
  readonly keepOf?: (sessionId: string) => Keep;
  readonly totalBytes?: number;
  readonly segmentBytes?: number;
  /** Appends to a file and makes it 0600, in a folder of ours, when it is new. Replaced in tests to fail like a full disk. */
  readonly appendTo?: (path: string, chunks: readonly Uint8Array[]) => Promise<void>;
}

export interface RecordingState {
  readonly isRecording: boolean;
  /** What the system said; null while it records. */
  readonly reason: string | null;
}

/**
 * Output kept for history, raw, oldest dropped first. A disk that takes nothing stops the recording, never a session;
 * what was not written is a gap.
 */
export class Spool {
  readonly directory: string;
  readonly #options: Required<SpoolOptions>;
  readonly #onDidChangeRecording = new Emitter<RecordingState>();
  /** What removes files runs alone: two that saw the same file would count it twice. */
  readonly #removals = new Sequences();
  /** Bytes of a session, counted on from when its files were listed last; what was removed since is still in it. */
  readonly #atMost = new Map<string, number>();
  readonly #forgets: ((sessionId: string) => Promise<void>)[] = [];
  #isRecording = true;
  #totalBytes = 0;

  constructor(options: SpoolOptions) {
    this.directory = options.directory;
    this.#options = {
      keepOf: () => keepAtFirst,
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

  /** Counts what is there, without what a daemon that died left of `deleted` sessions. Once, before the first writer. */
  async open(deleted: readonly string[] = []): Promise<void> {
    const gone = new Set(deleted);
    for (const id of (await readdir(this.directory).catch(noneWhenMissing)) ?? [])
      if (gone.has(id)) await rm(join(this.directory, id), { recursive: true, force: true });
    this.#totalBytes = sumOf(await this.#listAll());
  }

  async openWriter(sessionId: string, generation: number): Promise<SpoolWriter> {
    const directory = join(this.directory, sessionId);
    const end = await findSpoolEnd(directory, generation);
    return new SpoolWriter({
      directory,
      generation,
      end,
      segmentBytes: () => this.#segmentBytesOf(sessionId),
      write: (path, chunks) => this.#write(sessionId, path, chunks),
    });
  }

  read(
    sessionId: string,
    page: { generation: number | undefined; from: number; maxBytes: number },
  ): Promise<SpoolPage> {
    return readSpoolPage({ directory: join(this.directory, sessionId), ...page });
  }

  /** Runs when all that is kept of a session was removed; who removes it waits. */
  forgetWith(forget: (sessionId: string) => Promise<void>): void {
    this.#forgets.push(forget);
  }

  async remove(sessionId: string): Promise<void> {
    const directory = join(this.directory, sessionId);
    await this.#removals.run('', async () => {
      const bytes = sumOf(await listSegments(directory));
      await rm(directory, { recursive: true, force: true });
      this.#atMost.delete(sessionId);
      this.#totalBytes -= bytes;
    });
    for (const forget of this.#forgets) await forget(sessionId);
  }

  /** Drops the oldest output of a session that may keep less now. */
  async shrink(sessionId: string): Promise<void> {
    const directory = join(this.directory, sessionId);
    await this.#removals.run('', async () => {
      const limit = limitOf(this.#options.keepOf(sessionId));
      await this.#dropOldest(await listSegments(directory), undefined, limit);
    });
  }

  /** Removes output last written before the instant (ms since the epoch) of its session; resolves with the bytes. */
  async removeOlder(instantOf: (sessionId: string) => number | undefined): Promise<number> {
    return this.#removals.run('', async () => {
      const before = this.#totalBytes;
      for (const id of (await readdir(this.directory).catch(noneWhenMissing)) ?? []) {
        const instant = instantOf(id);
        const segments = await listSegments(join(this.directory, id));
        const old = segments.filter(({ changedAtMs }) => changedAtMs < (instant ?? -Infinity));
        await this.#dropOldest(old, undefined, 0);
        // Not what was written meanwhile.
        if (old.length > 0) await rmdir(join(this.directory, id)).catch(notEmpty);
      }
      return before - this.#totalBytes;
    });
  }

  #segmentBytesOf(sessionId: string): number {
    const limit = limitOf(this.#options.keepOf(sessionId));
    return Math.min(this.#options.segmentBytes, Math.max(segmentMinBytes, limit / 4));
  }

  async #write(sessionId: string, path: string, chunks: readonly Uint8Array[]): Promise<boolean> {
    if (this.#options.keepOf(sessionId).output === 'none') return false;
    try {
      await this.#options.appendTo(path, chunks);
      const bytes = sizeOf(chunks);
      this.#totalBytes += bytes;
      await this.#trim(sessionId, path, bytes);
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

  async #trim(sessionId: string, current: string, added: number): Promise<void> {
    const { totalBytes, keepOf } = this.#options;
    const limit = limitOf(keepOf(sessionId));
    const atMost = (this.#atMost.get(sessionId) ?? limit) + added;
    if (limit === Infinity) this.#atMost.delete(sessionId);
    else if (atMost <= limit) this.#atMost.set(sessionId, atMost);
    else
      await this.#removals.run('', async () => {
        const segments = await listSegments(join(this.directory, sessionId));
        this.#atMost.set(sessionId, await this.#dropOldest(segments, current, limit));
      });
    if (this.#totalBytes > totalBytes) await this.#removals.run('', () => this.#trimAll(current));
  }

  async #trimAll(current: string): Promise<void> {
    const { totalBytes } = this.#options;
    if (this.#totalBytes <= totalBytes) return;
    const all = await this.#listAll();
    this.#totalBytes = sumOf(all);
    const oldestFirst = all.toSorted((left, right) => left.changedAtMs - right.changedAtMs);
    await this.#dropOldest(oldestFirst, current, totalBytes);
  }

  /** Resolves with the bytes that are left of them. */
  async #dropOldest(
    segments: readonly SpoolSegment[],
    current: string | undefined,
    limit: number,
  ): Promise<number> {
    let bytes = sumOf(segments);
    for (const segment of segments) {
      if (bytes <= limit) break;
      if (segment.path === current) continue;
      await rm(segment.path, { force: true });
      bytes -= segment.bytes;
      this.#totalBytes -= segment.bytes;
    }
    return bytes;
  }

  async #listAll(): Promise<SpoolSegment[]> {
    const sessions = (await readdir(this.directory).catch(noneWhenMissing)) ?? [];
    const lists = await Promise.all(
      sessions.map((sessionId) => listSegments(join(this.directory, sessionId))),
    );
    return lists.flat();
  }
}

/** Bytes that the output of one session may take on disk. */
function limitOf({ output, bytes }: Keep): number {
  if (output === 'none') return 0;
  return output === 'tail' ? bytes : Infinity;
}

function sumOf(segments: readonly SpoolSegment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, 0);
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Or gone: both are as they should be. */
function notEmpty(error: unknown): void {
  const isExpected = ['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => hasCode(error, code));
  if (!isExpected) throw error;
}

async function appendToFile(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const file = await openPrivate(path);
  try {
    const { bytesWritten } = await file.writev(chunks);
    if (bytesWritten < sizeOf(chunks))
      await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
  } finally {
    await file.close();
  }
}

async function openPrivate(path: string): Promise<FileHandle> {
  const opened = await open(path, 'a', 0o600).catch(noneWhenMissing);
  if (opened !== undefined) return opened;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'a', 0o600);
}

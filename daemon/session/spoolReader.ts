import { open } from 'node:fs/promises';
import type { SpoolSegment } from './spoolSegment.ts';
import { listSegments, noneWhenMissing } from './spoolSegment.ts';

export interface SpoolRange {
  readonly from: number;
  readonly to: number;
}

/** A page of kept output. `next` counts the gaps too: the seq of `data[i]` is `from + i` plus the gaps before it. */
export interface SpoolPage {
  readonly generation: number;
  readonly from: number;
  readonly data: Buffer;
  readonly next: number;
  readonly end: number;
  readonly gaps: readonly SpoolRange[];
}

export interface SpoolPageRequest {
  readonly directory: string;
  /** Absent: the latest one that has output. */
  readonly generation: number | undefined;
  readonly from: number;
  readonly maxBytes: number;
}

/** Where the kept output of a generation ends; undefined when nothing of it is kept. */
export async function findSpoolEnd(
  directory: string,
  generation: number,
): Promise<number | undefined> {
  const segments = await listSegments(directory);
  const ends = segments
    .filter((segment) => segment.generation === generation)
    .map((segment) => segment.from + segment.bytes);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Reads across segments and gaps; files that are shorter than listed, or gone, make gaps and never an error. */
export async function readSpoolPage(request: SpoolPageRequest): Promise<SpoolPage> {
  const all = await listSegments(request.directory);
  const generation = request.generation ?? all.at(-1)?.generation ?? 0;
  const segments = all.filter((segment) => segment.generation === generation);
  const end = Math.max(0, ...segments.map((segment) => segment.from + segment.bytes));
  const chunks: Buffer[] = [];
  const gaps: SpoolRange[] = [];
  let from: number | undefined;
  let next = request.from;
  let room = request.maxBytes;
  for (const segment of segments) {
    if (room === 0) break;
    const start = Math.max(next, segment.from);
    const bytes = await readRange(segment, start, room);
    if (bytes.length === 0) continue;
    if (from === undefined) from = start;
    else if (start > next) gaps.push({ from: next, to: start });
    chunks.push(bytes);
    next = start + bytes.length;
    room -= bytes.length;
  }
  const first = from ?? Math.max(request.from, end);
  return {
    generation,
    from: first,
    data: Buffer.concat(chunks),
    next: from === undefined ? first : next,
    end,
    gaps,
  };
}

async function readRange(segment: SpoolSegment, from: number, room: number): Promise<Buffer> {
  const length = Math.min(room, segment.from + segment.bytes - from);
  if (length <= 0) return Buffer.alloc(0);
  const file = await open(segment.path, 'r').catch(noneWhenMissing);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const target = Buffer.alloc(length);
    const { bytesRead } = await file.read(target, 0, length, from - segment.from);
    return target.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of raw output: `<generation>-<seq of its first byte>.out`. Its size tells where it ends, a later start tells a gap. */
export interface SpoolSegment {
  readonly path: string;
  readonly generation: number;
  readonly from: number;
  readonly bytes: number;
  readonly changedAtMs: number;
}

const namePattern = /^(\d{1,10})-(\d{1,16})\.out$/;

export function nameSegment(generation: number, from: number): string {
  return `${generation}-${String(from).padStart(16, '0')}.out`;
}

/** Segments of a session in the order of their bytes; other files are ignored, a missing directory has none. */
export async function listSegments(directory: string): Promise<SpoolSegment[]> {
  const segments: SpoolSegment[] = [];
  for (const name of await listNames(directory)) {
    const match = namePattern.exec(name);
    if (match === null) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(noneWhenMissing);
    if (found === undefined) continue;
    segments.push({
      path,
      generation: Number(match[1]),
      from: Number(match[2]),
      bytes: found.size,
      changedAtMs: found.mtimeMs,
    });
  }
  return segments.toSorted(
    (left, right) => left.generation - right.generation || left.from - right.from,
  );
}

async function listNames(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(noneWhenMissing)) ?? [];
}

/** A file that is gone holds nothing; every other failure is told. */
export function noneWhenMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

/** Five starts within a minute that did not end orderly: then the daemon stays down, and the last reason is shown. */
import { rmSync } from 'node:fs';
import { z } from 'zod';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { HomePaths } from '../home/home.ts';
import { readPrivateFile, replaceFleetingFile } from '../home/home.ts';

const startsMax = 5;
const withinMs = 60_000;
const startsSchema = z.object({ at: z.array(z.number()), reason: z.string().nullable() });
type Starts = z.infer<typeof startsSchema>;

/** Throws `startLimit`; else counts one more start. A daemon that ends orderly removes the file. */
export function countStart(paths: HomePaths): void {
  const { at, reason } = readStarts(paths);
  if (at.length >= startsMax)
    throw new WaggleError(
      'startLimit',
      `The daemon ended ${at.length} times within a minute and is not started again${reason === null ? '.' : `: ${reason}`}`,
      { fix: 'waggle daemon start', details: { starts: at.length, reason } },
    );
  write(paths, { at: [...at, Date.now()], reason });
}

/** The last start found a daemon that holds the directory already: it was none. */
export function uncountStart(paths: HomePaths): void {
  const { at, reason } = readStarts(paths);
  write(paths, { at: at.slice(0, -1), reason });
}

/** Remembers why a start failed, for the sentence above. */
export function noteFailure(paths: HomePaths, reason: string): void {
  write(paths, { ...readStarts(paths), reason });
}

/** A person asked, or the daemon ended as it was told. */
export function forgetStarts(paths: HomePaths): void {
  rmSync(paths.startsFile, { force: true });
}

function write(paths: HomePaths, starts: Starts): void {
  replaceFleetingFile(paths.startsFile, `${JSON.stringify(starts)}\n`);
}

function readStarts(paths: HomePaths): Starts {
  const none: Starts = { at: [], reason: null };
  const text = readPrivateFile(paths.startsFile);
  if (text === undefined) return none;
  try {
    const { at, reason } = startsSchema.parse(JSON.parse(text));
    return { at: at.filter((time) => Math.abs(Date.now() - time) < withinMs), reason };
  } catch {
    return none;
  }
}

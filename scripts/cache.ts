/**
 * Things that are large, pinned and the same for every checkout are installed once per machine, in a cache outside of it.
 * Knows how to fill a place atomically and only once; deliberately knows nothing of what is put there.
 */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** `$WAGGLE_CACHE`, else `$XDG_CACHE_HOME/waggle`, else `~/.cache/waggle`. */
export function cacheDir(): string {
  if (process.env.WAGGLE_CACHE) return process.env.WAGGLE_CACHE;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waggle');
}

/** One line about what goes on; on stderr, because stdout belongs to results. */
export function say(text: string): void {
  process.stderr.write(`waggle: ${text}\n`);
}

/**
 * The absolute path of the cached thing called `key`, filled first when it is not there. `fill` gets an empty directory
 * beside it, which is renamed into place when `fill` is done, so a half-filled one is never seen.
 * @throws what `fill` throws; nothing is left behind then.
 */
export async function installOnce(
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const place = join(cacheDir(), key);
  if (existsSync(place)) return place;
  mkdirSync(cacheDir(), { recursive: true });
  const unlock = await lock(place);
  const temporary = `${place}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    if (existsSync(place)) return place;
    mkdirSync(temporary);
    await fill(temporary);
    moveIntoPlace(temporary, place);
    return place;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    unlock();
  }
}

/**
 * Lets one installer work while the others wait. Only saves work: were two let in, the rename still leaves one whole
 * result. A lock whose process is gone is removed.
 */
async function lock(place: string): Promise<() => void> {
  const file = `${place}.lock`;
  let told = false;
  while (!tryLock(file)) {
    const holder = lockHolder(file);
    if (holder !== undefined && !isAlive(holder)) rmSync(file, { force: true });
    else if (!told && holder !== process.pid) {
      told = true;
      say(`waiting for process ${holder ?? 'unknown'}, which is installing the same …`);
    }
    await delay(200);
  }
  return () => unlinkSync(file);
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function lockHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function moveIntoPlace(temporary: string, place: string): void {
  try {
    renameSync(temporary, place);
  } catch (error) {
    const another =
      hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST') || hasCode(error, 'EPERM');
    if (!another || !existsSync(place)) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

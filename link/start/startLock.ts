/** `start.lock`: only who makes it spawns. Names its holder, so that a dead or stuck one does not block the others. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { HomePaths } from '../home/home.ts';
import { readPrivateFile } from '../home/home.ts';
import { isSameProcess, readStartTime } from '../process/process.ts';

/** A starter that lives still needs no longer than this. */
const staleMs = 10_000;
/** Between making the file and writing the holder into it. */
const unwrittenMs = 1000;
const holderSchema = z.object({ pid: z.int(), startTime: z.number(), nonce: z.string() });

/** Undefined when another starter holds it. Two may hold it after a theft; the daemon's own lock still lets one live. */
export function takeStartLock(paths: HomePaths): Disposable | undefined {
  const path = paths.startLock;
  const nonce = randomBytes(8).toString('hex');
  const holder = { pid: process.pid, startTime: readStartTime(process.pid) ?? 0, nonce };
  if (!create(path, JSON.stringify(holder))) {
    if (isStale(path)) remove(path);
    return undefined;
  }
  return toDisposable(() => {
    if (readHolder(path)?.nonce === nonce) rmSync(path, { force: true });
  });
}

function create(path: string, text: string): boolean {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  let descriptor: number;
  try {
    descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(descriptor, text);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function isStale(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  const ageMs = Math.abs(Date.now() - stats.mtimeMs);
  const holder = readHolder(path);
  if (holder === undefined) return ageMs > unwrittenMs;
  return ageMs > staleMs || !isSameProcess(holder.pid, holder.startTime);
}

/** Moved first: of several who find it stale, one gets it. */
function remove(path: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  rmSync(aside, { force: true });
}

function readHolder(path: string): z.infer<typeof holderSchema> | undefined {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

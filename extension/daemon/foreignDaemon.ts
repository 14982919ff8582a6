import { setTimeout as delay } from 'node:timers/promises';
import type { HomePaths } from '../../link/home/home.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import { isSameProcess } from '../../link/process/process.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** A daemon ends within 5 s of being asked. */
const limitMs = 7000;
const lookMs = 50;

/**
 * Asks the daemon of the runtime file to end, by a signal, when it does not speak our protocol. Settles when it is gone;
 * rejects with `timeout`. Does nothing to a process that is not the one of the file.
 */
export async function endForeignDaemon(paths: HomePaths): Promise<void> {
  const runtime = readRuntimeFile(paths);
  if (runtime === undefined || !isSameProcess(runtime.pid, runtime.startTime)) return;
  process.kill(runtime.pid, 'SIGTERM');
  const deadline = Date.now() + limitMs;
  while (isSameProcess(runtime.pid, runtime.startTime)) {
    if (Date.now() > deadline) throw new WaggleError('timeout', 'The running daemon does not end.');
    await delay(lookMs);
  }
}

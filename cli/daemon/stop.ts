/** Ends a daemon and waits until its process is gone, with a limit on every step. */
import { setTimeout as delay } from 'node:timers/promises';
import { readRuntimeFile } from '../../link/home/home.ts';
import { isSameProcess } from '../../link/process/process.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';

export interface StopResult {
  /** Null: none ran. */
  readonly pid: number | null;
  /** Processes of sessions that were ended with it. */
  readonly killed: number;
}

interface RunningProcess {
  readonly pid: number;
  readonly startTime: number;
}

const orderlyMs = 8000;
const termMs = 5000;
const stepMs = 25;

type StopContext = Pick<CommandContext, 'paths' | 'identity' | 'connectIfRunning'>;

/** Asks the daemon to end; one that does not answer, does not end or does not understand us is signalled. */
export async function stopDaemon(
  context: StopContext,
  sessions: 'keep' | 'kill',
): Promise<StopResult> {
  const link = await connectIfUnderstood(context, sessions);
  if (link !== undefined) {
    const { pid, startTime } = link.info;
    const { killed } = await link.call('daemon/stop', { sessions });
    if (!(await isGone({ pid, startTime }, orderlyMs))) await end({ pid, startTime });
    return { pid, killed };
  }
  const left = context.identity === undefined ? readRuntimeFile(context.paths) : undefined;
  if (left === undefined || !isSameProcess(left.pid, left.startTime))
    return { pid: null, killed: 0 };
  await end(left);
  return { pid: left.pid, killed: 0 };
}

/** Sessions can be ended only by a daemon that understands; a session's token ends none. */
async function connectIfUnderstood(
  { identity, connectIfRunning }: StopContext,
  sessions: 'keep' | 'kill',
): ReturnType<StopContext['connectIfRunning']> {
  try {
    return await connectIfRunning();
  } catch (error) {
    const isForeign = errorCodeOf(error) === 'versionMismatch';
    if (!isForeign || identity !== undefined || sessions === 'kill') throw error;
    return undefined;
  }
}

async function end(target: RunningProcess): Promise<void> {
  signal(target, 'SIGTERM');
  if (await isGone(target, termMs)) return;
  signal(target, 'SIGKILL');
  await isGone(target, termMs);
}

/** Never to another process that has the pid by now. */
function signal({ pid, startTime }: RunningProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (isSameProcess(pid, startTime)) process.kill(pid, name);
}

async function isGone({ pid, startTime }: RunningProcess, limitMs: number): Promise<boolean> {
  const until = Date.now() + limitMs;
  while (isSameProcess(pid, startTime)) {
    if (Date.now() > until) return false;
    await delay(stepMs);
  }
  return true;
}

/**
 * Looks after the main loop: says when it stalled, and from a thread of its own ends a daemon whose loop stands still, so
 * that a client can start the next one. Both with the stack of the main thread, which that thread takes over the inspector's
 * own connection, opened only then. Sessions live in their hosts and do not notice.
 */
import type { Debugger } from 'node:inspector';
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Logger } from '../context.ts';

const beatEveryMs = 100;
const stallLoggedMs = 200;
const stallEndMs = 10_000;

export interface WatchdogOptions {
  readonly log: Logger;
  /** The last line goes there directly: the loop that would write it stands still. */
  readonly logFile: string;
  readonly endAfterMs?: number;
}

export interface Watchdog {
  stop(): Promise<void>;
}

interface WatchTask {
  readonly beats: SharedArrayBuffer;
  readonly logFile: string;
  readonly endAfterMs: number;
  /** Takes a `TakenStack`. */
  readonly stacks: MessagePort;
}

/** Where the main thread stood while it did not get further than one beat. */
interface TakenStack {
  readonly beat: number;
  readonly stack: string;
}

export function startWatchdog({
  log,
  logFile,
  endAfterMs = stallEndMs,
}: WatchdogOptions): Watchdog {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const { port1: taken, port2: stacks } = new MessageChannel();
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const beat = Atomics.add(counter, 0, 1);
    const now = performance.now();
    const stallMs = now - lastAt - beatEveryMs;
    lastAt = now;
    if (stallMs <= stallLoggedMs) return;
    const stack = takeStack(taken, beat);
    log.warn('The main loop stalled', {
      stallMs: Math.round(stallMs),
      ...(stack === undefined ? {} : { stack }),
    });
  }, beatEveryMs);
  timer.unref();
  const workerData: WatchTask = { beats, logFile, endAfterMs, stacks };
  const worker = new Worker(`(${watchBeats.toString()})(${stackOfMain.toString()})`, {
    eval: true,
    workerData,
    transferList: [stacks],
  });
  worker.unref();
  worker.once('online', () => log.debug('The main loop is watched'));
  worker.on('error', (error) => log.error('The watchdog failed', { error }));
  return {
    async stop() {
      clearInterval(timer);
      await worker.terminate();
      taken.close();
    },
  };
}

/** What was taken at an earlier beat belongs to a stall that was too short to be said. */
function takeStack(taken: MessagePort, beat: number): string | undefined {
  let stack: string | undefined;
  let next: { message: TakenStack } | undefined;
  while ((next = receiveMessageOnPort(taken) as typeof next) !== undefined)
    if (next.message.beat === beat) stack = next.message.stack;
  return stack;
}

/**
 * Runs in the thread. Invariant: uses nothing from outside of itself, its text is the program. It counts looks without a
 * beat instead of time, so that a machine that slept or a stopped process is no stall.
 */
function watchBeats(takeMainStack: typeof stackOfMain): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { appendFileSync } = process.getBuiltinModule('node:fs');
  const { beats, logFile, endAfterMs, stacks } = workerData as WatchTask;
  const counter = new Int32Array(beats);
  const lookEveryMs = Math.min(100, endAfterMs / 20);
  const endLooks = Math.ceil(endAfterMs / lookEveryMs);
  /** A main thread that runs no JavaScript answers nobody: at the end it is waited for no longer than this. */
  const stackLooks = 10;
  const looksPerTurn = 50;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let seen = 0;
  let misses = 0;
  let isTaking = false;
  let stack = 'none: the main thread does not run JavaScript';

  const take = (beat: number): void => {
    if (isTaking) return;
    isTaking = true;
    takeMainStack((taken) => {
      isTaking = false;
      if (Atomics.load(counter, 0) !== beat) return;
      stack = taken;
      stacks.postMessage({ beat, stack });
    });
  };

  const end = (): void => {
    const at = new Date().toISOString();
    const message = 'The main loop stands still; the daemon ends';
    const dump = { stallMs: misses * lookEveryMs, memory: process.memoryUsage(), stack };
    const line = JSON.stringify({ at, level: 'error', message, ...dump });
    try {
      appendFileSync(logFile, `${line}\n`, { mode: 0o600 });
    } finally {
      process.kill(process.pid, 'SIGKILL');
    }
  };

  const look = (): void => {
    const beat = Atomics.load(counter, 0);
    misses = beat === seen ? misses + 1 : 0;
    seen = beat;
    if (misses >= endLooks) end();
    else if (misses === 2 || misses === endLooks - stackLooks) take(beat);
  };

  /** Asleep between looks, which costs a tenth of a timer; awake for the loop of this thread while a stack is taken. */
  const watch = (): void => {
    look();
    for (let looks = 1; looks < looksPerTurn && !isTaking; looks += 1) {
      Atomics.wait(never, 0, 0, lookEveryMs);
      look();
    }
    setTimeout(watch, lookEveryMs);
  };
  watch();
}

/** Runs in the thread, under the same invariant: tells where the main thread stands, as soon as it runs JavaScript. */
function stackOfMain(tell: (stack: string) => void): void {
  const framesMax = 30;
  const urls = new Map<string, string>();
  const describe = ({ functionName, location }: Debugger.CallFrame): string => {
    const { lineNumber, columnNumber = 0 } = location;
    const url = urls.get(location.scriptId) ?? '';
    return `at ${functionName || '<anonymous>'} (${url}:${lineNumber + 1}:${columnNumber + 1})`;
  };
  try {
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    session.connectToMainThread();
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    session.on('Debugger.paused', ({ params: { callFrames } }) => {
      tell(callFrames.slice(0, framesMax).map(describe).join('\n'));
      session.post('Debugger.resume', () => session.disconnect());
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  } catch (error) {
    tell(`none: ${String(error)}`);
  }
}

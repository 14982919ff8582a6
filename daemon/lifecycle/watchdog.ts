/**
 * Looks after the main loop: says when it stalled, and from a thread of its own ends a daemon whose loop stands still, so
 * that a client can start the next one. Sessions live in their hosts and do not notice.
 */
import { Worker } from 'node:worker_threads';
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
}

export function startWatchdog({
  log,
  logFile,
  endAfterMs = stallEndMs,
}: WatchdogOptions): Watchdog {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  let lastAt = performance.now();
  const timer = setInterval(() => {
    Atomics.add(counter, 0, 1);
    const now = performance.now();
    const stallMs = now - lastAt - beatEveryMs;
    lastAt = now;
    if (stallMs > stallLoggedMs)
      log.warn('The main loop stalled', { stallMs: Math.round(stallMs) });
  }, beatEveryMs);
  timer.unref();
  const task: WatchTask = { beats, logFile, endAfterMs };
  const worker = new Worker(`(${watchBeats.toString()})()`, { eval: true, workerData: task });
  worker.unref();
  worker.on('error', (error) => log.error('The watchdog failed', { error }));
  return {
    async stop() {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}

/**
 * Runs in the thread. Invariant: uses nothing from outside of itself, its text is the program. It counts looks without a
 * beat instead of time, so that a machine that slept or a stopped process is no stall.
 */
function watchBeats(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { appendFileSync } = process.getBuiltinModule('node:fs');
  const { beats, logFile, endAfterMs } = workerData as WatchTask;
  const counter = new Int32Array(beats);
  const lookEveryMs = endAfterMs / 20;
  let seen = 0;
  let misses = 0;
  setInterval(() => {
    const beat = Atomics.load(counter, 0);
    misses = beat === seen ? misses + 1 : 0;
    seen = beat;
    if (misses < 20) return;
    const at = new Date().toISOString();
    const message = 'The main loop stands still; the daemon ends';
    const line = JSON.stringify({ at, level: 'error', message, stallMs: misses * lookEveryMs });
    try {
      appendFileSync(logFile, `${line}\n`, { mode: 0o600 });
    } finally {
      process.kill(process.pid, 'SIGKILL');
    }
  }, lookEveryMs);
}

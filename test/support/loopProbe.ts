/**
 * Loaded ahead of a program of ours by NODE_OPTIONS: on SIGUSR2 it writes how long the turns of the loop have been since
 * the last one, and begins anew. The processor's time counts beside the clock's: it is what the turn took by itself, also
 * on a machine that is busy with something else. The first signal only begins.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const folder = process.env['WAGGLE_TEST_LOOPS'];

function begin(file: string): () => void {
  const turns: [clockMs: number, processorMs: number][] = [];
  let clock = performance.now();
  let processor = processorMs();
  const look = (): void => {
    const [now, used] = [performance.now(), processorMs()];
    turns.push([now - clock, used - processor]);
    [clock, processor] = [now, used];
  };
  const timer = setInterval(look, 1).unref();
  return () => {
    clearInterval(timer);
    look();
    writeFileSync(`${file}.part`, JSON.stringify(turns));
    renameSync(`${file}.part`, file);
  };
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

if (isMainThread && folder !== undefined) {
  const file = `${folder}/loop-${process.pid}.json`;
  let end: (() => void) | undefined;
  process.on('SIGUSR2', () => {
    end?.();
    end = begin(file);
  });
}

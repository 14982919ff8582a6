/** What a busy moment left in this thread's heap is given back once it is quiet: a daemon stands idle most of its life. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Disposable } from '../protocol/wire/disposable.ts';

const lookEveryMs = 1000;
const grownBytes = 2 * 1024 * 1024;
/** What is still growing is in use: a collection stops the thread for some 20 ms. */
const stillBytes = 256 * 1024;

/** Looks once a second. Where the runtime has no collection to offer nothing happens. */
export function collectWhenQuiet(): Disposable {
  let least = Number.POSITIVE_INFINITY;
  let last = 0;
  const timer = setInterval(() => {
    const used = getHeapStatistics().used_heap_size;
    const isStill = Math.abs(used - last) < stillBytes;
    last = used;
    least = Math.min(least, used);
    if (!isStill || used < least + grownBytes) return;
    collect();
    last = getHeapStatistics().used_heap_size;
    least = last;
  }, lookEveryMs);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const found = runInNewContext('globalThis.gc') as ((options: object) => void) | undefined;
  found?.({ type: 'major', flavor: 'last-resort' });
}

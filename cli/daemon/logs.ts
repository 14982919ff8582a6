/** The end of the daemon's log, and what is added to it. Needs no daemon. */
import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';

const tailBytes = 1024 * 1024;

interface LogPart {
  readonly text: string;
  /** Where the file ended. */
  readonly end: number;
}

/** The last `count` lines of a file, of at most 1 MiB. Throws `notFound` when there is no log yet. */
export function readLastLines(file: string, count: number): { lines: string[]; end: number } {
  const { text, end } = readFrom(file, (size) => Math.max(0, size - tailBytes));
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.slice(-count).map(toVisibleText), end };
}

function readFrom(file: string, choose: (size: number) => number): LogPart {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new WaggleError('notFound', `There is no log at ${file} yet.`, { cause: error });
  }
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.min(choose(size), size);
    const bytes = Buffer.alloc(size - from);
    const count = readSync(descriptor, bytes, 0, bytes.length, from);
    return { text: bytes.toString('utf8', 0, count), end: from + count };
  } finally {
    closeSync(descriptor);
  }
}

/** Hands over what is appended after `end`, over rotations, until the signal aborts. */
export async function followLog(
  file: string,
  { end, print, signal }: { end: number; print: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  let position = end;
  const readOn = (): void => {
    const part = readFrom(file, (size) => (size < position ? 0 : position));
    position = part.end;
    if (part.text !== '') print(toVisibleText(part.text));
  };
  const watcher = watch(file, readOn);
  watcher.on('error', () => watcher.close());
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    watcher.on('close', () => resolve());
  });
  watcher.close();
}

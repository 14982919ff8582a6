/** The end of the daemon's log, and what is added to it. Needs no daemon. */
import { closeSync, fstatSync, openSync, readSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';

const tailBytes = 1024 * 1024;

/** The last `count` lines of a file, of at most 1 MiB. Throws `notFound` when there is no log yet. */
export function readLastLines(file: string, count: number): { lines: string[]; end: number } {
  const { text, end } = readEnd(file);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.slice(-count).map(toVisibleText), end };
}

function readEnd(file: string): { readonly text: string; readonly end: number } {
  const descriptor = openIfThere(file);
  if (descriptor === undefined)
    throw new WaggleError('notFound', `There is no log at ${file} yet.`);
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(0, size - tailBytes);
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
  const tail = new LogTail(file, end);
  const readOn = (): void => {
    const text = tail.read();
    if (text !== '') print(toVisibleText(text));
  };
  // The directory: a watch on the file would follow it to its next name.
  const watcher = watch(dirname(file), readOn);
  watcher.on('error', () => watcher.close());
  try {
    readOn();
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      watcher.on('close', () => resolve());
    });
  } finally {
    watcher.close();
    tail.dispose();
  }
}

/** What is added to a log; when it was rotated the rest of the old file comes first. */
class LogTail implements Disposable {
  readonly #file: string;
  #descriptor: number | undefined;
  #decoder = new TextDecoder();
  #position: number;

  constructor(file: string, position: number) {
    this.#file = file;
    this.#descriptor = openIfThere(file);
    this.#position = position;
  }

  read(): string {
    const text = this.#readOpen();
    const isCurrent =
      this.#descriptor !== undefined &&
      fstatSync(this.#descriptor).ino === statSync(this.#file, { throwIfNoEntry: false })?.ino;
    if (isCurrent) return text;
    const next = openIfThere(this.#file);
    // Between two names: the next event brings the new one.
    if (next === undefined) return text;
    this.dispose();
    this.#descriptor = next;
    this.#decoder = new TextDecoder();
    this.#position = 0;
    return text + this.#readOpen();
  }

  dispose(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readOpen(): string {
    if (this.#descriptor === undefined) return '';
    const { size } = fstatSync(this.#descriptor);
    if (size < this.#position) this.#position = 0;
    const bytes = Buffer.alloc(size - this.#position);
    const count = readSync(this.#descriptor, bytes, 0, bytes.length, this.#position);
    this.#position += count;
    return this.#decoder.decode(bytes.subarray(0, count), { stream: true });
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch {
    return undefined;
  }
}

/** Shows the daemon's log file in an output channel and follows it while the channel is in use. Reads only. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Disposable } from '../../protocol/wire/disposable.ts';

const firstBytes = 128 * 1024;
const followMs = 500;

/** One line of the log. Lines that are not ours come as they are, with level `info`. */
export interface LogLine {
  readonly level: string;
  readonly text: string;
}

export function parseLogLine(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return { level: 'info', text: line };
    const { level, message, at, ...fields } = value as Record<string, unknown>;
    const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
    return { level: String(level), text: `${String(at)} ${String(message)}${rest}` };
  } catch {
    return { level: 'info', text: line };
  }
}

/** Follows a file that may not exist yet, grow, or be replaced by a new one. */
export class LogTail implements Disposable {
  readonly #path: string;
  readonly #show: (line: LogLine) => void;
  #inode = 0;
  #position = 0;
  #rest = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, show: (line: LogLine) => void) {
    this.#path = path;
    this.#show = show;
  }

  /** Looks every half second: a watcher of the runtime misses what is written before its own first look. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#read();
    this.#timer = setInterval(() => this.#read(), followMs);
    this.#timer.unref();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #read(): void {
    const file = openIfThere(this.#path);
    if (file === undefined) return;
    try {
      const { ino, size } = fstatSync(file);
      if (ino !== this.#inode || size < this.#position) {
        this.#position = this.#inode === 0 ? Math.max(0, size - firstBytes) : 0;
        this.#inode = ino;
        this.#rest = '';
      }
      const bytes = Buffer.alloc(Math.max(0, size - this.#position));
      const count = readSync(file, bytes, 0, bytes.length, this.#position);
      this.#position += count;
      this.#take(bytes.toString('utf8', 0, count));
    } finally {
      closeSync(file);
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#show(parseLogLine(line));
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

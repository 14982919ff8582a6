/** A program in a real terminal of ours: everything it printed, as bytes, and what is typed into it. */
import { spawn } from 'node-pty';
import { setTimeout as delay } from 'node:timers/promises';

export interface PtyTerminalOptions {
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly cols?: number;
  readonly rows?: number;
}

const waitMs = 30_000;

export class PtyTerminal {
  readonly #pty: ReturnType<typeof spawn>;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #text = '';
  readonly exited: Promise<{ readonly exitCode: number; readonly signal?: number }>;

  constructor({ argv, env, cwd = '/', cols = 80, rows = 24 }: PtyTerminalOptions) {
    const [file, ...words] = argv;
    const variables = Object.entries(env).filter((entry): entry is [string, string] => {
      return entry[1] !== undefined;
    });
    this.#pty = spawn(file, words, {
      cwd,
      cols,
      rows,
      env: Object.fromEntries(variables),
      encoding: null,
      name: 'xterm-256color',
    });
    // With no encoding node-pty hands over Buffers, whatever its type says.
    this.#pty.onData((chunk: unknown) => this.#add(chunk as Buffer));
    this.exited = new Promise((resolve) => this.#pty.onExit(resolve));
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#text += chunk.toString('latin1');
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#length);
  }

  /** Everything so far, one character per byte. */
  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#pty.write(text);
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
  }

  /** Waits until `wanted` was printed at or after `from`; returns where it ends. */
  async see(wanted: string | RegExp, from = 0): Promise<number> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const found = findIn(this.#text, wanted, from);
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const tail = JSON.stringify(this.#text.slice(-1000));
        throw new Error(`${String(wanted)} was not printed; the last were ${tail}`);
      }
      await delay(10);
    }
  }

  /** Closes the terminal, as closing its window does. */
  hangUp(): void {
    this.#pty.kill('SIGHUP');
  }

  kill(): void {
    this.#pty.kill('SIGKILL');
  }
}

function findIn(text: string, wanted: string | RegExp, from: number): number | undefined {
  if (typeof wanted === 'string') {
    const at = text.indexOf(wanted, from);
    return at === -1 ? undefined : at + wanted.length;
  }
  const match = wanted.exec(text.slice(from));
  return match === null ? undefined : from + match.index + match[0].length;
}

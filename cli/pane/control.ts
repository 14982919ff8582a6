import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ControlOptions {
  readonly socket: string;
  /** `%3`. */
  readonly pane: string;
  /** The size of this client counts for the windows that it shows. */
  readonly countsForSize: boolean;
}

interface Waiting {
  resolve(lines: readonly string[]): void;
  reject(error: Error): void;
}

/**
 * A client of a tmux server in control mode: commands go in as lines, answers and news come out in their order. It starts
 * no server and shows nothing itself.
 */
export class TmuxControl {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #block: { readonly end: string; readonly error: string; readonly lines: string[] } | undefined;
  #isOurs = false;
  #onNews: () => void = () => undefined;

  constructor({ socket, pane, countsForSize }: ControlOptions) {
    const flags = countsForSize ? [] : ['-f', 'ignore-size'];
    const attach = ['-C', 'attach-session', ...flags, '-t', pane];
    const { WAGGLE_TOKEN: _token, TMUX: _inside, ...env } = process.env;
    this.#child = spawn('tmux', ['-N', '-u', '-S', socket, ...attach], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const { stdin, stdout } = this.#child;
    // It may end while a line is on its way to it; its end is told by `ended`.
    stdin?.on('error', () => undefined);
    if (stdout !== null)
      createInterface({ input: stdout, crlfDelay: 0 }).on('line', (line) => this.#read(line));
    this.#ended = new Promise((resolve) => {
      const done = (): void => {
        for (const one of this.#waiting.splice(0)) one.reject(new Error('tmux has ended'));
        resolve();
      };
      this.#child.once('error', done);
      this.#child.once('close', done);
    });
  }

  /** Resolves when the server let this client go: it ended, or the session of the pane did. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Something in the session changed: output, sizes, modes. One listener. */
  onNews(listener: () => void): void {
    this.#onNews = listener;
  }

  /** Lines that a command prints. Rejects with what tmux says, or when it ends. `command` must hold no text of others. */
  call(command: string): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.stdin?.writable !== true)
        return reject(new Error('tmux has ended'));
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${command}\n`);
    });
  }

  dispose(): void {
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
  }

  #read(line: string): void {
    const block = this.#block;
    if (block === undefined) {
      const begin = /^%begin (\d+ \d+ (\d+))$/.exec(line);
      if (begin === null) return this.#onNews();
      const [, tag = '', flags = '0'] = begin;
      // What this client did not ask for, its own attaching, has another flag.
      this.#isOurs = (Number(flags) & 1) === 1;
      this.#block = { end: `%end ${tag}`, error: `%error ${tag}`, lines: [] };
      return;
    }
    if (line !== block.end && line !== block.error) {
      block.lines.push(line);
      return;
    }
    this.#block = undefined;
    const asked = this.#isOurs ? this.#waiting.shift() : undefined;
    if (line === block.end) asked?.resolve(block.lines);
    else asked?.reject(new Error(block.lines.join(' ')));
  }
}

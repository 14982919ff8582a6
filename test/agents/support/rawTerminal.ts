/**
 * A terminal of the raw kind for tests that need no daemon: bytes in, bytes out, and the two answers without which Claude
 * Code does not report its state. Draws no screen; tests wait for bytes.
 */
import { spawn } from 'node-pty';
import { untilTold } from './deadline.ts';

export interface RawTerminal {
  readonly pid: number;
  /** All output so far. */
  readonly output: string;
  write(text: string): void;
  /** Resolves with the position after the first match at or after `from`. Rejects after 30 s with the tail of the output. */
  untilOutput(wanted: string | RegExp, from?: number): Promise<number>;
  /**
   * Presses a key until the wanted output follows, as a person does: a dialog of Claude Code passes over keys in its first
   * moments. Only for keys that do no harm when they come once too often.
   */
  pressUntil(key: string, wanted: string | RegExp): Promise<number>;
  /** The exit code; rejects after 30 s. */
  untilExit(): Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

export interface RawTerminalOptions {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** 120 columns, 40 rows, `TERM=xterm-256color`. */
export function openRawTerminal(options: RawTerminalOptions): RawTerminal {
  const [program, ...args] = options.command;
  const pty = spawn(program, args, {
    cols: 120,
    rows: 40,
    cwd: options.cwd,
    env: { ...options.env, TERM: 'xterm-256color' },
    encoding: 'utf8',
  });
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  let output = '';
  let exitCode: number | undefined;
  let answered = 0;
  pty.onData((text) => {
    output += text;
    answered = answerQueries(output, answered, (reply) => pty.write(reply));
    tell();
  });
  pty.onExit((exit) => {
    exitCode = exit.exitCode;
    tell();
  });
  const tail = (): string => JSON.stringify(output.slice(-2000));
  const untilOutput = (wanted: string | RegExp, from = 0): Promise<number> =>
    untilTold(listeners, () => findEnd(output, wanted, from), {
      what: () => `${String(wanted)} in the output, which ends in ${tail()}`,
    });
  return {
    pid: pty.pid,
    get output() {
      return output;
    },
    write: (text) => pty.write(text),
    untilOutput,
    pressUntil: async (key, wanted) => {
      const from = output.length;
      pty.write(key);
      const again = setInterval(() => pty.write(key), 1000);
      return untilOutput(wanted, from).finally(() => clearInterval(again));
    },
    untilExit: () =>
      untilTold(listeners, () => exitCode, { what: () => `the exit after ${tail()}` }),
    kill: (signal) => pty.kill(signal),
  };
}

function findEnd(output: string, wanted: string | RegExp, from: number): number | undefined {
  if (typeof wanted === 'string') {
    const at = output.indexOf(wanted, from);
    return at < 0 ? undefined : at + wanted.length;
  }
  const match = wanted.exec(output.slice(from));
  return match ? from + match.index + match[0].length : undefined;
}

/** Answers the queries behind `answered` in their order and returns the position behind the last one. */
function answerQueries(output: string, answered: number, reply: (text: string) => void): number {
  const queries = /\x1b\](7501);\?(?:\x07|\x1b\\)|\x1b\[0?c/g;
  queries.lastIndex = answered;
  let position = answered;
  for (let match = queries.exec(output); match; match = queries.exec(output)) {
    reply(match[1] ? '\x1b]7501;?\x1b\\' : '\x1b[?1;2c');
    position = queries.lastIndex;
  }
  return position;
}

/**
 * What the command prints: results on stdout, everything said beside them on stderr. Knows colours, widths and exit
 * codes; deliberately knows no session and no daemon.
 */
import { toFailure } from './failure.ts';
import { createPaint, wantsColor } from './style.ts';
import type { Style } from './style.ts';
import { failureText } from './failure.ts';

export { CommandError, toFailure } from './failure.ts';
export type { Failure } from './failure.ts';
export { exitCodes } from './exitCode.ts';
export { agoText } from './time.ts';
export { layOutTable } from './table.ts';
export { widthOf } from './width.ts';
export type { Cell, Column } from './table.ts';
export type { Style } from './style.ts';

interface TextSink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: NodeJS.ProcessEnv;
}

export class Output {
  readonly json: boolean;
  /** A person reads stdout. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number;
  readonly paint: (text: string, style: Style) => string;
  readonly #stdout: TextSink;
  readonly #stderr: TextSink;

  constructor({ json, stdout, stderr, env }: OutputOptions) {
    this.json = json;
    this.isTerminal = stdout.isTTY === true;
    this.columns = stdout.columns ?? 80;
    this.paint = createPaint(wantsColor(this.isTerminal, env));
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** The result: one JSON document with `--json`, else the lines that `describe` makes. */
  result(value: unknown, describe: () => readonly string[]): void {
    const text = this.json ? JSON.stringify(value, undefined, 2) : describe().join('\n');
    if (text !== '') this.#stdout.write(`${text}\n`);
  }

  /** Said to a person beside the result: nothing with `--json`. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${text}\n`);
  }

  /** A hint for the next step, where a person reads it. */
  hint(text: string): void {
    if (!this.json && this.isTerminal) this.#stdout.write(`${this.paint(text, 'dim')}\n`);
  }

  /** Tells a failure on stderr; returns the exit code that goes with it. */
  fail(error: unknown): number {
    const { exitCode, ...failure } = toFailure(error);
    const text = this.json
      ? `${JSON.stringify({ error: failure }, undefined, 2)}\n`
      : failureText({ ...failure, exitCode });
    this.#stderr.write(text);
    return exitCode;
  }
}

/** The host's own few lines: what went wrong in it, never what went through it. */
import { appendFileSync, statSync } from 'node:fs';
import { randomHex } from '../../link/proof/proof.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const logMaxBytes = 1024 * 1024;

export class HostLog {
  readonly #path: string;
  /** Lines that could not be written. */
  droppedLines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends one JSON line and returns its id, which a client may be told. */
  fault(message: string, error: unknown): string {
    const id = randomHex(4);
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4) : [];
    const where = stack.map((line) => toPlainLine(line)).join(' < ');
    const fields = { error: toPlainLine(errorMessageOf(error), 512), where };
    this.#append({ time: new Date().toISOString(), level: 'error', id, message, ...fields });
    return id;
  }

  #append(line: object): void {
    try {
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > logMaxBytes) return;
      appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      this.#dropLine();
    }
  }

  /** A full disk or a missing folder must not end sessions, and there is nowhere else to say it. */
  #dropLine(): void {
    this.droppedLines += 1;
  }
}

/** The host's own few lines: what went wrong in it, never what went through it. */
import { appendFileSync, statSync } from 'node:fs';
import { randomHex } from '../../link/proof/proof.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const logMaxBytes = 1024 * 1024;

export class HostLog {
  readonly #path: string;

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

  /** A full disk or a missing folder must not end sessions, so a line that cannot be written is dropped. */
  #append(line: object): void {
    try {
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > logMaxBytes) return;
      appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (error) {
      process.exitCode = error instanceof Error ? 1 : process.exitCode;
    }
  }
}

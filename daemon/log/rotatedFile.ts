/** A file that is appended to and moved aside when it is full: `x.log`, `x.log.1` … `x.log.4`. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Disposable } from '../../protocol/wire/disposable.ts';

export interface RotatedFile extends Disposable {
  append(text: string): void;
}

export interface RotationOptions {
  readonly path: string;
  readonly maxBytes: number;
  /** Files in all, the current one included. */
  readonly files: number;
}

/** Appends synchronously, so that the last line before a crash is there. A full disk loses lines, never the daemon. */
export function openRotatedFile({ path, maxBytes, files }: RotationOptions): RotatedFile {
  let descriptor = openForAppend(path);
  let bytes = fstatSync(descriptor).size;
  let disposed = false;

  function rotate(): void {
    closeSync(descriptor);
    rmSync(`${path}.${files - 1}`, { force: true });
    for (let number = files - 2; number >= 1; number -= 1)
      moveIfPresent(`${path}.${number}`, `${path}.${number + 1}`);
    if (files > 1) moveIfPresent(path, `${path}.1`);
    else rmSync(path, { force: true });
    descriptor = openForAppend(path);
    bytes = 0;
  }

  return {
    append(text) {
      if (disposed) return;
      const line = Buffer.from(text);
      try {
        if (bytes > 0 && bytes + line.length > maxBytes) rotate();
        bytes += writeSync(descriptor, line);
      } catch (error) {
        dropLine(error);
      }
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      closeSync(descriptor);
    },
  };
}

function openForAppend(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants;
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

function moveIfPresent(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

/** A log that cannot be written has nowhere to say so but the standard error, which the starter keeps in a file. */
function dropLine(error: unknown): void {
  process.stderr.write(
    `log line lost: ${error instanceof Error ? error.message : String(error)}\n`,
  );
}

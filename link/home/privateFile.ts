/** Reading and replacing small files of 0600 without following links. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';

const noFollow = constants.O_NOFOLLOW ?? 0;

/** True for a failure of the operating system with that code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The text of a regular file of at most `maxBytes`; undefined when it is absent, a link, larger or of another kind. */
export function readPrivateFile(path: string, maxBytes = 65_536): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | noFollow);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ELOOP')) return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Writes the whole file beside its place (0600, exclusive, flushed) and renames it: readers see the old or the new. */
export function replacePrivateFile(path: string, text: string): void {
  replaceFile(path, { text, flush: true });
}

/** The same for what means nothing after the machine has gone down: nobody waits for the disk. */
export function replaceFleetingFile(path: string, text: string): void {
  replaceFile(path, { text, flush: false });
}

function replaceFile(path: string, { text, flush }: { text: string; flush: boolean }): void {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(
    draft,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow,
    0o600,
  );
  try {
    writeFileSync(descriptor, text);
    if (flush) fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
}

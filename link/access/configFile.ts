/** A configuration file that belongs to another program: read with every doubt, replaced in one step. */
import type { Stats } from 'node:fs';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { hasCode } from '../home/home.ts';

export interface ConfigFile {
  /** As the agent names it. */
  readonly path: string;
  /** Where its bytes are: behind links, when there are any. */
  readonly target: string;
  /** Undefined: there is none yet. */
  readonly bytes: Buffer | undefined;
  readonly text: string;
  readonly mode: number;
}

const maxBytes = 32 * 1024 * 1024;
const newMode = 0o600;
const isWindows = process.platform === 'win32';

/**
 * Reads a file that may be changed afterwards. Links are followed, as dotfile managers set them, but only to a file of
 * the same person.
 * @throws WaggleError `permissionsTooOpen`, `forbidden`, `limitReached`, `badRequest` with the way out in `fix`.
 */
export function readConfigFile(path: string): ConfigFile {
  const named = lstatSync(path, { throwIfNoEntry: false });
  if (named === undefined) refuseForeign(...nearest(dirname(path)));
  if (named === undefined) return { path, target: path, bytes: undefined, text: '', mode: newMode };
  refuseForeign(path, named);
  const target = named.isSymbolicLink() ? followLink(path) : path;
  const stats = statSync(target);
  if (!stats.isFile())
    throw refuse(
      'badRequest',
      `${path} is no regular file.`,
      `mv ${word(path)} ${word(`${path}.old`)}`,
    );
  refuseForeign(target, stats);
  refuseClosed(target, stats);
  if (stats.size > maxBytes)
    throw refuse(
      'limitReached',
      `${path} has ${stats.size} bytes; ${maxBytes} are the most that is changed.`,
      'Make it smaller, or add the entry by hand.',
    );
  const bytes = readFileSync(target);
  return { path, target, bytes, text: decode(path, bytes), mode: stats.mode & 0o777 };
}

function refuse(
  code: 'badRequest' | 'forbidden' | 'limitReached' | 'permissionsTooOpen' | 'conflict',
  message: string,
  fix: string,
): WaggleError {
  return new WaggleError(code, message, { fix });
}

/** The closest directory that exists: in another user's we make nothing. */
function nearest(directory: string): [string, Stats] {
  const stats = statSync(directory, { throwIfNoEntry: false });
  return stats === undefined ? nearest(dirname(directory)) : [directory, stats];
}

function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ELOOP')) throw error;
    throw new WaggleError('badRequest', `${path} is a link that leads nowhere.`, {
      cause: error,
      fix: `rm ${word(path)}`,
    });
  }
}

function refuseForeign(path: string, stats: Stats): void {
  const self = process.getuid?.();
  if (self === undefined || stats.uid === self) return;
  throw refuse(
    'forbidden',
    `${path} belongs to another user and is left alone.`,
    `Run this as its owner, or: sudo chown ${self} ${word(path)}`,
  );
}

/** What others may write to, they could swap under our hands. */
function refuseClosed(target: string, stats: Stats): void {
  if (isWindows) return;
  if ((stats.mode & 0o200) === 0)
    throw refuse('forbidden', `${target} is read-only.`, `chmod u+w ${word(target)}`);
  if (stats.nlink > 1)
    throw refuse(
      'forbidden',
      `${target} has a second name (a hard link), which a change would cut off.`,
      'Add the entry by hand, or replace the hard link by a symbolic one.',
    );
  const directory = dirname(target);
  const around = statSync(directory);
  if ((around.mode & 0o002) !== 0 && (around.mode & 0o1000) === 0)
    throw refuse(
      'permissionsTooOpen',
      `${directory} can be changed by every user of this machine.`,
      `chmod o-w ${word(directory)}`,
    );
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new WaggleError('badRequest', `${path} is no UTF-8 text and is left alone.`, {
      cause: error,
      fix: 'Save it as UTF-8, or add the entry by hand.',
    });
  }
}

/** Whether our name stands anywhere in a file, readable as configuration or not. */
export function lookForName(path: string): boolean {
  try {
    return statSync(path).size <= maxBytes && readFileSync(path).includes('waggle');
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ELOOP', 'EISDIR'].some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

/**
 * Replaces what was read by a new text, keeping its mode; makes the file and directories that are missing.
 * Returns the directories that were made, outermost first.
 * @throws WaggleError `conflict` when the file is not any more what was read.
 */
export function writeConfigFile(file: ConfigFile, text: string | Buffer): string[] {
  const directory = dirname(file.target);
  try {
    const made = makeDirectories(directory);
    const draft = join(directory, `.waggle-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
    try {
      writeDraft(draft, text, file.mode);
      refuseChanged(file);
      renameSync(draft, file.target);
    } finally {
      rmSync(draft, { force: true });
    }
    return made;
  } catch (error) {
    throw toFailure(file.path, error);
  }
}

/** Removes a file that we made. @throws WaggleError `conflict` when it is not any more what was read. */
export function removeConfigFile(file: ConfigFile): void {
  try {
    refuseChanged(file);
    rmSync(file.target);
  } catch (error) {
    throw toFailure(file.path, error);
  }
}

/** Of the directories that were made for a file, outermost first, those that are empty. */
export function removeEmptyDirectories(directories: readonly string[]): void {
  for (const directory of directories.toReversed()) removeEmpty(directory);
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST'))
      throw error;
  }
}

function makeDirectories(directory: string): string[] {
  const missing: string[] = [];
  for (let at = directory; !existsSync(at); at = dirname(at)) missing.unshift(at);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return missing;
}

function writeDraft(draft: string, text: string | Buffer, mode: number): void {
  const flags =
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const descriptor = openSync(draft, flags, newMode);
  try {
    writeFileSync(descriptor, text);
    if (!isWindows) fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refuseChanged({ path, target, bytes }: ConfigFile): void {
  const isThere = lstatSync(target, { throwIfNoEntry: false })?.isFile() === true;
  const now = isThere ? readFileSync(target) : undefined;
  const isSame = bytes === undefined ? now === undefined : now?.equals(bytes) === true;
  if (isSame) return;
  throw refuse('conflict', `${path} was changed meanwhile; nothing was written.`, 'Try again.');
}

function toFailure(path: string, error: unknown): unknown {
  if (error instanceof WaggleError || !(error instanceof Error) || !('code' in error)) return error;
  const cause = error;
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT'))
    return new WaggleError('diskFull', `The disk is full; ${path} is as it was.`, {
      cause,
      fix: 'Free some space and try again.',
    });
  if (['EACCES', 'EPERM', 'EROFS', 'EBUSY'].some((code) => hasCode(error, code)))
    return new WaggleError(
      'forbidden',
      `${path} cannot be replaced (${String(error.code)}); it is as it was.`,
      { cause, fix: `Make ${dirname(path)} writable, or add the entry by hand.` },
    );
  return new WaggleError('internal', `${path} could not be written: ${errorMessageOf(error)}`, {
    cause,
  });
}

/** A path as one word of a POSIX shell. */
function word(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

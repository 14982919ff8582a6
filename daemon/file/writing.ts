import { randomBytes } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { modeOf } from './capturing.ts';
import type { Git } from './git.ts';
import type { Entry } from './state.ts';
import { readEntry } from './state.ts';

/** What git, or the disk then, had at a path. @throws WaggleError `notFound` when the object is lost. */
export async function readContent(git: Git, path: string, entry: string): Promise<Buffer> {
  const { object, isRaw } = readEntry(entry);
  const args = isRaw
    ? ['cat-file', 'blob', object]
    : ['cat-file', '--filters', `--path=${path}`, object];
  try {
    return await git.run(args);
  } catch (cause) {
    throw new WaggleError('notFound', `What stood in ${toPlainLine(path, 200)} is lost.`, {
      cause,
    });
  }
}

/** Which of these objects are there. */
export async function listLost(git: Git, entries: readonly string[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const input = entries.map((entry) => `${readEntry(entry).object}\n`).join('');
  const said = (await git.run(['cat-file', '--batch-check'], input)).toString('utf8').split('\n');
  return new Set(entries.filter((_entry, at) => said[at]?.endsWith(' missing') !== false));
}

/** Nothing on the way to a file is a link, or anything else that is no folder. */
export async function isReachable(root: string, path: string): Promise<boolean> {
  const parts = path.split('/').slice(0, -1);
  let folder = root;
  for (const part of parts) {
    folder = join(folder, part);
    const facts = await lstat(folder).catch(noneWhenMissing);
    if (facts === undefined) return true;
    if (!facts.isDirectory()) return false;
  }
  return true;
}

/**
 * Nothing stands where the file goes but what is kept as `now`: no folder, and nothing that is left alone because it is
 * ignored, too large or no file.
 */
export async function isFree(root: string, path: string, now: Entry): Promise<boolean> {
  if (!(await isReachable(root, path))) return false;
  const facts = await lstat(join(root, path)).catch(noneWhenMissing);
  if (facts === undefined) return true;
  if (now === undefined || facts.isDirectory()) return false;
  return (await modeOf(join(root, path))) !== 'left';
}

/**
 * Puts a file to how it was, or away; the file is whole at every moment.
 * @throws WaggleError `conflict` when something else than folders is on the way to it, `notFound` as `readContent`.
 */
export async function writeEntry(git: Git, path: string, entry: Entry): Promise<void> {
  const target = join(git.root, path);
  const content = entry === undefined ? undefined : await readContent(git, path, entry);
  // A link may have been made on the way since it was looked at.
  if (!(await isReachable(git.root, path)))
    throw new WaggleError('conflict', `Something stands on the way to ${toPlainLine(path, 200)}.`, {
      fix: 'Look at what would be restored once more.',
    });
  if (entry === undefined || content === undefined) return remove(git.root, path);
  const { mode } = readEntry(entry);
  await mkdir(dirname(target), { recursive: true });
  const beside = `${target}.waggle-${randomBytes(6).toString('hex')}`;
  try {
    if (mode === '120000') await symlink(content.toString('utf8'), beside);
    else {
      const before = await lstat(target).catch(noneWhenMissing);
      await writeFile(beside, content, { flag: 'wx', mode: 0o666 });
      const wasFile = before?.isFile() === true;
      const bits = wasFile ? before.mode & 0o777 : (await lstat(beside)).mode & 0o777;
      await chmod(beside, mode === '100755' ? bits | ((bits & 0o444) >> 2) : bits & ~0o111);
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** With the folders that are empty then, as git does. */
async function remove(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const isGone = await rmdir(join(root, folder)).then(yes, notEmpty);
    if (!isGone) return;
  }
}

/** What stands on the disk now: mode and bytes; undefined when there is no file. */
export async function readLink(path: string): Promise<string | undefined> {
  const facts = await lstat(path).catch(noneWhenMissing);
  return facts?.isSymbolicLink() === true ? readlink(path) : undefined;
}

function yes(): true {
  return true;
}

function notEmpty(error: unknown): boolean {
  if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
  if (hasCode(error, 'ENOENT')) return true;
  throw error;
}

function noneWhenMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
  throw error;
}

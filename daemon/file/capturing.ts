import { existsSync } from 'node:fs';
import { copyFile, lstat, mkdir, readlink, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { GitPlace } from './git.ts';
import { Git } from './git.ts';
import type { FileState } from './state.ts';

/** A file that is larger is left alone: neither kept nor restored. */
const fileMaxBytes = 64 * 1024 * 1024;
const filesMax = 20_000;
const hashedAtOnce = 500;
const executable = 0o100;

interface Found {
  readonly path: string;
  readonly mode: string;
}

/**
 * Keeps how a worktree is: everything that git follows, and what it would not ignore. Writes nothing into the repository.
 * @throws WaggleError as git does, `limitReached` for more than 20,000 files that git does not have.
 */
export async function capture(
  place: GitPlace,
): Promise<{ readonly git: Git; readonly state: FileState }> {
  await mkdir(place.objects, { recursive: true, mode: 0o700 });
  const own = await Git.pathsIn(place.root);
  const git = Git.open(place, own.objects);
  if (existsSync(own.index)) await copyIndex(own.index, place.index);
  else await git.run(['read-tree', '--empty']);
  // What was only touched is listed too: it gets the object that it has.
  const [changed, untracked] = await Promise.all([
    git.lines(['diff-files', '-z', '--name-only', '--ignore-submodules=all', '--no-ext-diff']),
    git.lines(['ls-files', '-z', '--others', '--exclude-standard', '--no-empty-directory']),
  ]);
  // A repository within is its own.
  const paths = [...new Set([...changed, ...untracked])].filter((path) => !path.endsWith('/'));
  if (paths.length > filesMax)
    throw new WaggleError('limitReached', `${paths.length} files that git does not have.`);
  const raw = await keepFiles(git, paths);
  const tree = (await git.text(['write-tree'])).trim();
  return { git, state: { tree, raw } };
}

/** With its time: what changed since then is looked into, however little its size and times tell. */
async function copyIndex(from: string, to: string): Promise<void> {
  const { atime, mtimeMs } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, new Date(Math.floor(mtimeMs / 1000) * 1000));
}

/** Without looking at the files. @throws WaggleError as git does. */
export async function openPlace(place: GitPlace): Promise<Git> {
  return Git.open(place, (await Git.pathsIn(place.root)).objects);
}

/** Puts what stands on the disk into our index. Resolves with the paths whose bytes were kept. */
async function keepFiles(git: Git, paths: readonly string[]): Promise<string[]> {
  const found: Found[] = [];
  const gone: string[] = [];
  for (const path of paths) {
    const mode = await modeOf(join(git.root, path));
    if (mode === 'gone') gone.push(path);
    else if (mode !== 'left') found.push({ path, mode });
  }
  const lines = gone.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`);
  for (let at = 0; at < found.length; at += hashedAtOnce) {
    const part = found.slice(at, at + hashedAtOnce);
    const objects = await hash(git, part);
    lines.push(...part.map(({ path, mode }, which) => `${mode} ${objects[which]}\t${path}\0`));
  }
  if (lines.length > 0) await git.run(['update-index', '-z', '--index-info'], lines.join(''));
  return found.map(({ path }) => path);
}

/** As git writes it; `left`: nothing that is kept. */
export async function modeOf(path: string): Promise<string> {
  const facts = await lstat(path).catch(noneWhenMissing);
  if (facts === undefined) return 'gone';
  if (facts.isSymbolicLink()) return '120000';
  if (!facts.isFile()) return facts.isDirectory() ? 'gone' : 'left';
  if (facts.size > fileMaxBytes) return 'left';
  return (facts.mode & executable) === 0 ? '100644' : '100755';
}

/** The objects of what stands there, byte for byte. */
async function hash(git: Git, files: readonly Found[]): Promise<string[]> {
  // git takes a quote at the start for one around the path, and a return at the end for part of the line's end.
  const isPlain = ({ path, mode }: Found): boolean =>
    mode !== '120000' && !path.includes('\n') && !path.startsWith('"') && !path.endsWith('\r');
  const plain = files.filter(isPlain);
  const input = plain.map(({ path }) => `${path}\n`).join('');
  const args = ['hash-object', '-w', '--no-filters'];
  const said = plain.length === 0 ? '' : await git.text([...args, '--stdin-paths'], input);
  const objects = said.split('\n');
  const byPath = new Map(plain.map(({ path }, at) => [path, objects[at] ?? '']));
  for (const { path, mode } of files.filter((file) => !isPlain(file))) {
    const isLink = mode === '120000';
    const target = isLink ? await readlink(join(git.root, path)) : '';
    const one = isLink ? ['--stdin'] : ['--', path];
    byPath.set(path, (await git.text([...args, ...one], target)).trim());
  }
  return files.map(({ path }) => byPath.get(path) ?? '');
}

function noneWhenMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
  throw error;
}

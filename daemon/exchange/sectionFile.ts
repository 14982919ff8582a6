/** Writes the marked section of a file in a repository's root, or refuses what it cannot be sure of. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import type { Block, FileChange } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { readText } from './readText.ts';
import { withSection } from './section.ts';

export interface SectionRequest {
  readonly root: string;
  readonly file: 'AGENTS.md' | 'CLAUDE.md' | 'GEMINI.md';
  readonly blocks: readonly Block[];
  readonly preview: boolean;
}

const ownerWrites = 0o200;
const usualMode = 0o644;

/** @throws WaggleError with what to do; then nothing was changed. */
export async function writeSection(request: SectionRequest): Promise<FileChange> {
  const { root, file, blocks, preview } = request;
  const path = await resolveWithin(root, file);
  const before = await readWhole(path);
  const after = withSection(before ?? '', blocks);
  const isSame = after === (before ?? '');
  if (isSame || preview) return { path, before, after, written: false };
  await replace({ path, before, after });
  return { path, before, after, written: true };
}

/** The file itself, or where a link leads that stays in the root (CLAUDE.md is often one to AGENTS.md). */
async function resolveWithin(root: string, file: string): Promise<string> {
  const path = join(root, file);
  try {
    const [realRoot, real] = [await realpath(root), await realpath(path)];
    if (real.startsWith(realRoot + sep)) return real;
    throw new WaggleError('forbidden', `${file} is a link out of the repository.`, {
      fix: 'Write into another file, or make it a file of its own.',
    });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw explained(error, file);
  }
  const link = await lstat(path).catch(nothing);
  if (link === undefined) return path;
  throw new WaggleError('conflict', `${file} is a link to nowhere.`, { fix: 'Remove the link.' });
}

async function readWhole(path: string): Promise<string | null> {
  try {
    const facts = await lstat(path);
    if (facts.nlink > 1 && facts.isFile())
      throw new WaggleError('conflict', 'The file has several names (hard links).', {
        fix: 'Make it a file of its own, for one name would keep the old text.',
      });
    if (facts.isFile() && (facts.mode & ownerWrites) === 0)
      throw new WaggleError('forbidden', 'The file is read-only.', { fix: 'Make it writable.' });
    return await readText(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

interface Replacement {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

/** Beside its place and renamed, so that readers see the old or the new; refused when somebody wrote in between. */
async function replace({ path, before, after }: Replacement): Promise<void> {
  const draft = `${path}.waggle-${randomBytes(6).toString('hex')}`;
  try {
    await access(dirname(path), constants.W_OK);
    const mode = before === null ? usualMode : (await lstat(path)).mode & 0o777;
    await writeDraft(draft, after, mode);
    if ((await readWhole(path)) !== before)
      throw new WaggleError('conflict', 'Somebody else changed the file meanwhile.', {
        fix: 'Try again.',
      });
    if (after === '') await rm(path);
    else await rename(draft, path);
  } catch (error) {
    throw explained(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDraft(path: string, text: string, mode: number): Promise<void> {
  const handle: FileHandle = await open(path, 'wx', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explained(error: unknown, what: string): unknown {
  const isDenied = hasCode(error, 'EACCES') || hasCode(error, 'EPERM') || hasCode(error, 'EROFS');
  if (isDenied)
    return new WaggleError('forbidden', `${what} cannot be written.`, {
      cause: error,
      fix: 'Check its permissions and those of its folder.',
    });
  if (hasCode(error, 'ENOSPC')) return new WaggleError('diskFull', undefined, { cause: error });
  return error;
}

function nothing(_error: unknown): undefined {
  return undefined;
}

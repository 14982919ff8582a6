import type { ChangedFile } from '../../protocol/file/file.ts';
import type { Git } from './git.ts';
import type { Entry, FileState } from './state.ts';
import { isFilePath, toEntry } from './state.ts';

const pathsAtOnce = 400;
const countedMax = 2000;

/** Paths that are not the same in two states, in order. */
export async function listDifferent(git: Git, from: FileState, to: FileState): Promise<string[]> {
  if (from.tree === to.tree) return [];
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--ignore-submodules=all'];
  const paths = await git.lines([...args, from.tree, to.tree]);
  return paths.filter(isFilePath);
}

/** What stands at paths in a state. */
export async function readEntries(
  git: Git,
  { tree, raw }: FileState,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const rawOnes = new Set(raw);
  const entries = new Map<string, string>();
  for (let at = 0; at < paths.length; at += pathsAtOnce) {
    const part = paths.slice(at, at + pathsAtOnce);
    for (const line of await git.lines(['ls-tree', '-z', tree, '--', ...part])) {
      const [, mode = '', type, object = '', path = ''] =
        /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (type === 'blob') entries.set(path, toEntry({ mode, object, isRaw: rawOnes.has(path) }));
    }
  }
  return entries;
}

export function changeOf(from: Entry, to: Entry): ChangedFile['change'] {
  if (from === undefined) return 'added';
  return to === undefined ? 'removed' : 'changed';
}

/** What changed from one state to another, with its lines counted while there are not too many. */
export async function listChanges(
  git: Git,
  from: FileState,
  to: FileState,
): Promise<ChangedFile[]> {
  const paths = await listDifferent(git, from, to);
  const [before, after, counts] = await Promise.all([
    readEntries(git, from, paths),
    readEntries(git, to, paths),
    paths.length > countedMax ? new Map<string, Lines>() : countLines(git, from, to),
  ]);
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === undefined && is === undefined) return [];
    const { added, removed } = counts.get(path) ?? unknownLines;
    return [{ path, change: changeOf(was, is), added, removed }];
  });
}

interface Lines {
  readonly added: number | null;
  readonly removed: number | null;
}
const unknownLines: Lines = { added: null, removed: null };

async function countLines(git: Git, from: FileState, to: FileState): Promise<Map<string, Lines>> {
  const args = ['diff-tree', '-r', '-z', '--numstat', '--no-renames', '--no-ext-diff'];
  const lines = await git.lines([...args, '--no-textconv', from.tree, to.tree]);
  return new Map(
    lines.flatMap((line): [string, Lines][] => {
      const [, added = '', removed = '', path = ''] = /^(-|\d+)\t(-|\d+)\t(.*)$/s.exec(line) ?? [];
      return path === '' ? [] : [[path, { added: toNumber(added), removed: toNumber(removed) }]];
    }),
  );
}

function toNumber(text: string): number | null {
  return text === '-' ? null : Number(text);
}

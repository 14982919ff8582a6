/** Paths of files: found, ranked and said shortly. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';

/** Glob of files whose path holds the query: letters of either case, folders anywhere between. */
export function toPattern(query: string): string {
  const escaped = query.replace(/[[\]{}*?\\!]/g, '?');
  return escaped === '' ? '**/*' : `**/*${toLoose(escaped)}*`;
}

function toLoose(query: string): string {
  return Array.from(query)
    .map((sign) => {
      const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
      if (sign === '/') return '*/**/*';
      return lower === upper ? sign : `[${lower}${upper}]`;
    })
    .join('');
}

/** Names that begin with it, then names that hold it, then paths; the shorter first. */
export function rankPaths(paths: readonly string[], query: string): string[] {
  const wanted = query.toLowerCase();
  const rankOf = (path: string): number => {
    const name = (path.split('/').at(-1) ?? path).toLowerCase();
    if (name.startsWith(wanted)) return 0;
    return name.includes(wanted) ? 1 : 2;
  };
  return paths.toSorted(
    (left, right) =>
      rankOf(left) - rankOf(right) || left.length - right.length || left.localeCompare(right),
  );
}

/** Relative where it lies in the session's folder. */
export function toShortPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : toSlashes(short);
}

export function toSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

/** Folders that hold what others made. */
const skipped = new Set(['node_modules', '.git', 'dist', 'out', 'target', '__pycache__', '.venv']);

/** Files of a folder, those near its root first, relative to it; at most so many. What cannot be read is left out. */
export async function listFiles(root: string, most: number): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await readFolder(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !skipped.has(entry.name)) folders.push(path);
      else if (entry.isFile()) files.push(path);
    }
    if (files.length >= most) break;
  }
  return files.slice(0, most);
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

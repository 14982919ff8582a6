/** Paths of files: found, ranked and said shortly. */
import { isAbsolute, relative } from 'node:path';

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
  return short === '' || short.startsWith('..') || isAbsolute(short)
    ? path
    : short.replaceAll('\\', '/');
}

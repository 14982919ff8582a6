/** How the files of a worktree were: a tree of git, and which of its files hold bytes as they stood on the disk. */
export interface FileState {
  readonly tree: string;
  /** Paths whose objects hold what stood on the disk; all others hold what git would have committed. */
  readonly raw: readonly string[];
}

/** What stands at a path: `mode object`, marked when it is raw; undefined when there is nothing. */
export type Entry = string | undefined;

export interface EntryFacts {
  readonly mode: string;
  readonly object: string;
  readonly isRaw: boolean;
}

export function toEntry({ mode, object, isRaw }: EntryFacts): string {
  return `${mode} ${object}${isRaw ? ' raw' : ''}`;
}

export function readEntry(entry: string): EntryFacts {
  const [mode = '', object = '', raw] = entry.split(' ');
  return { mode, object, isRaw: raw === 'raw' };
}

/** Relative, inside, and nothing of git's own. */
export function isFilePath(path: string): boolean {
  const parts = path.split('/');
  return (
    path !== '' &&
    !path.includes('\0') &&
    !path.includes('\\') &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    !parts.some((part) => part.toLowerCase() === '.git')
  );
}

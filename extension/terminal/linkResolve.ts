/** Which files the candidates of a line are. Knows nothing of the editor; looks at most at `lookMax` paths per line. */
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import type { LinkCandidate } from './linkParse.ts';

export interface FoundPath {
  readonly path: string;
  readonly isDirectory: boolean;
}

export interface ResolvedLink {
  readonly candidate: LinkCandidate;
  /** Where it leads; several when the line may have been printed in any of them; none: see `elsewhere`. */
  readonly found: readonly FoundPath[];
  /** Not below any of the session's directories, but below a folder of the window that is none of them. */
  readonly elsewhere: FoundPath | undefined;
}

export interface ResolvingPlace {
  /** Where the session is and was, newest first. */
  readonly directories: readonly string[];
  /** Folders of the window: what the editor itself would look through. */
  readonly folders: readonly string[];
  readonly home: string;
  /** Undefined when there is no such path; never rejects. */
  readonly look: (path: string) => Promise<FoundPath | undefined>;
  readonly signal: AbortSignal;
}

const lookMax = 200;
const candidatesMax = 40;
const ancestorsMax = 24;

/** Links that lead somewhere, or that must not be left to the editor. */
export async function resolveLinks(
  candidates: readonly LinkCandidate[],
  place: ResolvingPlace,
): Promise<ResolvedLink[]> {
  const looking = new Looking(place);
  const roots = await Promise.all(place.directories.map((path) => looking.findRoot(path)));
  const bases = [...new Set([...place.directories, ...roots.flatMap((root) => root ?? [])])];
  const foreign = await findForeign(looking, place, roots);
  const wanted = candidates
    .filter(({ isPathLike }) => isPathLike || foreign.length > 0)
    .slice(0, candidatesMax);
  const resolved = await Promise.all(
    wanted.map(async (candidate) => ({
      candidate,
      found: await findIn(looking, candidate, { bases, home: place.home }),
    })),
  );
  return (
    await Promise.all(
      resolved.map(async ({ candidate, found }): Promise<ResolvedLink[]> => {
        if (found.length > 0) return [{ candidate, found, elsewhere: undefined }];
        const where = { bases: foreign, home: place.home };
        const [elsewhere] = candidate.isPathLike ? await findIn(looking, candidate, where) : [];
        return elsewhere === undefined ? [] : [{ candidate, found, elsewhere }];
      }),
    )
  ).flat();
}

/**
 * Folders of the window that belong to another checkout than the session. One may lie inside the other: what counts is the
 * work tree, and without git whether the folder holds a directory of the session.
 */
async function findForeign(
  looking: Looking,
  { folders, directories }: ResolvingPlace,
  roots: readonly (string | undefined)[],
): Promise<string[]> {
  const judged = await Promise.all(
    folders.map(async (folder) => {
      const root = await looking.findRoot(folder);
      const isOwn =
        root === undefined
          ? directories.some((directory) => isIn(directory, folder))
          : roots.includes(root);
      return isOwn ? [] : [folder];
    }),
  );
  return judged.flat();
}

function isIn(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return between === '' || !(between === '..' || between.startsWith(`..${sep}`));
}

interface Where {
  readonly bases: readonly string[];
  readonly home: string;
}

async function findIn(
  looking: Looking,
  { paths }: LinkCandidate,
  { bases, home }: Where,
): Promise<FoundPath[]> {
  for (const path of paths) {
    const own = path.startsWith('~/') ? join(home, path.slice(2)) : path;
    const asked = isAbsolute(own) ? [normalize(own)] : bases.map((base) => join(base, own));
    const looked = await Promise.all([...new Set(asked)].map((one) => looking.look(one)));
    const found = looked.flatMap((one) => one ?? []);
    if (found.length > 0) return found;
  }
  return [];
}

class Looking {
  readonly #place: ResolvingPlace;
  readonly #looked = new Map<string, Promise<FoundPath | undefined>>();

  constructor(place: ResolvingPlace) {
    this.#place = place;
  }

  look(path: string): Promise<FoundPath | undefined> {
    const known = this.#looked.get(path);
    if (known !== undefined) return known;
    if (this.#place.signal.aborted || this.#looked.size >= lookMax)
      return Promise.resolve(undefined);
    const looking = this.#place.look(path);
    this.#looked.set(path, looking);
    return looking;
  }

  /** The work tree around a directory: git and compilers name files from there. */
  async findRoot(directory: string): Promise<string | undefined> {
    let at = directory;
    for (let step = 0; step < ancestorsMax; step += 1) {
      if ((await this.look(join(at, '.git'))) !== undefined) return at;
      if (dirname(at) === at) return undefined;
      at = dirname(at);
    }
    return undefined;
  }
}

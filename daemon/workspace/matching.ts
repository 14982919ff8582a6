/** What was observed of a folder. `rootCommits` is empty for shallow clones, plain folders and untrusted ones. */
export interface FolderFacts {
  readonly root: string;
  readonly remotes: readonly string[];
  readonly rootCommits: readonly string[];
}

/** The match keys of a known workspace. */
export interface MatchKeys {
  readonly id: string;
  readonly roots: readonly string[];
  readonly remotes: readonly string[];
  readonly rootCommits: readonly string[];
}

/**
 * The workspace that a folder belongs to: the one that had this root before, else one with a remote in common, else one
 * with a root commit in common when one of the two has no remote at all. Undefined: a new one.
 */
export function findWorkspace<W extends MatchKeys>(
  facts: FolderFacts,
  known: readonly W[],
): W | undefined {
  return (
    known.find((workspace) => workspace.roots.includes(facts.root)) ??
    known.find((workspace) => haveCommon(workspace.remotes, facts.remotes)) ??
    known.find(
      (workspace) =>
        (workspace.remotes.length === 0 || facts.remotes.length === 0) &&
        haveCommon(workspace.rootCommits, facts.rootCommits),
    )
  );
}

/** The keys after an observation: everything ever seen stays, so that a change of remotes makes no new repository. */
export function mergeKeys<W extends MatchKeys>(workspace: W, facts: FolderFacts): W {
  return {
    ...workspace,
    roots: union(workspace.roots, [facts.root]),
    remotes: union(workspace.remotes, facts.remotes),
    rootCommits: union(workspace.rootCommits, facts.rootCommits),
  };
}

function haveCommon(left: readonly string[], right: readonly string[]): boolean {
  return left.some((value) => right.includes(value));
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])];
}

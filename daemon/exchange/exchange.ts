/**
 * Exchange: files that memory comes from and goes to. Reads and writes files of instructions and our Markdown form; knows no
 * database: `daemon/memory` gives it what is remembered, and asks what is known already.
 */
import type { Block, Fact, FileChange, ImportCandidate } from '../../protocol/memory/memory.ts';

/** Where files of a repository, a person and agents lie; absolute. */
export interface ExchangePlaces {
  /** Root of the worktree; undefined when asked for no repository. */
  readonly root: string | undefined;
  /** The person's home directory. */
  readonly home: string;
}

export interface FoundImports {
  /** `known` is false: memory fills it in. */
  readonly candidates: readonly ImportCandidate[];
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
  readonly searched: readonly string[];
}

export interface Exchange {
  /** CLAUDE.md, AGENTS.md, GEMINI.md and agents' own memory; or only these paths. A file that cannot be read is a problem, not a failure. */
  findImports(places: ExchangePlaces, paths?: readonly string[]): Promise<FoundImports>;
  /** The same of a text; `path` is what it is called. */
  parseMarkdown(markdown: string, path: string): FoundImports;
  /** One page; `parseMarkdown` of it gives the same notes and facts again. */
  toMarkdown(what: { readonly blocks: readonly Block[]; readonly facts: readonly Fact[] }): string;
  /** Puts notes into the marked section, or takes it out with none. Follows no link out of the root. @throws WaggleError with what to do. */
  writeSection(request: {
    readonly root: string;
    readonly file: 'AGENTS.md' | 'CLAUDE.md' | 'GEMINI.md';
    readonly blocks: readonly Block[];
    readonly preview: boolean;
  }): Promise<FileChange>;
}

/**
 * Exchange: files that memory comes from and goes to. Reads and writes files of instructions and our Markdown form; knows no
 * database: `daemon/memory` gives it what is remembered, and asks what is known already.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import type { Block, Fact, FileChange, ImportCandidate } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { parseInstructions, parseMemoryFile } from './instructions.ts';
import type { Remembered } from './markdown.ts';
import { isExport, parseExport, toMarkdown } from './markdown.ts';
import type { ExchangePlaces, Place } from './places.ts';
import { listPlaces, placeOf } from './places.ts';
import { readText } from './readText.ts';
import { writeSection } from './sectionFile.ts';

export type { ExchangePlaces } from './places.ts';

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

/** More than any memory holds: a file that is none. */
const candidatesMax = 20_000;

export const exchange: Exchange = {
  async findImports(places, paths) {
    const listed = paths === undefined ? await listPlaces(places) : paths.map(placeOf);
    const found: Found = { candidates: [], problems: [], searched: listed.map(({ path }) => path) };
    for (const place of listed) await readPlace(place, found, paths !== undefined);
    return limited(found);
  },

  parseMarkdown(markdown, path) {
    const found: Found = { candidates: [], problems: [], searched: [path] };
    take(placeOf(path), markdown, found);
    return limited(found);
  },

  toMarkdown,
  writeSection,
};

interface Found {
  candidates: ImportCandidate[];
  problems: { path: string; problem: string }[];
  searched: string[];
}

/** What is looked for may be missing; what was named may not. */
async function readPlace(place: Place, found: Found, isNamed: boolean): Promise<void> {
  try {
    take(place, await readText(place.path), found);
  } catch (error) {
    const isMissing = hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
    if (isMissing && !isNamed) return;
    found.problems.push({ path: place.path, problem: problemOf(error, isMissing) });
  }
}

function take(place: Place, text: string, found: Found): void {
  const { path, form } = place;
  const isOurs = isExport(text);
  const remembered = isOurs ? parseExport(text) : readForm(form, text, path);
  const kind = isOurs ? 'memory' : place.kind;
  const seen = new Set<string>();
  for (const { as, label, type, text: told, line } of remembered) {
    const id = idOf(path, `${as} ${label ?? ''} ${told}`);
    if (seen.has(id)) continue;
    seen.add(id);
    found.candidates.push({
      ...{ id, kind, path, line, as, label, type, text: told },
      known: false,
      suspicious: [],
    });
  }
}

/** MEMORY.md only lists the files beside it: its lines that link to one are no memory of their own. */
function readForm(form: Place['form'], text: string, path: string): Remembered[] {
  if (form === 'list') return parseInstructions(text);
  if (basename(path) !== 'MEMORY.md') return parseMemoryFile(text);
  return parseInstructions(text).filter(({ text: told }) => !/\]\([^)]+\.md\)/u.test(told));
}

function idOf(path: string, text: string): string {
  return createHash('sha256').update(`${path}\0${text}`).digest('hex').slice(0, 32);
}

function problemOf(error: unknown, isMissing: boolean): string {
  if (isMissing) return 'It does not exist.';
  if (hasCode(error, 'EISDIR')) return 'It is a folder.';
  if (!(error instanceof WaggleError)) return toPlainLine(String(error), 200);
  return error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
}

function limited(found: Found): FoundImports {
  const { candidates, problems, searched } = found;
  if (candidates.length <= candidatesMax) return found;
  const problem = `Only the first ${candidatesMax} things were taken; ${candidates.length} were found.`;
  const [first] = candidates.slice(candidatesMax);
  return {
    candidates: candidates.slice(0, candidatesMax),
    problems: [...problems, { path: first?.path ?? '', problem }],
    searched,
  };
}

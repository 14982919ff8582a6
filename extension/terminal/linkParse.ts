/** What in a line of a terminal may name a file, a directory or a session. Pure; looks nothing up. */

export interface LinkCandidate {
  /** Place in the line, of everything that is underlined. */
  readonly start: number;
  readonly length: number;
  /** As it stands there, without line and column; most likely first. */
  readonly paths: readonly string[];
  /** From 1; undefined when none is named. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Has a separator, an extension or a line: more than a word that happens to be a file's name. */
  readonly isPathLike: boolean;
}

export interface SessionCandidate {
  readonly start: number;
  readonly length: number;
  readonly sessionId: string;
}

const lineMax = 2000;
const pathMax = 1024;
const uuid =
  /(?<![\w-])(?:s-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w-])/gi;
const address = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi;
/** `"src/a b.ts", line 12` and quotes around anything. */
const quoted =
  /(["'`])([^"'`]{1,512})\1(?:,? (?:on )?line (\d{1,7})(?:,? col(?:umn)? (\d{1,7}))?)?/g;
/** `src/a.ts:12:3`, `src/a.ts(12,3)`, `src/a.ts#L12`, `src/a.ts line 12`. */
const suffix =
  /^(.+?)(?::(\d{1,7})(?:[:.](\d{1,7}))?(?:-\d{1,7}(?::\d{1,7})?)?|\((\d{1,7})(?:[,:] ?(\d{1,7}))?\)|#L(\d{1,7})(?:C(\d{1,7}))?)(?::.*)?$/;
const token = /\S+/g;
const opening = /^[([{<"'`]+/;
const closing = /[\])}>"'`.,;:!?]+$/;
const diffPrefix = /^[abciow12]\/(?=.)/;
const extension = /[^./\\]\.[a-z][\w-]{0,11}$/i;

/** Sessions named by their whole id. */
export function findSessionIds(text: string): SessionCandidate[] {
  return [...text.slice(0, lineMax).matchAll(uuid)].map((match) => ({
    start: match.index,
    length: match[0].length,
    sessionId: (match[1] ?? '').toLowerCase(),
  }));
}

/** Candidates in their order in the line; none overlaps another one. Addresses (`https://…`) are left to the editor. */
export function findLinks(text: string): LinkCandidate[] {
  // Blanks in place of what is no path keep the positions.
  let rest = text.slice(0, lineMax).replaceAll(address, (found) => ' '.repeat(found.length));
  const found: LinkCandidate[] = [];
  for (const match of rest.matchAll(quoted)) {
    const candidate = readQuoted(match);
    if (candidate === undefined) continue;
    found.push(candidate);
    const end = match.index + match[0].length;
    rest = rest.slice(0, match.index) + ' '.repeat(match[0].length) + rest.slice(end);
  }
  for (const match of rest.matchAll(token)) found.push(...readToken(match[0], match.index));
  return found.toSorted((left, right) => left.start - right.start);
}

/** Only what a single token would not find: a blank inside, or the line behind the quotes. */
function readQuoted(match: RegExpExecArray): LinkCandidate | undefined {
  const [whole, , path = '', line, column] = match;
  if (line === undefined && !/\s/.test(path)) return undefined;
  const inner = suffix.exec(path);
  const named = inner?.[1] ?? path;
  if (line === undefined && !isPathLike(named)) return undefined;
  const isBehind = line !== undefined;
  return {
    start: isBehind ? match.index : match.index + 1,
    length: isBehind ? whole.length : path.length,
    paths: withoutPrefix(named),
    line: toNumber(line ?? inner?.[2] ?? inner?.[4] ?? inner?.[6]),
    column: toNumber(column ?? inner?.[3] ?? inner?.[5] ?? inner?.[7]),
    isPathLike: true,
  };
}

function readToken(text: string, at: number): LinkCandidate[] {
  const before = opening.exec(text)?.[0].length ?? 0;
  const whole = text.slice(before);
  const equals = /^-{0,2}[\w-]{1,40}=(?=.)/.exec(whole)?.[0].length ?? 0;
  const core = whole.slice(equals).replace(opening, '');
  const start = at + text.length - whole.length + (whole.length - core.length);
  return readCore(core, start);
}

function readCore(core: string, start: number): LinkCandidate[] {
  // `f (src/a.ts:1:2)` and `src/a.ts(1,2)`: a bracket belongs to the path when it holds a line.
  const trimmed = /\(\d{1,7}(?:[,:] ?\d{1,7})?\)/.test(core)
    ? core.replace(/[\]}>"'`.,;:!?]+$/, '')
    : core.replace(closing, '');
  const match = suffix.exec(trimmed);
  const path = match?.[1]?.replace(closing, '') ?? trimmed;
  if (path === '' || path.length > pathMax || !/[\p{L}\p{N}_~]|^\.{1,2}\//u.test(path)) return [];
  const line = toNumber(match?.[2] ?? match?.[4] ?? match?.[6]);
  const column = toNumber(match?.[3] ?? match?.[5] ?? match?.[7]);
  const shown = match === null ? path : trimmed.slice(0, suffixEnd(trimmed, path, match));
  const isLike = isPathLike(path) || line !== undefined;
  return [
    { start, length: shown.length, paths: withoutPrefix(path), line, column, isPathLike: isLike },
  ];
}

/** grep prints `src/a.ts:12:text`: what follows the line is not underlined. */
function suffixEnd(trimmed: string, path: string, match: RegExpExecArray): number {
  const numbers =
    /^(?::\d{1,7}(?:[:.]\d{1,7})?(?:-\d{1,7}(?::\d{1,7})?)?|\([^)]*\)|#L\d{1,7}(?:C\d{1,7})?)/;
  const rest = trimmed.slice(match[1]?.length ?? path.length);
  return (match[1]?.length ?? path.length) + (numbers.exec(rest)?.[0].length ?? 0);
}

function isPathLike(path: string): boolean {
  return /[\\/]/.test(path) || extension.test(path) || path.startsWith('~');
}

/** A diff names `a/src/x.ts`: the path as it stands wins when there is such a file. */
function withoutPrefix(path: string): string[] {
  return diffPrefix.test(path) ? [path, path.replace(diffPrefix, '')] : [path];
}

function toNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Math.max(1, Number(digits));
}

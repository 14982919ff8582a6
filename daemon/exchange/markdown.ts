/**
 * Our own Markdown: notes and facts as a person can read, change and take back in. Pages may simply be written one behind
 * the other.
 */
import type { Block, Fact, FactType } from '../../protocol/memory/memory.ts';
import { factTypes } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

export const exportMark = '<!-- waggle memory 1 -->';

export interface Remembered {
  readonly as: 'note' | 'fact';
  readonly label: string | null;
  readonly type: FactType;
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const factStart = new RegExp(`^- \\*\\*(${factTypes.join('|')})\\*\\*: ?(.*)$`, 'u');
const factEnd = /^ {2}<!-- .* -->\s*$/u;
const noteStart = /^### (.+)$/u;
const fencePattern = /^(`{3,})text$/u;

export function toMarkdown({
  blocks,
  facts,
}: {
  readonly blocks: readonly Block[];
  readonly facts: readonly Fact[];
}): string {
  const parts = [exportMark, '', '# Memory'];
  if (blocks.length > 0) parts.push('', '## Notes', ...blocks.flatMap(noteLines));
  if (facts.length > 0) parts.push('', '## Facts', '', ...facts.flatMap(factLines));
  return `${parts.join('\n')}\n`;
}

function noteLines({ label, description, text }: Block): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const told = toPlainLine(description, 500);
  return [
    '',
    `### ${label}`,
    '',
    ...(told === '' ? [] : [`> ${told}`, '']),
    `${fence}text`,
    text,
    fence,
  ];
}

/** The last line tells where it is from, and ends the text whatever that is. */
function factLines({ type, text, scope, source, validFrom, pinned }: Fact): string[] {
  const [first = '', ...rest] = text.split('\n');
  const origin = [
    scope,
    validFrom.slice(0, 10),
    toPlainLine(source.who, 80),
    pinned ? 'pinned' : '',
  ];
  const told = origin
    .filter((part) => part !== '')
    .join(' · ')
    .replaceAll('--', '-');
  return [`- **${type}**: ${first}`, ...rest.map((line) => `  ${line}`), `  <!-- ${told} -->`];
}

export function isExport(text: string): boolean {
  return text.replace(/^\u{feff}/u, '').startsWith(exportMark);
}

/** What `toMarkdown` wrote, also after a person changed it. */
export function parseExport(text: string): Remembered[] {
  const lines = text.split(/\r?\n/u);
  const found: Remembered[] = [];
  for (let at = 0; at < lines.length;) {
    const read = readNote(lines, at) ?? readFact(lines, at);
    if (read !== undefined && read.remembered.text.trim() !== '') found.push(read.remembered);
    at = read?.next ?? at + 1;
  }
  return found;
}

interface Read {
  readonly remembered: Remembered;
  readonly next: number;
}

function readNote(lines: readonly string[], start: number): Read | undefined {
  const label = noteStart.exec(lines[start] ?? '')?.[1]?.trim();
  if (label === undefined) return undefined;
  let open = start + 1;
  while (/^(?:>.*|\s*)$/u.test(lines[open] ?? 'end') && open < lines.length) open += 1;
  const fence = fencePattern.exec(lines[open] ?? '')?.[1];
  if (fence === undefined) return undefined;
  const close = lines.indexOf(fence, open + 1);
  const end = close === -1 ? lines.length : close;
  const text = lines.slice(open + 1, end).join('\n');
  return {
    remembered: { as: 'note', label, type: 'belief', text, line: start + 1 },
    next: end + 1,
  };
}

function readFact(lines: readonly string[], start: number): Read | undefined {
  const [, type, first = ''] = factStart.exec(lines[start] ?? '') ?? [];
  const known = factTypes.find((one) => one === type);
  if (known === undefined) return undefined;
  let next = start + 1;
  while (next < lines.length && isContinued(lines[next] ?? '')) next += 1;
  const rest = lines.slice(start + 1, next);
  const last = rest.findLastIndex((line) => factEnd.test(line));
  const told = (last === -1 ? rest : rest.slice(0, last)).map((line) => line.replace(/^ {2}/u, ''));
  const text = [first, ...told].join('\n');
  return {
    remembered: {
      as: 'fact',
      label: null,
      type: known,
      line: start + 1,
      text: last === -1 ? text.trimEnd() : text,
    },
    next,
  };
}

function isContinued(line: string): boolean {
  return line.startsWith('  ') || line.trim() === '';
}

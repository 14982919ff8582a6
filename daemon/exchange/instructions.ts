/**
 * Files of instructions (CLAUDE.md, AGENTS.md, GEMINI.md) and agents' own memory, taken apart into what can stand alone: a
 * point of a list or a paragraph is a fact; a section with code or a table, or a long one, is a note. Pure; judges nothing:
 * what it finds is data of whoever wrote the file.
 */
import type { FactType } from '../../protocol/memory/memory.ts';
import { blockLimits, factMaxChars } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Remembered } from './markdown.ts';
import { withoutSection } from './section.ts';

const leastChars = 12;
const labelMaxChars = 40;
const headingPattern = /^(#{1,6})\s+(.+?)\s*#*\s*$/u;
const fencePattern = /^\s{0,3}(`{3,}|~{3,})/u;
const pointPattern = /^(\s{0,3})(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/u;
const tablePattern = /^\s*\|.*\|\s*$/u;
/** `@docs/style.md`: a file that the agent reads as well. */
const importPattern = /^\s*(?:[-*+]\s+)?@[\w./~-]+\s*$/u;

interface Section {
  readonly heading: string;
  readonly level: number;
  readonly line: number;
  readonly lines: readonly string[];
}

/** A file with what it says of itself at its top, as Claude Code keeps a memory. */
interface MemoryFile {
  readonly description: string;
  readonly type: string;
  readonly body: string;
  readonly bodyLine: number;
}

export function parseInstructions(text: string): Remembered[] {
  const { body, bodyLine } = splitFrontMatter(withoutSection(text));
  return splitSections(withoutComments(body), bodyLine).flatMap(readSection);
}

/** A topic file whole; one that is too long in pieces, as any file of instructions. */
export function parseMemoryFile(text: string): Remembered[] {
  const { body, bodyLine, description, type } = splitFrontMatter(text);
  const whole = body.trim();
  if (whole.length > factMaxChars || /^#{1,6}\s/mu.test(whole)) return parseInstructions(text);
  const told = whole.length < leastChars ? description : whole;
  if (told.length < leastChars) return [];
  return [{ as: 'fact', label: null, type: typeOf(told, type), text: told, line: bodyLine }];
}

function splitFrontMatter(text: string): MemoryFile {
  const plain = text.replace(/^\u{feff}/u, '').replaceAll('\r\n', '\n');
  const found = /^---\n([\s\S]{0,8000}?)\n---(?:\n|$)/u.exec(plain);
  if (found === null) return { description: '', type: '', body: plain, bodyLine: 1 };
  const [whole, head = ''] = found;
  const valueOf = (name: string): string =>
    new RegExp(`^\\s*${name}:\\s*["']?(.*?)["']?\\s*$`, 'mu').exec(head)?.[1] ?? '';
  return {
    description: valueOf('description'),
    type: valueOf('type'),
    body: plain.slice(whole.length),
    bodyLine: whole.split('\n').length,
  };
}

/** Blank lines instead, so that line numbers stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/<!--[\s\S]*?-->/gu, (comment) => comment.replaceAll(/[^\n]/gu, ''));
}

function splitSections(text: string, firstLine: number): Section[] {
  const sections: { heading: string; level: number; line: number; lines: string[] }[] = [];
  let current = { heading: '', level: 0, line: firstLine, lines: [] as string[] };
  let fence = '';
  for (const [index, line] of text.split('\n').entries()) {
    const [, mark = ''] = fencePattern.exec(line) ?? [];
    if (fence === '') fence = mark;
    else if (mark !== '' && mark.startsWith(fence)) fence = '';
    const heading = fence === '' ? headingPattern.exec(line) : null;
    if (heading === null) {
      current.lines.push(line);
      continue;
    }
    sections.push(current);
    const [, marks = '', title = ''] = heading;
    current = {
      heading: plainTitle(title),
      level: marks.length,
      line: firstLine + index + 1,
      lines: [],
    };
  }
  return [...sections, current];
}

function readSection(section: Section): Remembered[] {
  const whole = section.lines.join('\n').trim();
  if (whole === '') return [];
  const hasShape = section.lines.some((line) => fencePattern.test(line) || tablePattern.test(line));
  const pieces = piecesOf(section);
  const isNote = hasShape || pieces.some(({ text }) => text.length > factMaxChars);
  if (!isNote) return pieces;
  return [
    {
      as: 'note',
      label: toLabel(section.heading),
      type: 'belief',
      text: whole.slice(0, blockLimits.most),
      line: section.heading === '' ? section.line : section.line - 1,
    },
  ];
}

/** Points of lists with what is indented below them, and paragraphs. */
function piecesOf({ heading, level, line: first, lines }: Section): Remembered[] {
  const pieces: { text: string; line: number }[] = [];
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    const point = pointPattern.exec(line);
    const last = pieces.at(-1);
    if (line.trim() === '' || importPattern.test(line)) isOpen = false;
    else if (point !== null) {
      pieces.push({ text: point[2] ?? '', line: first + index });
      isOpen = true;
    } else if (last !== undefined && (isOpen || /^\s{2,}\S/u.test(line)))
      last.text += `\n${line.trim()}`;
    else {
      pieces.push({ text: line.trim(), line: first + index });
      isOpen = true;
    }
  }
  return pieces
    .map(({ text, line }) => ({ text: text.trim(), line }))
    .filter(({ text }) => text.length >= leastChars && !text.endsWith(':'))
    .map(({ text, line }): Remembered => {
      const told = level > 1 ? withHeading(heading, text) : text;
      return { as: 'fact', label: null, type: typeOf(told, ''), text: told, line };
    });
}

/** A point that does not say what it is about gets the heading before it. */
function withHeading(heading: string, text: string): string {
  const words = heading.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const lower = text.toLowerCase();
  const isTold = words.length === 0 || words.some((word) => lower.includes(word.slice(0, 4)));
  return isTold ? text : `${heading}: ${text}`;
}

function plainTitle(title: string): string {
  return toPlainLine(title.replaceAll(/[*_`]/gu, ''), 120);
}

/** Letters, digits, `._-` and blanks only, as labels are. */
function toLabel(heading: string): string {
  const label = heading
    .replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, labelMaxChars)
    .trim();
  return label === '' ? 'instructions' : label;
}

const typeWords: readonly (readonly [FactType, RegExp])[] = [
  [
    'decision',
    /\b(?:decided|decision|instead of|replaced|migrated|moved (?:from|to)|entschieden)\b/iu,
  ],
  [
    'gotcha',
    /\b(?:beware|careful|gotcha|pitfall|flaky|breaks?|fails?|crash|hangs?|otherwise|achtung|sonst)\b/iu,
  ],
  [
    'preference',
    /\b(?:prefer|always|never|do not|don['’]t|avoid|please|must|should|bevorzugt?|immer|nie)\b/iu,
  ],
  ['pattern', /\b(?:use|run|live in|lives in|located|convention|naming|structure|follow)\b/iu],
];
const memoryTypes: Readonly<Record<string, FactType>> = {
  feedback: 'preference',
  user: 'preference',
  project: 'belief',
  reference: 'belief',
};

/** A guess that a person can change; `told`: what the file says of itself. */
function typeOf(text: string, told: string): FactType {
  const known = Object.hasOwn(memoryTypes, told) ? memoryTypes[told] : undefined;
  return known ?? typeWords.find(([, words]) => words.test(text))?.[0] ?? 'belief';
}

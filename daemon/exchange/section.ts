/**
 * The marked section of a file of instructions. Pure. Invariant: what stands outside the marks stays byte for byte, also when
 * the section is put in and taken out again; the first mark says how many line breaks were put before it.
 */
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Block } from '../../protocol/memory/memory.ts';

const markPattern = /^<!-- waggle:notes:(begin|end)(?: \+([0-2]))?[^\r\n]*-->[^\S\r\n]*$/gmu;
const beginText = (added: number): string =>
  `<!-- waggle:notes:begin +${added} Written by Waggle: change the notes there, not here. -->`;
const endText = '<!-- waggle:notes:end -->';

interface Span {
  readonly from: number;
  /** Behind the line break that ends the section, if there is one. */
  readonly to: number;
  /** Line breaks that were put before it. */
  readonly added: number;
}

/** The file with these notes in its section; at its end when it has none yet. Without notes the section is taken out. */
export function withSection(text: string, blocks: readonly Block[]): string {
  const span = findSection(text);
  const lineBreak = lineBreakOf(span === undefined ? text : text.slice(span.from, span.to));
  if (blocks.length === 0) return span === undefined ? text : without(text, span);
  if (span !== undefined) {
    const section = toSection(blocks, { added: span.added, lineBreak });
    const isLast = span.to === text.length && !/[\r\n]$/u.test(text);
    return text.slice(0, span.from) + section + (isLast ? '' : lineBreak) + text.slice(span.to);
  }
  const added = addedBreaks(text);
  const section = toSection(blocks, { added, lineBreak });
  return text + lineBreak.repeat(added) + section + lineBreak;
}

/** Without what we wrote ourselves, for whoever reads the file for memory. */
export function withoutSection(text: string): string {
  const span = findSection(text);
  return span === undefined ? text : without(text, span);
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function addedBreaks(text: string): number {
  if (text === '' || text === '\u{feff}') return 0;
  if (/(?:\r?\n){2}$/u.test(text)) return 0;
  return text.endsWith('\n') ? 1 : 2;
}

/** @throws WaggleError `conflict` for marks that are not one pair. */
function findSection(text: string): Span | undefined {
  const marks = [...text.matchAll(markPattern)];
  if (marks.length === 0) return undefined;
  const [begin, end] = marks;
  if (marks.length !== 2 || begin?.[1] !== 'begin' || end?.[1] !== 'end') throw oddMarks();
  const behind = end.index + end[0].length;
  const [lineBreak = ''] = /^\r?\n/u.exec(text.slice(behind)) ?? [];
  return { from: begin.index, to: behind + lineBreak.length, added: Number(begin[2] ?? 0) };
}

function oddMarks(): WaggleError {
  const message = 'The marks of Waggle in this file are not one pair: nothing was changed.';
  return new WaggleError('conflict', message, {
    fix: 'Remove the lines with “waggle:notes” and try again.',
  });
}

/** The breaks that were put before it are of the same kind as its own: the file may end in half of one. */
function without(text: string, { from, to, added }: Span): string {
  const lineBreak = lineBreakOf(text.slice(from, to));
  let end = from;
  for (let left = added; left > 0 && text.endsWith(lineBreak, end); left -= 1)
    end -= lineBreak.length;
  return text.slice(0, end) + text.slice(to);
}

function toSection(
  blocks: readonly Block[],
  { added, lineBreak }: { readonly added: number; readonly lineBreak: string },
): string {
  const notes = blocks.map(({ label, text }) => `### ${label}\n\n${unmarked(text).trim()}\n`);
  const lines = [beginText(added), '## Notes shared by agents', '', notes.join('\n'), endText];
  return lines.join('\n').split(/\r?\n/u).join(lineBreak);
}

/** A note that holds one of our marks would end the section. */
function unmarked(text: string): string {
  return text.replaceAll('<!-- waggle:', '<!-- waggle ');
}

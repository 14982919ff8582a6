/** Facts and notes as lines for a person. */
import type { Block, Fact, QuarantineReason, Source } from '../../protocol/memory/memory.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { agoText, layOutTable } from '../output/output.ts';
import type { Cell, Column, Output } from '../output/output.ts';
import { shortId } from './place.ts';

type Shown = Pick<Output, 'columns' | 'paint'>;

const factColumns: readonly Column[] = [
  { title: 'ID', min: 8, max: 8 },
  { title: 'TYPE', min: 8, max: 10 },
  { title: 'WHERE', min: 8, max: 11 },
  { title: 'FACT', min: 0, max: 400 },
];

const noteColumns: readonly Column[] = [
  { title: 'ID', min: 8, max: 8 },
  { title: 'NOTE', min: 8, max: 24 },
  { title: 'WHOSE', min: 8, max: 10 },
  { title: 'SIZE', min: 9, max: 13 },
  { title: 'BEGINS', min: 0, max: 200 },
];

export const reasonWords: Readonly<Record<QuarantineReason, string>> = {
  instructions: 'reads like instructions to agents',
  outsideSource: 'from outside',
  contradiction: 'contradicts what is known',
  widerScope: 'would hold beyond its repository',
};

export function factTable(facts: readonly Fact[], { columns, paint }: Shown): string[] {
  return layOutTable({ columns: factColumns, rows: facts.map(factRow), width: columns, paint });
}

function factRow(fact: Fact): Cell[] {
  const isWaiting = fact.state === 'quarantined';
  const pin = fact.pinned ? '* ' : '';
  return [
    { text: shortId(fact.id), style: 'dim' },
    { text: fact.type },
    { text: whereOf(fact), style: 'dim' },
    { text: `${pin}${toPlainLine(fact.text, 400)}`, ...(isWaiting ? { style: 'orange' } : {}) },
  ];
}

export function whereOf({ scope, worktree }: Fact): string {
  return worktree === null ? scope : 'worktree';
}

export function noteTable(blocks: readonly Block[], { columns, paint }: Shown): string[] {
  const rows = blocks.map((block): Cell[] => [
    { text: shortId(block.id), style: 'dim' },
    { text: toPlainLine(block.label) },
    { text: block.owner.kind === 'workspace' ? 'repository' : 'role', style: 'dim' },
    { text: `${block.text.length}/${block.limit}`, style: 'dim' },
    { text: toPlainLine(block.text, 200) },
  ]);
  return layOutTable({ columns: noteColumns, rows, width: columns, paint });
}

/** Everything of a fact, for `memory show`. */
export function factLines(fact: Fact, nowMs: number): string[] {
  const age = (instant: string): string => `${agoText(instant, nowMs)} ago`;
  const used =
    fact.lastUsedAt === null ? 'never' : `${fact.uses} times, last ${age(fact.lastUsedAt)}`;
  const state =
    fact.state === 'accepted'
      ? fact.reviewedAt === null
        ? 'holds; nobody has looked at it'
        : `accepted by you ${age(fact.reviewedAt)}`
      : `waits for you: ${fact.reasons.map((reason) => reasonWords[reason]).join('; ')}`;
  return [
    toVisibleText(fact.text),
    '',
    `Id        ${fact.id}`,
    `Type      ${fact.type}${fact.pinned ? ', pinned' : ''}`,
    `Where     ${fact.worktree === null ? fact.scope : `worktree ${toPlainLine(fact.worktree)}`}`,
    `State     ${state}`,
    ...fact.suspicious.map((line) => `Suspect   ${toPlainLine(line)}`),
    `From      ${sourceText(fact.source)}, ${age(fact.createdAt)}`,
    `Used      ${used}`,
    ...(fact.supersededBy === null ? [] : [`Replaced  by ${fact.supersededBy}`]),
    ...(fact.expiresAt === null
      ? []
      : [`Expires   ${fact.expiresAt.slice(0, 10)}, unless used or reviewed`]),
  ];
}

export function sourceText({ by, who, from, turn, sessionId, path }: Source): string {
  const name = toPlainLine(who, 80);
  const outside = from === 'outside' ? ', from outside' : '';
  if (by === 'person') return `you${outside}`;
  if (by === 'file') return `the file ${toPlainLine(path ?? name, 200)}`;
  if (by === 'waggle') return 'Waggle';
  const place =
    sessionId === null ? '' : ` (session ${sessionId}${turn === null ? '' : `, turn ${turn}`})`;
  return `${name}${place}${outside}`;
}

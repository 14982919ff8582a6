/** Everything that is known about a fact, as a page of plain text. Nothing in it is markup. Knows no editor. */
import type { MethodResult } from '../../protocol/protocol.ts';
import type { Fact, MemoryChange } from '../../protocol/memory/memory.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';
import { nameOrigin, nameReason, nameScope, nameSource, nameType } from './factRow.ts';

export type FactDetails = MethodResult<'memory/getFact'>;

export interface FactTextContext {
  readonly nowMs: number;
  readonly t: Translate;
  /** Name of the fact's repository; empty when it has none. */
  readonly repository: string;
}

type Line = readonly [label: string, value: string];

export function describeDetails(details: FactDetails, context: FactTextContext): string {
  const { fact, related, changes } = details;
  const { t } = context;
  const replaced = related.filter(({ supersededBy }) => supersededBy === fact.id);
  const against = related.filter(({ id }) => fact.contradicts.includes(id));
  const newer = related.filter(({ id }) => fact.supersededBy === id);
  const parts = [
    toVisibleText(fact.text),
    layOut(listLines(fact, context)),
    ...(fact.state === 'quarantined' ? [describeWaiting(fact, t)] : []),
    ...section(t('Replaced by'), newer, context),
    ...section(t('It says something else than'), against, context),
    ...section(t('It holds instead of'), replaced, context),
    ...(changes.length === 0
      ? []
      : [[t('What was done with it'), layOut(changes.map(toChange(context)))].join('\n\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function listLines(fact: Fact, context: FactTextContext): Line[] {
  const { t, repository } = context;
  const { source } = fact;
  const turn = source.turn === null ? [] : [t('turn {0}', source.turn)];
  return [
    [t('Kind'), [nameType(fact.type, t), ...(fact.pinned ? [t('pinned')] : [])].join(', ')],
    [t('Holds'), nameScope(fact, repository, t)],
    [t('Learned by'), [nameSource(source, t), ...turn].join(', ')],
    [t('Learned from'), nameOrigin(source.from, t)],
    ...(source.path === null ? [] : [[t('File'), toPlainLine(source.path, 400)] as const]),
    [t('Holds since'), describeInstant(fact.validFrom, context)],
    [t('Uses'), describeUses(fact, context)],
    [t('Looked at'), describeReviewed(fact, context)],
  ];
}

function describeUses({ uses, lastUsedAt }: Fact, context: FactTextContext): string {
  const { t } = context;
  if (uses === 0 || lastUsedAt === null) return t('no agent has asked for it yet');
  const last = describeInstant(lastUsedAt, context);
  return uses === 1
    ? t('given to an agent once, {0}', last)
    : t('given to agents {0} times, last {1}', uses, last);
}

function describeReviewed({ reviewedAt, expiresAt }: Fact, context: FactTextContext): string {
  const { t } = context;
  if (reviewedAt !== null) return describeInstant(reviewedAt, context);
  return expiresAt === null
    ? t('not yet')
    : t(
        'not yet; forgotten on {0} unless it is used',
        new Date(expiresAt).toLocaleDateString(undefined, { dateStyle: 'medium' }),
      );
}

function describeWaiting({ reasons, suspicious }: Fact, t: Translate): string {
  const lines = reasons.map((reason) => `  ${nameReason(reason, t)}`);
  const quoted = suspicious.map((text) => `    “${toPlainLine(text, 200)}”`);
  return [t('It waits for you, and no agent gets it, because it'), '', ...lines, ...quoted].join(
    '\n',
  );
}

function section(
  title: string,
  facts: readonly Fact[],
  { nowMs, t }: FactTextContext,
): readonly string[] {
  if (facts.length === 0) return [];
  const lines = facts.map(
    (fact) => `  ${toPlainLine(fact.text, 300)} (${describeAge(fact.createdAt, nowMs, t)})`,
  );
  return [[title, '', ...lines].join('\n')];
}

function toChange(context: FactTextContext): (change: MemoryChange) => Line {
  const { t } = context;
  return ({ at, kind, by, undoneBy }) => [
    describeDate(at),
    [
      t('{0} by {1}', nameAct(kind, t), nameSource(by, t)),
      ...(undoneBy === null ? [] : [t('undone')]),
    ].join(' · '),
  ];
}

function nameAct(kind: MemoryChange['kind'], t: Translate): string {
  switch (kind) {
    case 'saved':
      return t('saved');
    case 'merged':
      return t('merged with what was nearly the same,');
    case 'superseded':
      return t('replaced');
    case 'edited':
      return t('edited');
    case 'forgotten':
      return t('forgotten');
    case 'pinned':
      return t('pinned or unpinned');
    case 'promoted':
      return t('moved to another scope');
    case 'reviewed':
      return t('reviewed');
    case 'imported':
      return t('imported');
    case 'expired':
      return t('forgotten because nobody used it,');
    case 'undone':
      return t('an undo');
    case 'noteMade':
    case 'noteWritten':
    case 'noteRemoved':
      return t('changed');
  }
}

function describeInstant(at: string, { nowMs, t }: FactTextContext): string {
  const age = describeAge(at, nowMs, t);
  return `${describeDate(at)} (${age === t('now') ? age : t('{0} ago', age)})`;
}

function describeDate(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** One below the other, the values in one column. */
function layOut(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  return lines.map(([label, value]) => `  ${label.padEnd(width)}${value}`).join('\n');
}

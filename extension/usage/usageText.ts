/** What agents used as lines that a person reads. Knows no editor. */
import type { Ceiling, PlanLimit, UsageRow, UsageSum } from '../../protocol/usage/usage.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge, describeClock } from '../clock.ts';
import type { Translate } from '../translate.ts';

export interface Told {
  readonly days: MethodResult<'usage/read'>;
  readonly groups: readonly { readonly title: string; readonly rows: readonly UsageRow[] }[];
  readonly ceilings: readonly Ceiling[];
  readonly nameOf: (sessionId: string) => string;
}

export interface TextContext {
  readonly nowMs: number;
  readonly t: Translate;
}

const labelChars = 44;

/** `12.3k`, `1.5M`. */
export function describeTokens(count: number): string {
  if (count < 1000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `$1.20`, with `+` when something has no price. */
export function describeCost({ costUsd, unpricedTokens }: UsageSum, t: Translate): string {
  if (costUsd === 0 && unpricedTokens > 0) return t('no price');
  const rest = unpricedTokens > 0 ? '+' : '';
  return `$${costUsd > 0 && costUsd < 0.01 ? '0.01' : costUsd.toFixed(2)}${rest}`;
}

/** One line for the tooltip of the status bar; empty when nothing was used. */
export function describeToday(
  sum: UsageSum,
  limits: readonly PlanLimit[],
  { t }: TextContext,
): string {
  const tokens = sum.inputTokens + sum.outputTokens + sum.cacheWriteTokens;
  if (tokens + sum.cacheReadTokens === 0) return '';
  const used = t('Today {0} tokens, about {1}', describeTokens(tokens), describeCost(sum, t));
  const high = limits.toSorted((a, b) => b.usedPercent - a.usedPercent)[0];
  if (high === undefined) return used;
  const plan = t('{0} % of {1} ({2})', Math.round(high.usedPercent), plain(high.name), high.agent);
  return `${used} · ${plan}`;
}

export function describeUsage(told: Told, context: TextContext): string {
  const { t } = context;
  const { days, groups, ceilings } = told;
  if (days.rows.length === 0) return `${nothing(days, t)}\n`;
  const today = { label: days.today.day, sum: days.today.sum };
  const tables: Table[] = [
    { title: t('Today'), lines: [today] },
    {
      title: t('By day'),
      lines: [...days.rows.map(toLine), { label: t('total'), sum: days.total }],
    },
    ...groups.map(({ title, rows }) => ({ title, lines: rows.map(toLine) })),
  ];
  const [first = [], ...others] = layOut(tables, t);
  const parts = [
    ...first,
    ...section(
      t('Plan limits'),
      days.limits.map((limit) => describeLimit(limit, context)),
    ),
    ...section(
      t('Ceilings'),
      ceilings.map((one) => describeCeiling(one, told.nameOf, t)),
    ),
    ...others.flatMap((lines) => ['', ...lines]),
    '',
    ...notes(days, t),
  ];
  return `${parts.join('\n')}\n`;
}

function nothing({ sources }: MethodResult<'usage/read'>, t: Translate): string {
  return sources.length === 0
    ? t('Nothing was used yet: Claude Code, Codex, Gemini and opencode have kept no records here.')
    : t('Nothing was used in the last 30 days.');
}

interface Line {
  readonly label: string;
  readonly sum: UsageSum;
}

function toLine({ label, sum }: UsageRow): Line {
  return { label: plain(label), sum };
}

function heading(title: string): string {
  return `${title}\n${'─'.repeat(title.length)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading(title), ...lines];
}

interface Table {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Columns of figures stand under each other, over all tables; one without lines is left out. */
function layOut(tables: readonly Table[], t: Translate): string[][] {
  const heads = [t('input'), t('cached'), t('output'), t('cost')];
  const shown = tables
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => [[title, ...heads], ...lines.map((line) => cellsOf(line, t))]);
  const widths = ['', ...heads].map((_head, at) =>
    Math.max(...shown.flat().map((row) => lengthOf(row[at] ?? ''))),
  );
  const toText = (row: readonly string[]): string =>
    row
      .map((cell, at) => {
        const gap = ' '.repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(cell)));
        return at === 0 ? cell + gap : gap + cell;
      })
      .join('  ')
      .trimEnd();
  return shown.map(([head = [], ...rows]) => {
    const title = toText(head);
    return [title, '─'.repeat(lengthOf(title)), ...rows.map(toText)];
  });
}

function cellsOf({ label, sum }: Line, t: Translate): string[] {
  return [
    shorten(label),
    describeTokens(sum.inputTokens + sum.cacheWriteTokens),
    describeTokens(sum.cacheReadTokens),
    describeTokens(sum.outputTokens),
    describeCost(sum, t),
  ];
}

function describeLimit(limit: PlanLimit, { nowMs, t }: TextContext): string {
  const { agent, name, usedPercent, resetsAt, seenAt } = limit;
  const isAhead = resetsAt !== null && Date.parse(resetsAt) > nowMs;
  const day = resetsAt === null ? '' : resetsAt.slice(0, 10);
  const resets = isAhead ? t(', starts anew {0} {1}', day, describeClock(resetsAt)) : '';
  const age = describeAge(seenAt, nowMs, t);
  const used = t('{0}: {1} % of {2} used', agent, Math.round(usedPercent), plain(name));
  return age === t('now') ? `${used}${resets}` : `${used}${resets}${t(' (as of {0} ago)', age)}`;
}

export function describeCeiling(
  { per, sessionId, tokens, usd }: Ceiling,
  nameOf: (sessionId: string) => string,
  t: Translate,
): string {
  const amount =
    tokens === null ? `$${(usd ?? 0).toFixed(2)}` : t('{0} tokens', describeTokens(tokens));
  if (per === 'day') return t('{0} a day, all sessions together', amount);
  if (sessionId === null) return t('{0} for each session', amount);
  return t("{0} for '{1}'", amount, plain(nameOf(sessionId)));
}

function notes({ total, sources, pricesOf }: MethodResult<'usage/read'>, t: Translate): string[] {
  const left = sources.reduce((sum, { bytesLeft }) => sum + bytesLeft, 0);
  const unreadable = sources.reduce((sum, source) => sum + source.unreadable, 0);
  return [
    t('Costs are estimates by list prices of {0}.', pricesOf),
    t('Cached: read from the cache of the model.'),
    ...(total.unpricedTokens > 0
      ? [
          t(
            '{0} tokens are of models without a known price: "waggle usage price" sets one.',
            describeTokens(total.unpricedTokens),
          ),
        ]
      : []),
    ...(left > 0
      ? [t('{0} MB of records are still being read.', Math.ceil(left / 1_048_576))]
      : []),
    ...(unreadable > 0 ? [t('{0} records could not be read.', unreadable)] : []),
  ];
}

function shorten(label: string): string {
  const all = Array.from(label);
  return all.length > labelChars ? `…${all.slice(1 - labelChars).join('')}` : label;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function plain(text: string): string {
  return toPlainLine(text, 120);
}

/** `$5`, `2.50 usd`; `200k`, `1.5M` tokens; undefined for what is no amount. */
export function parseAmount(
  text: string,
): { readonly usd: number } | { readonly tokens: number } | undefined {
  const money = /^(?:\$ ?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?) ?usd)$/i.exec(text.trim());
  const usd = Number(money?.[1] ?? money?.[2] ?? Number.NaN);
  if (usd > 0) return { usd };
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([km]?)$/i.exec(text.trim()) ?? [];
  const factor = unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1000 : 1_000_000;
  const tokens = Math.round(Number(count) * factor);
  return count !== '' && tokens > 0 ? { tokens } : undefined;
}

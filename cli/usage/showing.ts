/** `waggle usage`: what was used, by session, repository, day, agent or model. */
import type { MethodResult } from '../../protocol/protocol.ts';
import type { PlanLimit, UsageGroup, UsageRow, UsageSum } from '../../protocol/usage/usage.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import type { Cell, Column } from '../output/output.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import { getMeant } from '../session/session.ts';
import { costText, tokensText } from './amount.ts';

export interface UsageOptions {
  readonly by: UsageGroup;
  readonly days: number;
  /** Only there. */
  readonly reference: string | undefined;
  readonly agent: string | undefined;
  readonly limit: number;
}

type Told = MethodResult<'usage/read'>;

const columns = (by: UsageGroup): Column[] => [
  { title: by.toUpperCase(), min: 12, max: 60 },
  { title: 'INPUT', min: 6, max: 8 },
  { title: 'CACHED', min: 6, max: 8 },
  { title: 'OUTPUT', min: 6, max: 8 },
  { title: 'COST', min: 7, max: 10 },
];

export async function showUsage(
  context: CommandContext,
  { by, days, reference, agent, limit }: UsageOptions,
): Promise<number> {
  const link = await context.connect();
  const { sessions } =
    reference === undefined ? { sessions: [] } : await link.call('session/list', { history: true });
  const within = reference === undefined ? undefined : getMeant(sessions, reference);
  const told = await link.call('usage/read', {
    ...{ by, days, limit },
    ...(within === undefined ? {} : { sessionId: within.id }),
    ...(agent === undefined ? {} : { agent }),
  });
  const { output } = context;
  output.result(told, () =>
    told.rows.length === 0
      ? [nothingText(told)]
      : layOutTable({
          columns: columns(by),
          rows: [...told.rows.map((row) => cellsOf(labelOf(row), row.sum)), totalOf(told)],
          width: output.columns,
          paint: output.paint,
        }),
  );
  for (const line of notesOf(told)) output.note(line);
  if (told.rows.length > 0) output.hint('waggle usage ceiling $5 --per day stops at an amount');
  return exitCodes.ok;
}

function nothingText({ sources }: Told): string {
  return sources.length === 0
    ? 'Nothing was used: no records of Claude Code, Codex, Gemini or opencode were found.'
    : 'Nothing was used in that time.';
}

function labelOf({ label }: UsageRow): string {
  return label === '' ? '(unknown)' : toPlainLine(label, 120);
}

function cellsOf(label: string, sum: UsageSum): Cell[] {
  return [
    { text: label },
    { text: tokensText(sum.inputTokens + sum.cacheWriteTokens) },
    { text: tokensText(sum.cacheReadTokens) },
    { text: tokensText(sum.outputTokens) },
    { text: costText(sum) },
  ];
}

function totalOf({ total }: Told): Cell[] {
  return cellsOf('total', total).map((cell) => ({ ...cell, style: 'bold' }));
}

function notesOf({ total, limits, sources, pricesOf }: Told): string[] {
  const left = sources.reduce((sum, { bytesLeft }) => sum + bytesLeft, 0);
  const unreadable = sources.reduce((sum, source) => sum + source.unreadable, 0);
  return [
    ...limits.map(limitText),
    ...(total.costUsd > 0 ? [`Costs are estimates by list prices of ${pricesOf}.`] : []),
    ...(total.unpricedTokens > 0
      ? [
          `${tokensText(total.unpricedTokens)} tokens are of models without a known price: waggle usage price --help`,
        ]
      : []),
    ...(left > 0 ? [`${Math.ceil(left / 1024 / 1024)} MB are still being read; ask again.`] : []),
    ...(unreadable > 0 ? [`${unreadable} files could not be read.`] : []),
  ];
}

function limitText({ agent, name, usedPercent, resetsAt, seenAt }: PlanLimit): string {
  const resets = resetsAt === null ? '' : `, resets ${resetsAt.slice(0, 16).replace('T', ' ')} UTC`;
  const plan = toPlainLine(name, 40);
  return `${agent}: ${Math.round(usedPercent)} % of ${plan} used${resets} (seen ${agoText(seenAt)} ago)`;
}

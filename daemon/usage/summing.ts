/** From what conversations used to the rows that a person reads. Pure. */
import { basename } from 'node:path';
import type { UsageGroup, UsageRow, UsageSum } from '../../protocol/usage/usage.ts';
import type { SessionId, WorkspaceId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Prices } from './prices.ts';
import { addSums, noUsage, toSum } from './prices.ts';
import type { SummedRow } from './usage.store.ts';

/** A session as the rows name it. */
export interface NamedSession {
  readonly id: SessionId;
  readonly name: string;
  readonly workspaceId: WorkspaceId;
}

/** A repository as the rows name it. */
export interface NamedWorkspace {
  readonly id: WorkspaceId | null;
  readonly name: string;
  /** Stable; a path when it is none of ours. */
  readonly key: string;
}

export interface SummingNouns {
  sessionOf(agent: string, conversation: string): NamedSession | undefined;
  /** Undefined: it is not known where the conversation was held. */
  workspaceOf(
    directory: string | null,
    session: NamedSession | undefined,
  ): NamedWorkspace | undefined;
}

export interface Wanted {
  readonly by: UsageGroup;
  readonly sessionId?: SessionId | undefined;
  readonly workspaceId?: WorkspaceId | undefined;
}

interface Place {
  readonly row: SummedRow;
  readonly session: NamedSession | undefined;
  readonly workspace: NamedWorkspace | undefined;
}

export interface Summed {
  readonly rows: UsageRow[];
  readonly total: UsageSum;
}

export function sumUp(
  summed: readonly SummedRow[],
  wanted: Wanted,
  { nouns, prices }: { readonly nouns: SummingNouns; readonly prices: Prices },
): Summed {
  const rows = new Map<string, UsageRow>();
  let total = noUsage;
  for (const row of summed) {
    const session = nouns.sessionOf(row.agent, row.conversation);
    const workspace = nouns.workspaceOf(row.directory, session);
    if (wanted.sessionId !== undefined && session?.id !== wanted.sessionId) continue;
    if (wanted.workspaceId !== undefined && workspace?.id !== wanted.workspaceId) continue;
    const sum = toSum(row, prices);
    total = addSums(total, sum);
    const head = headOf(wanted.by, { row, session, workspace });
    const known = rows.get(head.key);
    const lastAt = known !== undefined && known.lastAt > row.lastAt ? known.lastAt : row.lastAt;
    rows.set(head.key, { ...head, sum: addSums(known?.sum ?? noUsage, sum), lastAt });
  }
  const compare = wanted.by === 'day' ? byDay : byUse;
  return { rows: [...rows.values()].toSorted(compare), total };
}

type Head = Omit<UsageRow, 'sum' | 'lastAt'>;

const nobody = { agent: null, sessionId: null, workspaceId: null } as const;

function headOf(by: UsageGroup, { row, session, workspace }: Place): Head {
  switch (by) {
    case 'day':
      return { ...nobody, key: row.day, label: row.day };
    case 'agent':
      return { ...nobody, key: row.agent, label: row.agent, agent: row.agent };
    case 'model':
      return { ...nobody, key: row.model, label: toPlainLine(row.model, 80) };
    case 'repository': {
      const { key = '', name = '', id = null } = workspace ?? {};
      return { ...nobody, key, label: toPlainLine(name, 120), workspaceId: id };
    }
    case 'session':
      return sessionHead(row, session, workspace);
  }
}

function sessionHead(
  { agent, conversation, directory }: SummedRow,
  session: NamedSession | undefined,
  workspace: NamedWorkspace | undefined,
): Head {
  const workspaceId = workspace?.id ?? null;
  if (session !== undefined) {
    const label = toPlainLine(session.name, 120);
    return { key: session.id, label, agent, sessionId: session.id, workspaceId };
  }
  const where = directory === null ? '' : basename(directory);
  const label = toPlainLine(`${where} ${conversation.slice(0, 8)}`.trim(), 120);
  return { key: `${agent} ${conversation}`, label, agent, sessionId: null, workspaceId };
}

function byDay(left: UsageRow, right: UsageRow): number {
  return right.key.localeCompare(left.key);
}

function byUse({ sum: left, lastAt }: UsageRow, { sum: right, lastAt: rightAt }: UsageRow): number {
  const tokens = (sum: UsageSum): number =>
    sum.inputTokens + sum.outputTokens + sum.cacheWriteTokens + sum.cacheReadTokens;
  return (
    right.costUsd - left.costUsd || tokens(right) - tokens(left) || rightAt.localeCompare(lastAt)
  );
}

/** `waggle tools remove`: takes our entry out of agents' files again, and nothing else. */
import type { AccessAgentId, AccessContext, Change } from '../../link/access/access.ts';
import {
  accessAgentIds,
  applyChange,
  dropHeldToken,
  findAccess,
  findHeldToken,
  listFiles,
  planTaking,
} from '../../link/access/access.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { askYes } from './asking.ts';
import { accessContextOf, parseAgents } from './choosing.ts';
import type { InstallOptions } from './install.ts';
import { toRed } from './install.ts';
import { revokeToken } from './revoking.ts';
import { describeChange } from './showing.ts';

interface Row {
  readonly agent: AccessAgentId;
  readonly label: string;
  readonly file: string;
  readonly removed: boolean;
  readonly problem?: { readonly message: string; readonly fix: string | undefined };
}

/** Exit code 1 when an entry could not be taken away. */
export async function removeTools(
  context: CommandContext,
  { agents, yes }: InstallOptions,
): Promise<number> {
  const named = parseAgents(agents);
  const access = accessContextOf(context);
  const plans = (named.length > 0 ? named : accessAgentIds).flatMap((id) =>
    planAll(access, id, named),
  );
  const changes = plans.filter((plan): plan is Change => 'action' in plan);
  for (const change of changes)
    for (const line of describeChange(change, context.output)) context.output.note(line);
  const text = changes.length === 1 ? 'Write this file?' : `Write these ${changes.length} files?`;
  if (changes.length > 0 && !(await askYes(context, { text, isAnswered: yes }))) {
    context.output.note('Nothing was written.');
    return exitCodes.failure;
  }
  const rows: Row[] = [];
  for (const plan of plans) rows.push('action' in plan ? await take(context, access, plan) : plan);
  context.output.result({ agents: rows }, () => describe(rows));
  return rows.every(({ problem }) => problem === undefined) ? exitCodes.ok : exitCodes.failure;
}

function describe(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['No agent has an entry of Waggle.'];
  return rows.flatMap(({ label, file, removed, problem }) => {
    if (problem === undefined)
      return [
        removed
          ? `${label}: the entry is gone from ${file}.`
          : `${label}: there is no entry in ${file}.`,
      ];
    const line = `${label}: ${problem.message}`;
    return problem.fix === undefined ? [line] : [line, `  To fix: ${problem.fix}`];
  });
}

/** What was not asked for by name, and has nothing of ours or nothing that can be told, is not spoken of. */
function planAll(
  access: AccessContext,
  agent: AccessAgentId,
  named: readonly AccessAgentId[],
): (Change | Row)[] {
  const { label } = findAccess(access, agent);
  return listFiles(access, agent).flatMap((file): (Change | Row)[] => {
    const row: Row = { agent, label, file, removed: false };
    try {
      const change = planTaking(access, agent, file);
      if (change.isNeeded) return [change];
      return named.length > 0 ? [row] : [];
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (named.length === 0) return [];
      return [{ ...row, problem: { message: error.message, fix: error.fix } }];
    }
  });
}

async function take(context: CommandContext, access: AccessContext, change: Change): Promise<Row> {
  const { agent, label, file } = change;
  try {
    await applyChange(access, change);
    const held = findHeldToken(access.paths, agent);
    if (held !== undefined) await revokeToken(context, held);
    dropHeldToken(access.paths, agent);
    return { agent, label, file, removed: true };
  } catch (error) {
    const { reason, fix } = toRed(error);
    return { agent, label, file, removed: false, problem: { message: reason, fix } };
  }
}

/** `waggle tools install`: shows what would change in each agent's file, asks, writes, and tries each as the agent would. */
import type { AccessAgentId, AccessContext, Change, Verdict } from '../../link/access/access.ts';
import { applyChange, findAccess, planGiving, verifyAccess } from '../../link/access/access.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { askYes } from './asking.ts';
import { accessContextOf, chooseHere, parseAgents } from './choosing.ts';
import { describeChange, describeVerdict } from './showing.ts';

export interface InstallOptions {
  readonly agents: readonly string[];
  readonly yes: boolean;
}

interface Row {
  readonly agent: AccessAgentId;
  readonly label: string;
  readonly file: string;
  readonly written: boolean;
  readonly verdict: Verdict;
}

type Red = Extract<Verdict, { ok: false }>;

export async function installTools(
  context: CommandContext,
  { agents, yes }: InstallOptions,
): Promise<number> {
  const named = parseAgents(agents);
  // What an entry runs must be there before it is written; a daemon that starts puts it there.
  await context.connect();
  const access = accessContextOf(context);
  const chosen = chooseHere(access, named);
  if (chosen.length === 0) return sayNobody(context);
  const plans = chosen.map((id) => planOrRefuse(access, id));
  const needed = plans.filter((plan): plan is Change => 'action' in plan && plan.isNeeded);
  for (const change of needed)
    for (const line of describeChange(change, context.output)) context.output.note(line);
  const text = needed.length === 1 ? 'Write this file?' : `Write these ${needed.length} files?`;
  if (needed.length > 0 && !(await askYes(context, { text, isAnswered: yes }))) {
    context.output.note('Nothing was written.');
    return exitCodes.failure;
  }
  const rows: Row[] = [];
  for (const plan of plans) rows.push(await giveAndTry(access, plan));
  context.output.result({ agents: rows }, () =>
    rows.flatMap(({ label, verdict }) => describeVerdict(label, verdict, context.output)),
  );
  if (rows.some(({ written }) => written))
    context.output.hint('agents that run already see it when they start anew');
  return rows.every(({ verdict }) => verdict.ok) ? exitCodes.ok : exitCodes.failure;
}

function sayNobody({ output }: CommandContext): number {
  output.result({ agents: [] }, () => [
    'None of Claude Code, Codex, opencode, Gemini CLI and Cursor was found here. Name one to give it access anyway: waggle tools install codex',
  ]);
  return exitCodes.ok;
}

type Plan = Change | { readonly agent: AccessAgentId; readonly refused: Red };

function planOrRefuse(access: AccessContext, agent: AccessAgentId): Plan {
  try {
    return planGiving(access, agent);
  } catch (error) {
    return { agent, refused: toRed(error) };
  }
}

export function toRed(error: unknown): Red {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  return { ok: false, code: errorCodeOf(error), reason: errorMessageOf(error), fix };
}

async function giveAndTry(access: AccessContext, plan: Plan): Promise<Row> {
  const { label, file } = findAccess(access, plan.agent);
  const about = { agent: plan.agent, label, file };
  if ('refused' in plan) return { ...about, written: false, verdict: plan.refused };
  let written = false;
  try {
    const { change } = await applyChange(access, plan);
    written = change.isNeeded;
    return { ...about, written, verdict: await verifyAccess(access, plan.agent) };
  } catch (error) {
    return { ...about, written, verdict: toRed(error) };
  }
}

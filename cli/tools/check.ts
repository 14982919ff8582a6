/** `waggle tools check`: who has an entry, and whether each works, tried as the agent would. */
import type { AgentAccess, Verdict } from '../../link/access/access.ts';
import { listAccess, verifyAccess } from '../../link/access/access.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { accessContextOf, parseAgents } from './choosing.ts';
import { describeState, describeVerdict } from './showing.ts';

interface Row extends AgentAccess {
  /** Absent: there is no entry of ours to try. */
  readonly verdict?: Verdict;
}

/** Exit code 1 when an entry does not work. */
export async function checkTools(
  context: CommandContext,
  { agents }: { readonly agents: readonly string[] },
): Promise<number> {
  const named = parseAgents(agents);
  const access = accessContextOf(context);
  const looked = listAccess(access).filter(({ agent, isHere, state }) =>
    named.length > 0 ? named.includes(agent) : isHere || state !== 'absent',
  );
  const rows: Row[] = [];
  for (const one of looked) {
    const isTried = one.state === 'given' || one.state === 'outdated';
    rows.push(isTried ? { ...one, verdict: await verifyAccess(access, one.agent) } : one);
  }
  context.output.result({ agents: rows }, () => describe(rows, context));
  if (rows.every(({ verdict }) => verdict === undefined))
    context.output.hint('waggle tools install gives agents access');
  return rows.every(({ verdict }) => verdict?.ok !== false) ? exitCodes.ok : exitCodes.failure;
}

function describe(rows: readonly Row[], { output }: CommandContext): string[] {
  if (rows.length === 0) return ['No agent that could be given access was found here.'];
  return rows.flatMap((row) => {
    const { label, state, verdict } = row;
    if (verdict === undefined) return describeState(row);
    const tried = describeVerdict(label, verdict, output);
    return state === 'outdated' ? [...tried, ...describeState(row)] : tried;
  });
}

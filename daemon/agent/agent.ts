/**
 * Agents: which CLIs can be started here, and with which command line. Looks for them with the login shell's PATH; starts
 * nothing itself and reads nobody's login.
 */
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { agentStore } from './agent.store.ts';
import { CustomAgents } from './customAgents.ts';
import type { Detection } from './detection.ts';
import { detectAgents } from './detection.ts';
import { findProgram } from './findProgram.ts';
import { agentEntries } from './launchTable.ts';
import type { LaunchPlan, LaunchRequest } from './planning.ts';
import { planLaunch } from './planning.ts';

export { findProgram } from './findProgram.ts';
export { canResume } from './launchTable.ts';
export type { ChatLaunch } from './launchTable.ts';
export { readVersion } from './version.ts';
export type { LaunchPlan, LaunchRequest } from './planning.ts';

export interface AgentFeature extends Feature<'agent'> {
  /** What to spawn. @throws WaggleError `commandNotFound`, `badRequest`. */
  plan(request: LaunchRequest): Promise<LaunchPlan>;
  /** The program that a plan would start; undefined when it is not there. */
  findAgent(
    agent: string,
    environment: Readonly<Record<string, string>>,
    cwd: string,
  ): Promise<string | undefined>;
  /** What a person calls it; undefined: there is no such agent. */
  labelOf(agent: string): string | undefined;
}

export function createAgentFeature(
  context: Pick<FeatureContext, 'clock' | 'openStore'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AgentFeature {
  const custom = new CustomAgents(context.openStore<typeof agentStore>('agent'));
  const find = (agent: string) =>
    [...agentEntries, ...custom.entries].find(({ id }) => id === agent);
  let detection: Promise<Detection> | undefined;
  const detect = (refresh: boolean): Promise<Detection> => {
    if (refresh) detection = undefined;
    detection ??= detectAgents(env, () => context.clock.now(), custom.entries);
    return detection;
  };
  return {
    noun: 'agent',
    plan: (request) => planLaunch(request, async () => (await detect(false)).path, custom.entries),
    labelOf: (agent) => find(agent)?.label,
    async findAgent(agent, environment, cwd) {
      const name = find(agent)?.program ?? '';
      const own = findProgram(name, environment['PATH'], cwd);
      return own ?? findProgram(name, (await detect(false)).path, cwd);
    },
    handlers: {
      async 'agent/list'({ refresh }) {
        const { agents, searchedAt } = await detect(refresh);
        return { agents: [...agents], searchedAt };
      },
      async 'agent/configure'({ agents }) {
        if (agents !== undefined) await custom.replace(agents);
        // Looked for when somebody asks.
        if (agents !== undefined) detection = undefined;
        return { agents: [...custom.list] };
      },
    },
    start: () => custom.load(),
    dispose() {
      detection = undefined;
    },
  };
}

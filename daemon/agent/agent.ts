/**
 * Agents: which CLIs can be started here, and with which command line. Looks for them with the login shell's PATH; starts
 * nothing itself and reads nobody's login.
 */
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
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
}

export function createAgentFeature(
  context: Pick<FeatureContext, 'clock'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AgentFeature {
  let detection: Promise<Detection> | undefined;
  const detect = (refresh: boolean): Promise<Detection> => {
    if (refresh) detection = undefined;
    detection ??= detectAgents(env, () => context.clock.now());
    return detection;
  };
  return {
    noun: 'agent',
    plan: (request) => planLaunch(request, async () => (await detect(false)).path),
    async findAgent(agent, environment, cwd) {
      const name = agentEntries.find(({ id }) => id === agent)?.program ?? '';
      const own = findProgram(name, environment['PATH'], cwd);
      return own ?? findProgram(name, (await detect(false)).path, cwd);
    },
    handlers: {
      async 'agent/list'({ refresh }) {
        const { agents, searchedAt } = await detect(refresh);
        return { agents: [...agents], searchedAt };
      },
    },
    dispose() {
      detection = undefined;
    },
  };
}

import type { Agent } from '../../protocol/agent/agent.ts';
import { delimiter } from 'node:path';
import { findProgram, splitPath } from './findProgram.ts';
import type { AgentEntry } from './launchTable.ts';
import { agentEntries } from './launchTable.ts';
import { findShell, readLoginPath } from './loginShell.ts';
import { readVersion } from './version.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Detection {
  readonly agents: readonly Agent[];
  /** The PATH that was searched. */
  readonly path: string;
  /** ISO instant. */
  readonly searchedAt: string;
}

/** Looks for the known agents on the login shell's PATH, then on the given environment's. */
export async function detectAgents(
  env: Variables,
  now: () => number,
  custom: readonly AgentEntry[] = [],
): Promise<Detection> {
  const loginPath = await readLoginPath(env);
  const directories = [...new Set([...splitPath(loginPath), ...splitPath(env['PATH'])])];
  const path = directories.join(delimiter);
  const found = await Promise.all(
    [...agentEntries, ...custom].map(async (entry): Promise<Agent> => {
      const program = findProgram(entry.program, path, '/');
      const shared = aboutEntry(entry);
      if (program === undefined)
        return { ...shared, found: false, path: null, version: null, hint: hintOf(directories) };
      const version = isRunner(entry) ? null : await readVersion(program, { ...env, PATH: path });
      return { ...shared, found: true, path: program, version, hint: null };
    }),
  );
  return {
    agents: [...found, shellEntry(env)],
    path,
    searchedAt: new Date(now()).toISOString(),
  };
}

function aboutEntry(entry: AgentEntry) {
  const { id, label, installUrl, signIn, isCustom } = entry;
  const both: Agent['modes'] = entry.chat === undefined ? ['pty'] : ['pty', 'pipe'];
  const ways: Agent['modes'] = isCustom ? ['pipe'] : both;
  return {
    ...{ id, label, installUrl, modes: ways },
    ...(signIn === undefined ? {} : { signIn }),
    ...(isCustom === undefined ? {} : { isCustom }),
  };
}

/** Of a program that runs others the version says nothing about the agent. */
function isRunner({ program }: AgentEntry): boolean {
  return /(?:^|[\\/])(?:npx|bunx|uvx|pipx|node|bun|deno|python3?|sh|bash|env)(?:\.exe)?$/.test(
    program,
  );
}

function hintOf(directories: readonly string[]): string {
  const shown = directories.slice(0, 12).join(', ');
  const more = directories.length > 12 ? ` and ${directories.length - 12} more` : '';
  return `not found (looked in ${shown}${more})`;
}

function shellEntry(env: Variables): Agent {
  return {
    id: 'shell',
    label: 'Shell',
    found: true,
    path: findShell(env),
    version: null,
    hint: null,
    installUrl: null,
    modes: ['pty'],
  };
}

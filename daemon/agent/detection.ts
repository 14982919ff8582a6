import type { Agent } from '../../protocol/agent/agent.ts';
import { delimiter } from 'node:path';
import { findProgram, splitPath } from './findProgram.ts';
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
export async function detectAgents(env: Variables, now: () => number): Promise<Detection> {
  const loginPath = await readLoginPath(env);
  const directories = [...new Set([...splitPath(loginPath), ...splitPath(env['PATH'])])];
  const path = directories.join(delimiter);
  const found = await Promise.all(
    agentEntries.map(async (entry): Promise<Agent> => {
      const program = findProgram(entry.program, path, '/');
      const shared = { id: entry.id, label: entry.label, installUrl: entry.installUrl };
      if (program === undefined)
        return { ...shared, found: false, path: null, version: null, hint: hintOf(directories) };
      const version = await readVersion(program, { ...env, PATH: path });
      return { ...shared, found: true, path: program, version, hint: null };
    }),
  );
  return {
    agents: [...found, shellEntry(env)],
    path,
    searchedAt: new Date(now()).toISOString(),
  };
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
  };
}

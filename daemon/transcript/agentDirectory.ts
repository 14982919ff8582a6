import { homedir } from 'node:os';
import { join } from 'node:path';

export type Variables = Readonly<Record<string, string | undefined>>;

interface Place {
  readonly variable: string;
  readonly folder: string;
}

const places: ReadonlyMap<string, Place> = new Map([
  ['claude', { variable: 'CLAUDE_CONFIG_DIR', folder: '.claude' }],
  ['codex', { variable: 'CODEX_HOME', folder: '.codex' }],
]);

/** Where an agent that runs in this environment keeps its conversations; undefined for agents that nobody can observe. */
export function agentDirectory(agent: string, environment: Variables): string | undefined {
  const place = places.get(agent);
  if (place === undefined) return undefined;
  const { [place.variable]: chosen = '', HOME: home = '' } = environment;
  return chosen === '' ? join(home === '' ? homedir() : home, place.folder) : chosen;
}

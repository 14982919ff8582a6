/** A quick look for agents before a daemon runs: on this process's PATH, by name only. The daemon's own search replaces it. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Agent } from '../../protocol/agent/agent.ts';

const known: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'claude', label: 'Claude Code' },
  { id: 'codex', label: 'Codex' },
  { id: 'opencode', label: 'opencode' },
  { id: 'gemini', label: 'Gemini CLI' },
];
const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];

/** Only what was found: what is missing, and why, is for the daemon to say. */
export function lookForAgents(path: string): Agent[] {
  const directories = path.split(delimiter).filter((directory) => directory !== '');
  return known.flatMap(({ id, label }) => {
    const places = directories.flatMap((directory) =>
      endings.map((end) => join(directory, id + end)),
    );
    const found = places.find(isProgram);
    if (found === undefined) return [];
    return [{ id, label, found: true, path: found, version: null, hint: null, installUrl: null }];
  });
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import type { SessionRow } from './row.ts';

/** What Codex reads of the person's and the folder's configuration; empty where there is none. */
export function codexConfigurations(
  { cwd }: Pick<SessionRow, 'cwd'>,
  environment: Environment,
): string[] {
  const home = environment['CODEX_HOME'] ?? join(environment['HOME'] ?? '', '.codex');
  return [join(home, 'config.toml'), join(cwd, '.codex', 'config.toml')].map(readConfiguration);
}

const configurationMaxBytes = 1024 * 1024;

/** The text of an agent's own configuration; empty when it cannot be read: then the agent does not read it either. */
function readConfiguration(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.size > configurationMaxBytes) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return noText(error);
  }
}

function noText(_error: unknown): string {
  return '';
}

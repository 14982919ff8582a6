/** Where the tools are served, as far as that may be written into a file that outlives the daemon. */
import type { HomePaths } from '../home/home.ts';
import { readRuntimeFile } from '../home/home.ts';
import { isSameProcess } from '../process/process.ts';

/** The daemon's own choice when nobody says otherwise. */
const usualPort = 9178;

/**
 * The address that the daemon has after each start; undefined when that differs: any port was asked for, or the one that
 * was is held by somebody else now.
 */
export function findLastingUrl(paths: HomePaths, env: NodeJS.ProcessEnv): string | undefined {
  const wanted = wantedPort(env);
  if (wanted === undefined) return undefined;
  const running = readRuntimeFile(paths);
  const runs = running !== undefined && isSameProcess(running.pid, running.startTime);
  return runs && running.port !== wanted ? undefined : `http://127.0.0.1:${wanted}/mcp`;
}

function wantedPort({ WAGGLE_PORT: chosen = '' }: NodeJS.ProcessEnv): number | undefined {
  if (chosen === '') return usualPort;
  const port = Number(chosen);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

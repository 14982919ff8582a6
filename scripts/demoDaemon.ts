/** Ends the daemon, the hosts and the sessions of one data directory, and makes sure that they are gone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess } from '../link/process/process.ts';
import { say } from './cache.ts';
import { endTree } from './processTree.ts';

interface DemoDaemon {
  /** The data directory, `WAGGLE_HOME`. */
  readonly home: string;
  /** Holds the built `waggle.cjs`. */
  readonly programDirectory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What runs for a data directory: its daemon and its pty hosts, by the files that they keep in `run`. */
export function listDaemonProcesses(home: string): number[] {
  const directory = join(home, 'run');
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^(daemon|host-.+)\.json$/.test(name))
    .flatMap((name) => readOwner(join(directory, name)) ?? []);
}

/**
 * Asks the daemon to end with its sessions, then ends by force what is still there. Does nothing when nothing runs.
 * @throws when a process cannot be ended.
 */
export async function endDemoDaemon(daemon: DemoDaemon): Promise<void> {
  const running = listDaemonProcesses(daemon.home);
  if (running.length === 0) return;
  const command = [join(daemon.programDirectory, 'waggle.cjs'), 'daemon', 'stop', '--sessions'];
  const child = spawn(process.execPath, command, {
    env: daemon.env,
    stdio: ['ignore', 2, 2],
    // Ctrl-C in the terminal reaches the whole group; this one has to do its work.
    detached: true,
  });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    say(`"waggle daemon stop --sessions" ended with ${String(code)}; ending what is left`);
  const left = [...new Set([...running, ...listDaemonProcesses(daemon.home)])];
  for (const pid of left) await endTree(pid);
}

/** The pid in a runtime file when the process that wrote it still lives; a pid that was used again is somebody else's. */
function readOwner(file: string): number | undefined {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('pid' in content) || !('startTime' in content)) return undefined;
  const { pid, startTime } = content;
  if (typeof pid !== 'number' || typeof startTime !== 'number') return undefined;
  return isSameProcess(pid, startTime) ? pid : undefined;
}

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
  return listOwners(home, /^(daemon|host-.+)\.json$/);
}

function listOwners(home: string, names: RegExp): number[] {
  const directory = join(home, 'run');
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => names.test(name))
    .flatMap((name) => readOwner(join(directory, name)) ?? []);
}

/**
 * Asks the daemon to end with its sessions, then ends by force what is still there. Does nothing when nothing runs.
 * @throws when a process cannot be ended.
 */
export async function endDemoDaemon(daemon: DemoDaemon): Promise<void> {
  const running = listDaemonProcesses(daemon.home);
  if (running.length === 0) return;
  // A daemon that died left its hosts to themselves; only a daemon knows all that belongs to their sessions.
  if (listOwners(daemon.home, /^daemon\.json$/).length === 0) await runWaggle(daemon, ['start']);
  await runWaggle(daemon, ['stop', '--sessions']);
  const left = [...new Set([...running, ...listDaemonProcesses(daemon.home)])];
  for (const pid of left) await endTree(pid, { withDetached: true });
}

/** A command that fails is said and not more: what is still there is ended by force. */
async function runWaggle(daemon: DemoDaemon, command: readonly string[]): Promise<void> {
  const program = join(daemon.programDirectory, 'waggle.cjs');
  const child = spawn(process.execPath, [program, 'daemon', ...command], {
    env: daemon.env,
    stdio: ['ignore', 2, 2],
    // Ctrl-C in the terminal reaches the whole group; this one has to do its work.
    detached: true,
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) say(`"waggle daemon ${command.join(' ')}" ended with ${String(code)}`);
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

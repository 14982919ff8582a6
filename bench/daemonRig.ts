/** A daemon of its own on a temporary home, found and started exactly as the command does it. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import { resolveHome } from '../link/home/home.ts';
import { isSameProcess } from '../link/process/process.ts';
import { ensureDaemon, requireLink } from '../link/start/start.ts';
import type { HostFile } from '../protocol/host/host.ts';
import { hostFileSchema } from '../protocol/host/host.ts';
import { waitFor } from './waitFor.ts';

export interface DaemonRig {
  readonly home: string;
  /** Connects, starting the daemon when none runs. */
  connect(): Promise<DaemonLink>;
  /** Processes of the pty hosts that were started for it. */
  hostPids(): Promise<number[]>;
  /** Ends daemon, sessions and hosts and waits until they are gone; the home stays. */
  end(): Promise<void>;
  /** The same, and removes the home. */
  stop(): Promise<void>;
}

export function startDaemonRig(options: { home: string; programDirectory: string }): DaemonRig {
  process.env.WAGGLE_PORT = '0';
  const paths = resolveHome({ ...process.env, WAGGLE_HOME: options.home });
  const connect = async (): Promise<DaemonLink> =>
    requireLink(
      await ensureDaemon({
        paths,
        kind: 'test',
        clientId: 'bench',
        programDirectory: options.programDirectory,
        // Kills are the point here; the start limit is not what is measured.
        explicit: true,
      }),
    );
  const end = async (): Promise<void> => {
    const link = await connect();
    const { pid } = link.info;
    await link.call('daemon/stop', { sessions: 'kill' });
    link.dispose();
    await waitFor('the end of the daemon', () => (isRunning(pid) ? undefined : true));
    await endHosts(paths.runDir);
  };
  return {
    home: options.home,
    connect,
    hostPids: async () => (await readHostFiles(paths.runDir)).map(({ pid }) => pid),
    end,
    async stop() {
      await end();
      await rm(options.home, { recursive: true, force: true });
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function readHostFiles(runDirectory: string): Promise<HostFile[]> {
  const names = (await readdir(runDirectory)).filter((name) => /^host-.*\.json$/.test(name));
  return Promise.all(
    names.map(async (name) =>
      hostFileSchema.parse(JSON.parse(await readFile(join(runDirectory, name), 'utf8'))),
    ),
  );
}

/** Hosts outlive the daemon by design; here nobody needs them any more. */
async function endHosts(runDirectory: string): Promise<void> {
  for (const file of await readHostFiles(runDirectory)) {
    if (!isSameProcess(file.pid, file.startTime)) continue;
    process.kill(file.pid, 'SIGTERM');
    await waitFor('the end of a pty host', () =>
      isSameProcess(file.pid, file.startTime) ? undefined : true,
    );
  }
}

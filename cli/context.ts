/** What every command gets: where it prints, whose daemon it talks to, and how it gets there. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ConnectOptions, DaemonLink } from '../link/daemon/daemon.ts';
import { homePaths, resolveHome } from '../link/home/home.ts';
import type { HomePaths } from '../link/home/home.ts';
import { DisposableStore } from '../protocol/wire/disposable.ts';
import type { Disposable } from '../protocol/wire/disposable.ts';
import { WaggleError, errorCodeOf } from '../protocol/wire/errors.ts';
import type { Output } from './output/output.ts';

/** Inside a session: who the command acts as, and through which socket. */
export interface SessionIdentity {
  readonly token: string;
  readonly socket?: string;
  /** Around that socket, so that no other daemon's runtime file is read. */
  readonly paths?: HomePaths;
}

export interface CommandContext extends Disposable {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly paths: HomePaths;
  /** One run of the command, over its reconnects. */
  readonly clientId: string;
  /** Holds the built programs, or is the root of the source. */
  readonly programDirectory: string;
  /** Set inside a session: then that token is used and nothing else, and no daemon is started. */
  readonly identity: SessionIdentity | undefined;
  /** The daemon is looked for, and on its way when none runs, before what talks to it is loaded: `connect` waits for it. */
  reach(): Promise<void>;
  /** Connects to the daemon, and starts one when none runs. Closed with the context. */
  connect(options?: { explicit?: boolean }): Promise<DaemonLink>;
  /** Undefined when none runs. */
  connectIfRunning(): Promise<DaemonLink | undefined>;
}

export interface ContextOptions {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Path of the program's own file. */
  readonly entry: string;
}

export function createContext({ output, env, entry }: ContextOptions): CommandContext {
  const owned = new DisposableStore();
  const identity = findSessionIdentity(env);
  const paths = findHome(env, entry);
  const clientId = `cli-${randomBytes(8).toString('hex')}`;
  const { token, socket } = identity ?? {};
  const credential = {
    ...(token === undefined ? {} : { token }),
    ...(socket === undefined ? {} : { socket }),
  };
  const programDirectory = findProgramDirectory(entry);
  const base = { paths: identity?.paths ?? paths, clientId, kind: 'cli' } as const;

  const connect = async (explicit: boolean): Promise<DaemonLink> => {
    if (identity !== undefined)
      return owned.add(await connectAsSession({ ...base, ...credential }));
    const { ensureDaemon, requireLink } = await import('../link/start/start.ts');
    const outcome = await ensureDaemon({ ...base, programDirectory, explicit });
    return owned.add(requireLink(outcome));
  };
  let reached: Promise<DaemonLink> | undefined;

  return {
    output,
    env,
    paths,
    clientId,
    programDirectory,
    identity,
    async reach() {
      reached = connect(false);
      reached.catch(leaveToConnect);
      await setImmediate();
    },
    connect({ explicit = false } = {}) {
      const begun = explicit ? undefined : reached;
      reached = undefined;
      return begun ?? connect(explicit);
    },
    async connectIfRunning() {
      try {
        const { connectDaemon } = await import('../link/daemon/daemon.ts');
        return owned.add(await connectDaemon({ ...base, ...credential }));
      } catch (error) {
        if (errorCodeOf(error) === 'daemonUnreachable') return undefined;
        throw error;
      }
    },
    dispose: () => owned.dispose(),
  };
}

/** Whoever connects meets the same failure. */
function leaveToConnect(): void {}

/** A session's token starts nothing: what a person can do about a missing daemon is said instead. */
async function connectAsSession(options: ConnectOptions): Promise<DaemonLink> {
  try {
    const { connectDaemon } = await import('../link/daemon/daemon.ts');
    return await connectDaemon(options);
  } catch (error) {
    if (!(error instanceof WaggleError) || error.code !== 'daemonUnreachable') throw error;
    const fix = 'Run "waggle daemon start" in a terminal that is not a session.';
    throw new WaggleError(error.code, error.message, { cause: error, fix });
  }
}

function findSessionIdentity(env: NodeJS.ProcessEnv): SessionIdentity | undefined {
  const { WAGGLE_TOKEN: token, WAGGLE_SOCKET: socket } = env;
  if (token === undefined || token === '') return undefined;
  if (socket === undefined || socket === '') return { token };
  return { token, socket, paths: homePaths(dirname(dirname(socket))) };
}

/** `WAGGLE_HOME`, else the data directory that the program was installed into, else the platform's. */
function findHome(env: NodeJS.ProcessEnv, entry: string): HomePaths {
  const { WAGGLE_HOME: chosen = '' } = env;
  const programs = dirname(dirname(realpathSync(entry)));
  const isInstalled = basename(programs) === 'program' && existsSync(join(programs, 'current'));
  return chosen === '' && isInstalled ? homePaths(dirname(programs)) : resolveHome(env);
}

/** The directory of the program's own entry, or the source's root when it runs unbuilt. */
export function findProgramDirectory(entry: string): string {
  const directory = dirname(realpathSync(entry));
  return existsSync(join(directory, 'manifest.json')) ? directory : dirname(directory);
}

/** Holding the data directory and opening its doors: the lock, the socket, the port. */
import type { HomePaths } from '../../link/home/home.ts';
import { newSocketPath, readRuntimeFile } from '../../link/home/home.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { LockHolder } from '../store/store.ts';
import { acquireLock } from '../store/store.ts';

const defaultPort = 9178;
const socketName = 'waggled';

export interface Listening {
  readonly socket: string;
  readonly port: number | null;
  readonly portNote: string | null;
}

/** Throws `conflict` naming the daemon that holds it. */
export function holdHome(paths: HomePaths): LockHolder {
  const lock = acquireLock(paths.lockDatabase);
  if (lock !== undefined) return lock;
  const holder = readRuntimeFile(paths);
  const who = holder === undefined ? 'Another daemon' : `The daemon with process id ${holder.pid}`;
  throw new WaggleError('conflict', `${who} holds ${paths.home}.`, {
    fix: 'waggle daemon status',
  });
}

/** Where the socket will be, before it is. */
export function planSocket(paths: HomePaths): string {
  return newSocketPath(paths, socketName);
}

export interface ListenOptions {
  readonly gateway: Gateway;
  readonly paths: HomePaths;
  readonly socket: string;
  /** `WAGGLE_PORT`: 0 for any, or one to try first. */
  readonly wantedPort: string | undefined;
  /** Of the daemon that ran before and did not end orderly. */
  readonly previousPort: number | null | undefined;
}

export async function listenEverywhere(options: ListenOptions): Promise<Listening> {
  const { gateway, paths } = options;
  const socket = await listenLocal(gateway, paths, options.socket);
  const { wanted, expected } = listPorts(options);
  const port = await gateway.listenTcp(wanted);
  return { socket, port, portNote: notePort(port, expected) };
}

/** Some file systems hold no sockets: then it lies in the short private directory. */
async function listenLocal(gateway: Gateway, paths: HomePaths, planned: string): Promise<string> {
  try {
    await gateway.listenLocal(planned);
    return planned;
  } catch (error) {
    const other = newSocketPath(paths, socketName, { homeRefused: true });
    if (other === planned) throw error;
    await gateway.listenLocal(other);
    return other;
  }
}

function listPorts({ wantedPort, previousPort }: ListenOptions): {
  readonly wanted: number[];
  readonly expected: number;
} {
  const parsed = wantedPort === undefined || wantedPort === '' ? defaultPort : Number(wantedPort);
  const expected =
    Number.isInteger(parsed) && parsed >= 0 && parsed < 65_536 ? parsed : defaultPort;
  const previous = typeof previousPort === 'number' ? [previousPort] : [];
  const first = expected === 0 ? [] : [expected];
  return { wanted: [...new Set([...previous, ...first, 0])], expected };
}

function notePort(port: number | null, expected: number): string | null {
  if (port === null) return 'No port could be opened; browsers and connectors cannot reach Waggle.';
  if (expected === 0 || port === expected) return null;
  return `Port ${expected} was taken by another program; ${port} is used.`;
}

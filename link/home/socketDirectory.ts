/** Where sockets lie: `<home>/run`, or a private directory with a short path when that one is too long or refuses. */
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HomePaths } from './paths.ts';
import { ensurePrivateDirectory } from './privacy.ts';

/** A socket's whole path, bytes; macOS allows 103. */
const pathMax = 100;
/** `/host-<32 hex>.sock`, the longest name in it. */
const nameBytes = 43;

export interface SocketPlace {
  /** The file system under `<home>/run` refused to hold a socket. */
  readonly homeRefused?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** Makes and checks (0700, no link, ours) the directory for this home's sockets; the same for every caller. */
export function socketDirectory(paths: HomePaths, place: SocketPlace = {}): string {
  const fits = Buffer.byteLength(paths.runDir) + nameBytes <= pathMax;
  const directory =
    fits && place.homeRefused !== true ? paths.runDir : shortDirectory(paths, place);
  ensurePrivateDirectory(directory);
  return directory;
}

function shortDirectory(paths: HomePaths, { env = process.env }: SocketPlace): string {
  const hash = createHash('sha256').update(paths.home).digest('hex').slice(0, 12);
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime?.startsWith('/') === true) {
    const directory = join(runtime, `waggle-${hash}`);
    if (Buffer.byteLength(directory) + nameBytes <= pathMax) return directory;
  }
  return join(tmpdir(), `waggle-${process.getuid?.() ?? 0}-${hash}`);
}

/** Path of a socket named `name` (no separators); on Windows a pipe with 128 random bits, so nobody can guess it. */
export function newSocketPath(paths: HomePaths, name: string, place: SocketPlace = {}): string {
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\waggle-${name}-${randomBytes(16).toString('hex')}`;
  return join(socketDirectory(paths, place), `${name}.sock`);
}

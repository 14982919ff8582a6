/** Names and places of everything below one data directory. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** Absolute paths below one data directory. Directories end in `Dir`. */
export interface HomePaths {
  readonly home: string;
  readonly runDir: string;
  readonly programDir: string;
  readonly logDir: string;
  readonly spoolDir: string;
  /** States of files that sessions changed, a folder per session. */
  readonly filesDir: string;
  readonly backupDir: string;
  readonly database: string;
  /** Held exclusively by the daemon for its life. */
  readonly lockDatabase: string;
  /** 32 MiB that are given back when the disk is full. */
  readonly reserveFile: string;
  /** Says where the running daemon is; gone after an orderly end. */
  readonly runtimeFile: string;
  /** The daemon's id and the directory it was made in, to notice a copy. */
  readonly instanceFile: string;
  readonly ownerTokenFile: string;
  readonly startLock: string;
  /** When daemons were started lately, for the start limit. */
  readonly startsFile: string;
  /** Structured log of the daemon, and what it wrote to its standard streams. */
  readonly logFile: string;
  readonly outputFile: string;
}

const variableMaxChars = 4096;

/** `WAGGLE_HOME`, else the platform's data directory of this user. */
export function resolveHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): HomePaths {
  const chosen = env['WAGGLE_HOME'];
  if (chosen === undefined || chosen === '') return homePaths(platformHome(env, platform));
  if (chosen.length > variableMaxChars || chosen.includes('\0'))
    throw new WaggleError('badRequest', 'WAGGLE_HOME is not a usable path.');
  return homePaths(resolve(chosen));
}

function platformHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const user = env['HOME'] ?? homedir();
  if (platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(user, 'AppData', 'Local'), 'Waggle');
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Waggle');
  const data = env['XDG_DATA_HOME'];
  return join(data?.startsWith('/') === true ? data : join(user, '.local', 'share'), 'waggle');
}

/** The paths below `home`, which must be absolute. */
export function homePaths(home: string): HomePaths {
  const runDir = join(home, 'run');
  const logDir = join(home, 'log');
  return {
    home,
    runDir,
    programDir: join(home, 'program'),
    logDir,
    spoolDir: join(home, 'spool'),
    filesDir: join(home, 'files'),
    backupDir: join(home, 'backup'),
    database: join(home, 'waggle.db'),
    lockDatabase: join(home, 'lock.db'),
    reserveFile: join(home, 'reserve'),
    runtimeFile: join(runDir, 'daemon.json'),
    instanceFile: join(home, 'instance.json'),
    ownerTokenFile: join(home, 'owner.token'),
    startLock: join(runDir, 'start.lock'),
    startsFile: join(runDir, 'starts.json'),
    logFile: join(logDir, 'daemon.log'),
    outputFile: join(logDir, 'daemon.out'),
  };
}

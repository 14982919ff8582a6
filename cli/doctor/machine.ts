/** What can be looked at without a daemon: runtime, platform, data directory, installed program, command on PATH. */
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkPrivateFile, ensurePrivateDirectory, readPrivateFile } from '../../link/home/home.ts';
import { defaultShimDirectory, isOnPath } from '../../link/shim/shim.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';
import { failed, passed, warned } from './check.ts';
import type { Check } from './check.ts';

const oldest = { major: 22, minor: 14 };

export function checkMachine(context: CommandContext): Check[] {
  return [
    checkRuntime(),
    checkPlatform(),
    ...checkHome(context),
    checkProgram(context),
    checkCommand(context),
  ];
}

function checkRuntime(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const text = `Node ${process.versions.node}, ${process.execPath}`;
  const isOld = major < oldest.major || (major === oldest.major && minor < oldest.minor);
  const wanted = `${oldest.major}.${oldest.minor}`;
  return isOld ? failed('runtime', text, `Use Node ${wanted} or newer.`) : passed('runtime', text);
}

function checkPlatform(): Check {
  const text = `${process.platform}-${process.arch}`;
  const isKnown =
    ['linux', 'darwin', 'win32'].includes(process.platform) &&
    ['x64', 'arm64'].includes(process.arch);
  if (!isKnown) return failed('platform', `${text} has no terminal binaries.`);
  if (process.platform !== 'linux') return passed('platform', text);
  const maps = readFileSync('/proc/self/maps', 'latin1');
  return maps.includes('/ld-musl-')
    ? failed('platform', `${text} with musl has no terminal binaries.`, 'Use a system with glibc.')
    : passed('platform', text);
}

/** Says what is wrong without making anything. */
function checkHome({ paths }: CommandContext): Check[] {
  if (lstatSync(paths.home, { throwIfNoEntry: false }) === undefined) {
    return [passed('home', `${paths.home} (made with the first session)`)];
  }
  const { home, runDir, programDir, logDir, spoolDir } = paths;
  const directories = [home, runDir, programDir, logDir, spoolDir].filter(
    (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  );
  const { database, ownerTokenFile, runtimeFile, logFile } = paths;
  const checks = [
    ...directories.map((path) => () => ensurePrivateDirectory(path)),
    ...[database, ownerTokenFile, runtimeFile, logFile].map((path) => () => checkPrivateFile(path)),
  ];
  const findings = checks.flatMap((check) => findingOf(check));
  return findings.length > 0 ? findings : [passed('home', `${home}, closed to others`)];
}

function findingOf(check: () => void): Check[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return [failed('home', error.message, error.fix)];
  }
}

function checkProgram({ paths, programDirectory }: CommandContext): Check {
  const current = readPrivateFile(join(paths.programDir, 'current'))?.trim();
  if (current === undefined || current === '') {
    return passed('program', `${programDirectory} (installed with the first session)`);
  }
  const file = join(paths.programDir, current, 'waggle.cjs');
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) {
    return failed('program', `${file} is missing.`, 'waggle daemon restart');
  }
  const others = readdirSync(paths.programDir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== current,
  ).length;
  return passed('program', `${current}${others > 0 ? `, ${others} older kept` : ''}`);
}

function checkCommand({ env }: CommandContext): Check {
  const directory = defaultShimDirectory();
  const path = join(directory, process.platform === 'win32' ? 'waggle.cmd' : 'waggle');
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (!isThere) return warned('command', 'not on PATH outside of sessions', 'waggle install');
  return isOnPath(directory, env)
    ? passed('command', path)
    : warned('command', `${path}, but ${directory} is not on PATH`, `Add ${directory} to PATH.`);
}

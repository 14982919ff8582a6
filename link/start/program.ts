/**
 * The program below the data directory: copied there with its hashes checked, because the folder it came from may be
 * deleted or replaced under a running daemon. Two versions are kept; one that a live host runs from is never removed.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { HomePaths } from '../home/home.ts';
import { readPrivateFile, replacePrivateFile } from '../home/home.ts';
import type { Runtime } from './outcome.ts';

const manifestSchema = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+[\w.+-]*$/),
  builtAt: z.string(),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
type Manifest = z.infer<typeof manifestSchema>;

/** One version below the data directory. */
export interface Installed {
  readonly name: string;
  readonly manifest: Manifest;
}

export interface StartableProgram {
  /** Entries of the daemon and of the pty host. */
  readonly daemon: string;
  readonly host: string;
  /** Where compiled code may be kept; unbuilt source has none. */
  readonly cacheDir: string | undefined;
}

const currentName = 'current';

/** The newest of what is installed and what `directory` brings; installs the latter when it is newer. Needs the start lock. */
export function installProgram(
  paths: HomePaths,
  directory: string,
  runtime: Runtime,
): StartableProgram {
  if (!existsSync(join(directory, 'manifest.json'))) return findSource(directory);
  const current = readCurrent(paths);
  const brought = { name: nameOf(directory), manifest: readManifest(directory) };
  const isInstalled = current !== undefined && !isUpgrade(brought, current);
  if (!isInstalled) {
    copyProgram(directory, join(paths.programDir, brought.name));
    replacePrivateFile(join(paths.programDir, currentName), `${brought.name}\n`);
  }
  noteRuntime(paths, runtime);
  const chosen = isInstalled ? current.name : (readCurrent(paths)?.name ?? brought.name);
  return findBuilt(join(paths.programDir, chosen));
}

/** Whether `directory` brings a newer program than the one named `running`; what is not installed cannot be compared. */
export function bringsNewer(paths: HomePaths, directory: string, running: string): boolean {
  if (!existsSync(join(directory, 'manifest.json')) || nameOf(directory) === running) return false;
  if (!/^[\w.+-]+$/.test(running)) return false;
  const manifest = findWhole(join(paths.programDir, running));
  return manifest !== undefined && isNewer(readManifest(directory), manifest);
}

/** What runs our programs, for those who are not started by one. */
function noteRuntime(paths: HomePaths, runtime: Runtime): void {
  const path = join(paths.programDir, 'runtime');
  const text = `${runtime.execPath}\n${runtime.electron ? 'electron' : 'node'}\n`;
  if (readPrivateFile(path) !== text) replacePrivateFile(path, text);
}

function findBuilt(directory: string): StartableProgram {
  return {
    daemon: join(directory, 'waggled.cjs'),
    host: join(directory, 'ptyhost.cjs'),
    cacheDir: join(directory, 'cache'),
  };
}

function findSource(directory: string): StartableProgram {
  const daemon = join(directory, 'daemon', 'main.ts');
  if (!existsSync(daemon))
    throw new WaggleError('daemonUnreachable', `There is no Waggle program in ${directory}.`, {
      fix: 'Install Waggle again.',
    });
  return { daemon, host: join(directory, 'daemon', 'ptyhost', 'main.ts'), cacheDir: undefined };
}

function readManifest(directory: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')));
}

/** That of a program which is all there; undefined for anything else, whatever befell it. */
export function findWhole(directory: string): Manifest | undefined {
  try {
    const manifest = readManifest(directory);
    const isWhole = Object.keys(manifest.files).every((path) => existsSync(join(directory, path)));
    return isWhole ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** `<package version>-<first 8 hex of the manifest's hash>`. */
function nameOf(directory: string): string {
  const hash = hashOf(readFileSync(join(directory, 'manifest.json')));
  return `${readManifest(directory).version}-${hash.slice(0, 8)}`;
}

/** What `current` names, when that is whole. */
function readCurrent(paths: HomePaths): Installed | undefined {
  const name = readPrivateFile(join(paths.programDir, currentName))?.trim();
  if (name === undefined || !/^[\w.+-]+$/.test(name)) return undefined;
  const manifest = findWhole(join(paths.programDir, name));
  return manifest === undefined ? undefined : { name, manifest };
}

/** Whoever runs what is installed already compares nothing: the first comparison loads the runtime's collation. */
function isUpgrade(brought: Installed, current: Installed): boolean {
  return brought.name !== current.name && isNewer(brought.manifest, current.manifest);
}

/** By version, then by the time of the build: `current` never goes backwards. */
export function isNewer(one: Manifest, other: Manifest): boolean {
  const order = compareVersions(one.version, other.version);
  return order === 0 ? one.builtAt > other.builtAt : order > 0;
}

/** Semantic versions: numbers first, then a release is newer than its pre-releases. */
export function compareVersions(left: string, right: string): number {
  const [leftCore = '', leftPre] = left.split('+')[0]?.split(/-(.*)/) ?? [];
  const [rightCore = '', rightPre] = right.split('+')[0]?.split(/-(.*)/) ?? [];
  const byCore = leftCore.localeCompare(rightCore, 'en', { numeric: true });
  if (byCore !== 0 || leftPre === rightPre) return byCore;
  if (leftPre === undefined) return 1;
  if (rightPre === undefined) return -1;
  return leftPre.localeCompare(rightPre, 'en', { numeric: true });
}

/** Copies into a directory of another name, checking every hash, and renames it into place. */
function copyProgram(from: string, to: string): void {
  if (findWhole(to) !== undefined || realpathSync(from) === to) return;
  const draft = `${to}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    for (const [path, hash] of Object.entries(readManifest(from).files))
      copyFile(join(from, path), { to: join(draft, path), hash });
    const manifest = readFileSync(join(from, 'manifest.json'));
    copyFile(join(from, 'manifest.json'), {
      to: join(draft, 'manifest.json'),
      hash: hashOf(manifest),
    });
    mkdirSync(join(draft, 'cache'), { mode: 0o700 });
    if (existsSync(to)) renameSync(to, `${to}.${randomBytes(6).toString('hex')}.tmp`);
    renameSync(draft, to);
  } catch (error) {
    // Another starter that took the lock over may have been faster.
    if (findWhole(to) === undefined) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function copyFile(from: string, { to, hash }: { to: string; hash: string }): void {
  const bytes = readFileSync(from);
  if (hashOf(bytes) !== hash)
    throw new WaggleError('daemonUnreachable', `${from} is not what its manifest says.`, {
      fix: 'Install Waggle again.',
    });
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  // Natives may bring a helper program beside them, so everything is executable for its owner.
  const descriptor = openSync(to, 'wx', 0o700);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Builds the program directory and the extension. What was built from the same sources before is used again, and every
 * build keeps a directory of its own for a while, so that suites which run from one are not disturbed by the next.
 */
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  bundle,
  bundlePages,
  companionEntry,
  endBundler,
  extensionEntry,
  pageEntries,
  programEntries,
  uninstallEntry,
} from './bundle.ts';
import { nameProgram, sha256, writeManifest } from './manifest.ts';
import { copyNatives, listFiles, unbundledNames } from './natives.ts';
import { getOwnTarget } from './target.ts';

export interface BuildResult {
  /** Absolute; holds `waggled.cjs`, `ptyhost.cjs`, `storeWorker.cjs`, `screenWorker.cjs`, `waggle.cjs`, natives and `manifest.json`. */
  readonly programDirectory: string;
  /** Absolute; holds `extension.cjs` and `uninstall.cjs`. */
  readonly extensionDirectory: string;
  /** Absolute; holds `companion.cjs`. */
  readonly companionDirectory: string;
  /** Name of a copy of this program: `<package version>-<8 hex>`. */
  readonly version: string;
}

export const root = join(import.meta.dirname, '..');
export const dist = join(root, 'dist');

const processes = ['protocol', 'link', 'daemon', 'cli', 'extension', 'webview-ui'];
const sourceName = /\.(?:tsx?|css)$/;
const shellFolder = 'daemon/shell';
const buildsKept = 4;
const keptMs = 60 * 60 * 1000;

/**
 * Builds unless the same inputs are built already, and points `dist/program` and `dist/extension` to the result.
 * @throws with esbuild's findings when a source does not bundle.
 */
export async function build(options: { quiet?: boolean } = {}): Promise<BuildResult> {
  const startedAt = Date.now();
  const builds = join(dist, 'builds');
  let directory = join(builds, hashInputs());
  const isFresh = !existsSync(directory);
  if (isFresh) directory = await fill(builds);
  point(join(dist, 'program'), join(directory, 'program'));
  point(join(dist, 'extension'), join(directory, 'extension'));
  prune(builds, directory);
  const programDirectory = join(directory, 'program');
  const version = nameProgram(programDirectory);
  if (options.quiet !== true) {
    const how = isFresh ? `built in ${Date.now() - startedAt} ms` : 'is up to date';
    process.stderr.write(`waggle ${version} ${how}\n`);
  }
  return {
    programDirectory,
    extensionDirectory: join(directory, 'extension'),
    companionDirectory: join(directory, 'companion'),
    version,
  };
}

/** Everything that can change the result: our sources, the locked packages, this script, the platform. */
function hashInputs(): string {
  const sources = processes.flatMap((folder) =>
    listFiles(join(root, folder))
      .filter((path) => sourceName.test(path) && !path.endsWith('.test.ts'))
      .map((path) => `${folder}/${path}`),
  );
  const scripts = ['build', 'bundle', 'leanBundle', 'manifest', 'natives'].map(
    (name) => `scripts/${name}.ts`,
  );
  const shell = listShellScripts().map((path) => `${shellFolder}/${path}`);
  const files = [...sources, ...scripts, ...shell, 'package-lock.json'];
  const lines = files.map((path) => `${path} ${sha256(readFileSync(join(root, path)))}`);
  return sha256([getOwnTarget(), getPackageVersion(), ...lines].join('\n')).slice(0, 16);
}

/** What a session's shell reads at its start, relative to its folder. */
function listShellScripts(): string[] {
  return listFiles(join(root, shellFolder)).filter((path) => !path.endsWith('.ts'));
}

export function getPackageVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return manifest.version;
}

/**
 * Builds beside the place and renames into it; of two builders of the same inputs one wins and both results are equal.
 * Sources that changed meanwhile are built once more, so that a directory never holds other sources than it is named for.
 */
async function fill(builds: string): Promise<string> {
  const temporary = join(builds, `${randomUUID().slice(0, 8)}.tmp`);
  try {
    let hash: string;
    do {
      hash = hashInputs();
      await write(temporary);
    } while (hash !== hashInputs());
    renameUnlessThere(temporary, join(builds, hash));
    return join(builds, hash);
  } finally {
    await endBundler();
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function write(directory: string): Promise<void> {
  const program = join(directory, 'program');
  const extension = join(directory, 'extension');
  const companion = join(directory, 'companion');
  rmSync(directory, { recursive: true, force: true });
  await Promise.all([
    bundle({ root, directory: program, entries: programEntries, external: unbundledNames }),
    bundle({
      root,
      directory: extension,
      entries: [extensionEntry, uninstallEntry],
      external: ['vscode'],
    }),
    bundlePages({ root, directory: join(extension, 'page'), entries: pageEntries }),
    bundle({ root, directory: companion, entries: [companionEntry], external: ['vscode'] }),
  ]);
  copyNatives(join(root, 'node_modules'), program, getOwnTarget());
  for (const path of listShellScripts())
    cpSync(join(root, shellFolder, path), join(program, 'shell', path));
  writeManifest(program, { version: getPackageVersion(), builtAt: new Date().toISOString() });
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Makes `link` lead to `target`, replacing what was there in one step. */
function point(link: string, target: string): void {
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSymbolicLink()) rmSync(link, { recursive: true });
  const temporary = `${link}.${randomUUID().slice(0, 8)}.tmp`;
  const isWindows = process.platform === 'win32';
  symlinkSync(
    isWindows ? target : relative(dist, target),
    temporary,
    isWindows ? 'junction' : 'dir',
  );
  if (isWindows) rmSync(link, { recursive: true, force: true });
  renameSync(temporary, link);
}

/** Removes builds that are neither recent nor among the newest; running suites may still use those. */
function prune(builds: string, current: string): void {
  const old = readdirSync(builds)
    .map((name) => join(builds, name))
    .filter((path) => path !== current)
    .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.at - left.at)
    .slice(buildsKept - 1);
  for (const { path, at } of old) {
    if (Date.now() - at > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(dist, { recursive: true });
  await build();
}

/**
 * Packages the extension for a target: stages exactly what is shipped and runs vsce on that, so that nothing can slip in
 * from the checkout. Every target can be packaged on every machine; nothing is fetched.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { build, dist, root } from './build.ts';
import { programEntries } from './bundle.ts';
import { readManifest, writeManifest } from './manifest.ts';
import { copyNatives } from './natives.ts';
import { findTarget, getOwnTarget, targets } from './target.ts';
import type { Target } from './target.ts';

const maxBytes = 15_000_000;

/** Keys of `package.json` that the editor reads; the rest is about developing. */
const shippedKeys = [
  'name',
  'displayName',
  'description',
  'version',
  'publisher',
  'license',
  'icon',
  'galleryBanner',
  'categories',
  'keywords',
  'repository',
  'bugs',
  'homepage',
  'main',
  'l10n',
  'extensionKind',
  'capabilities',
  'activationEvents',
  'contributes',
  'extensionDependencies',
];

/** Files and folders shipped as they are, where they exist. */
const shippedPaths = ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', 'l10n'];

/**
 * Makes `dist/waggle-<target>-<version>.vsix` and returns its absolute path. `version`: another one than the checkout's.
 * Throws when it cannot be made or is too large.
 */
export async function packageFor(
  target: Target,
  options: { readonly version?: string } = {},
): Promise<string> {
  const built = await build({ quiet: true });
  const stage = join(dist, `stage-${target}-${randomUUID().slice(0, 8)}`);
  try {
    const version = writePackageManifest(stage, options.version);
    for (const path of shippedPaths) copyIfThere(path, stage);
    copyStrings(stage);
    cpSync(built.extensionDirectory, join(stage, 'dist', 'extension'), { recursive: true });
    stageProgram(built.programDirectory, { to: join(stage, 'program'), target, version });
    const file = join(dist, `waggle-${target}-${version}.vsix`);
    const draft = `${stage}.vsix`;
    await runVsce(stage, draft, target);
    renameSync(draft, file);
    const { size } = statSync(file);
    if (size > maxBytes) throw new Error(`${file} has ${size} bytes; ${maxBytes} are the most.`);
    return file;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Returns the version that the package will have. */
function writePackageManifest(stage: string, otherVersion: string | undefined): string {
  const manifest = readRootManifest();
  const shipped = Object.fromEntries(
    shippedKeys.flatMap((key) => (key in manifest ? [[key, manifest[key]]] : [])),
  );
  mkdirSync(stage, { recursive: true });
  const engines = { vscode: manifest.engines.vscode };
  const version = otherVersion ?? manifest.version;
  const hook = 'vscode:uninstall';
  const scripts = { [hook]: manifest.scripts[hook] };
  const content = { ...shipped, version, engines, scripts };
  writeFileSync(join(stage, 'package.json'), JSON.stringify(content, null, 2));
  return version;
}

function copyIfThere(path: string, stage: string): void {
  const from = join(root, path);
  if (existsSync(from)) cpSync(from, join(stage, path), { recursive: true });
}

/** `package.nls.json` and its translations. */
function copyStrings(stage: string): void {
  const languages = ['', '.de', '.es', '.fr', '.ja', '.ko', '.pt-br', '.ru', '.zh-cn', '.zh-tw'];
  for (const language of languages) copyIfThere(`package.nls${language}.json`, stage);
}

/** The bundles are the same for every target; natives and manifest are its own. */
function stageProgram(
  from: string,
  { to, target, version }: { to: string; target: Target; version: string },
): void {
  mkdirSync(to, { recursive: true });
  const bundles = programEntries.map(({ output }) => output);
  for (const name of [...bundles, 'THIRD_PARTY_NOTICES.txt']) {
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name));
  }
  cpSync(join(from, 'shell'), join(to, 'shell'), { recursive: true });
  copyNatives(join(root, 'node_modules'), to, target);
  const { builtAt } = readManifest(from);
  writeManifest(to, { version, builtAt });
}

/** Makes `dist/waggle-notices-<version>.vsix`, the same for every target, and returns its absolute path. */
export async function packageCompanion(): Promise<string> {
  const built = await build({ quiet: true });
  const stage = join(dist, `stage-notices-${randomUUID().slice(0, 8)}`);
  const source = join(root, 'extension', 'companion');
  try {
    mkdirSync(stage, { recursive: true });
    const { version, publisher, license, engines } = readRootManifest();
    const own: object = JSON.parse(readFileSync(join(source, 'manifest.json'), 'utf8'));
    const manifest = { ...own, version, publisher, license, engines: { vscode: engines.vscode } };
    writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
    cpSync(join(source, 'manifest.nls.json'), join(stage, 'package.nls.json'));
    cpSync(join(source, 'README.md'), join(stage, 'README.md'));
    copyIfThere('LICENSE', stage);
    cpSync(built.companionDirectory, stage, { recursive: true });
    const file = join(dist, `waggle-notices-${version}.vsix`);
    const draft = `${stage}.vsix`;
    await runVsce(stage, draft);
    renameSync(draft, file);
    return file;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

interface RootManifest {
  readonly version: string;
  readonly publisher: string;
  readonly license: string;
  readonly engines: { readonly vscode: string };
  readonly scripts: Readonly<Record<string, string>>;
}

function readRootManifest(): RootManifest & Record<string, unknown> {
  const manifest: RootManifest & Record<string, unknown> = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return manifest;
}

async function runVsce(stage: string, file: string, target?: Target): Promise<void> {
  const program = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = [
    '--no-dependencies',
    '--no-rewrite-relative-links',
    '--allow-missing-repository',
  ];
  const forTarget = target === undefined ? [] : ['--target', target];
  const child = spawn(
    process.execPath,
    [program, 'package', ...forTarget, ...options, '--out', file],
    { cwd: stage, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close');
  const [printed, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  if (code !== 0) throw new Error(`vsce ended with ${String(code)}:\n${printed}${complained}`);
}

function print(file: string): void {
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  process.stdout.write(`dist/${basename(file)}  ${megabytes} MB\n`);
}

async function main(argv: readonly string[]): Promise<void> {
  const named = argv.filter((word) => word !== '--all');
  const chosen = named.map((name) => {
    const target = findTarget(name);
    if (target === undefined) throw new Error(`${name} is none of ${targets.join(', ')}.`);
    return target;
  });
  const wanted = argv.includes('--all') ? targets : chosen.length > 0 ? chosen : [getOwnTarget()];
  for (const target of wanted) print(await packageFor(target));
  print(await packageCompanion());
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}

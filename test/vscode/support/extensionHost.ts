/**
 * Runs the suite of test/vscode/suite inside a real extension host: of the VS Code Server in a headless Chromium, or of a
 * desktop VS Code where `$VSCODE_PATH` names one. Bundles the suite; judges nothing.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import {
  calmSettings,
  installExtension,
  startEditorServer,
} from '../../../scripts/editorServer.ts';
import { openEditorWindow, testSettings } from './editorWindow.ts';
import { readInnerLines, resultsVariable, type InnerLine } from './innerResult.ts';
import { until } from './until.ts';

const suiteDir = join(import.meta.dirname, '..', 'suite');
const root = join(import.meta.dirname, '..', '..', '..');
/** Inside the checkout, so that the bundles find mocha. */
const bundleDir = join(root, 'out', 'test-vscode');
const runMs = 5 * 60_000;

export interface HostRunOptions {
  /** A package to install first, as people get it; else `extensionDir` is run from its folder. */
  readonly vsix?: string;
  /** The folder of an extension under development. */
  readonly extensionDir?: string;
  /** The folder that the window opens. Default: an empty one. */
  readonly workspace?: string;
  /** Added to the environment of the editor and so of the extension. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs every suite once and returns what became of each test.
 * @throws when the run does not come to its end within 5 minutes, with the editor's own words.
 */
export async function runInExtensionHost(options: HostRunOptions = {}): Promise<InnerLine[]> {
  const home = mkdtempSync(join(tmpdir(), 'waggle-host-'));
  try {
    const results = join(home, 'results.jsonl');
    writeFileSync(results, '');
    const entry = await bundleSuite();
    const workspace = options.workspace ?? makeEmpty(join(home, 'workspace'));
    const extensionDir = options.extensionDir ?? makeStub(join(home, 'stub'));
    const env = { ...process.env, ...options.env, [resultsVariable]: results };
    const launch = { ...options, home, results, entry, workspace, extensionDir, env };
    await (process.env.VSCODE_PATH
      ? runOnDesktop(launch, process.env.VSCODE_PATH)
      : runOnServer(launch));
    return readInnerLines(results).filter((line) => line.outcome !== 'finished');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Launch {
  readonly vsix?: string;
  readonly home: string;
  readonly results: string;
  readonly entry: string;
  readonly workspace: string;
  readonly extensionDir: string;
  readonly env: NodeJS.ProcessEnv;
}

async function bundleSuite(): Promise<string> {
  const entryPoints = readdirSync(suiteDir)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(suiteDir, name));
  rmSync(bundleDir, { recursive: true, force: true });
  await build({
    entryPoints,
    outdir: bundleDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return join(bundleDir, 'run.cjs');
}

async function runOnServer(launch: Launch): Promise<void> {
  const dataDir = join(launch.home, 'server');
  if (launch.vsix) await installExtension(launch.vsix, dataDir);
  const server = await startEditorServer({
    dataDir,
    testDriver: true,
    settings: testSettings(),
    env: launch.env,
  });
  try {
    const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const window = await openEditorWindow({
      server,
      folder: launch.workspace,
      payload: [
        ['extensionDevelopmentPath', remote(launch.extensionDir)],
        ['extensionTestsPath', remote(launch.entry)],
      ],
    });
    try {
      await until(
        'the suite inside the extension host is done',
        async () => isFinished(launch.results),
        {
          withinMs: runMs,
          describe: async () =>
            `${JSON.stringify(readInnerLines(launch.results))}\n${server.log().slice(-8000)}`,
        },
      );
    } finally {
      await window.close();
    }
  } finally {
    await server.stop();
  }
}

async function runOnDesktop(launch: Launch, vscodeExecutablePath: string): Promise<void> {
  const userDir = join(launch.home, 'desktop', 'User');
  mkdirSync(userDir, { recursive: true });
  const settings = { ...calmSettings, ...testSettings() };
  writeFileSync(join(userDir, 'settings.json'), JSON.stringify(settings));
  const directories = [
    `--user-data-dir=${join(launch.home, 'desktop')}`,
    `--extensions-dir=${join(launch.home, 'extensions')}`,
  ];
  if (launch.vsix) {
    const command = resolveCliPathFromVSCodeExecutablePath(vscodeExecutablePath);
    const args = [...directories, '--install-extension', launch.vsix, '--force'];
    await promisify(execFile)(command, args, { env: launch.env });
  }
  const flags = ['--disable-workspace-trust', '--disable-telemetry'];
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: launch.extensionDir,
    extensionTestsPath: launch.entry,
    extensionTestsEnv: launch.env,
    launchArgs: [launch.workspace, ...directories, ...flags],
  });
  if (!isFinished(launch.results))
    throw new Error('The suite inside the extension host did not come to its end.');
}

function isFinished(results: string): boolean {
  return readInnerLines(results).some((line) => line.outcome === 'finished');
}

function makeEmpty(directory: string): string {
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** VS Code runs tests only for an extension under development; the one that is tested is then the installed package. */
function makeStub(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const manifest = {
    name: 'waggle-test-stub',
    publisher: 'waggle',
    version: '0.0.1',
    engines: { vscode: '^1.101.0' },
  };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  return directory;
}

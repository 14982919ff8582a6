/**
 * A real VS Code Server: installed once into the cache, started on a free port of loopback with directories of its own,
 * ended with all its processes. Used by `npm start` when there is no desktop VS Code, and by the tests.
 * Knows nothing of the extension beyond the path of a package to install.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installOnce, say } from './cache.ts';
import { runNpm } from './npm.ts';
import { endTree } from './processTree.ts';

const packageDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'vscode');
const readyMs = 60_000;
/** Read by code-server in place of its own marketplace: without an address none is asked. */
const noGallery = '{}';

export interface EditorServerOptions {
  /** The server's own directory: user data, logs and, below `extensions`, what is installed. Made when missing. */
  readonly dataDir: string;
  /** Asked of every browser. Absent: anybody on this machine may connect, which is for tests only. */
  readonly token?: string;
  /** User settings on top of `calmSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Workspace trust is off unless this is true; then an unknown folder opens in Restricted Mode. */
  readonly workspaceTrust?: boolean;
  /** Makes the server honour `extensionTestsPath` in a window's payload. VS Code shows no notifications then. */
  readonly testDriver?: boolean;
  /** The whole environment of the server, its extension hosts and terminals. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface EditorServer {
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly extensionsDir: string;
  /** The address of a window on `folder` (absolute); `payload` as in `extensionTestsPath`. Holds the token, if any. */
  urlFor(folder: string, payload?: ReadonlyArray<readonly [string, string]>): string;
  /** Everything that the server printed so far. */
  log(): string;
  /** Settles when the server's process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends the server and its processes, and verifies it. Detached daemons live on. May be called twice. */
  stop(): Promise<void>;
}

/** Nothing phones home, nothing greets, nothing moves. */
export const calmSettings = {
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.fetchOnlinePackageInfo': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
} as const;

/** The folder of the VS Code Server in the cache, installed there on first use (some 15 s, 620 MB). */
export async function installEditorServer(): Promise<string> {
  const lock = readFileSync(join(packageDir, 'package-lock.json'));
  const version = /"code-server": "([^"]+)"/.exec(lock.toString())?.[1] ?? 'unknown';
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 8);
  const key = `code-server-${version}-${process.platform}-${process.arch}-${hash}`;
  const place = await installOnce(key, async (directory) => {
    say(`installing VS Code Server (code-server ${version}) into the cache, once …`);
    for (const name of ['package.json', 'package-lock.json'])
      copyFileSync(join(packageDir, name), join(directory, name));
    await runNpm(['ci', '--ignore-scripts'], directory);
    const server = serverDirIn(directory);
    say('installing its own packages …');
    await runNpm(['install', '--omit=dev', '--ignore-scripts'], server);
    await runNpm(['install', '--omit=dev', '--ignore-scripts'], join(server, 'extensions'));
  });
  return serverDirIn(place);
}

function serverDirIn(place: string): string {
  return join(place, 'node_modules', 'code-server', 'lib', 'vscode');
}

/**
 * Installs the package `vsix` for servers started with the same `dataDir`.
 * @throws with what the installer printed when VS Code refuses the package.
 */
export async function installExtension(vsix: string, dataDir: string): Promise<void> {
  const server = await installEditorServer();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    join(server, 'out', 'server-main.js'),
    ...directoryFlags(dataDir),
    '--accept-server-license-terms',
    '--disable-telemetry',
    '--force',
    '--install-extension',
    vsix,
  ]);
  if (!/was successfully installed/.test(stdout))
    throw new Error(`Failed to install ${vsix}: ${stdout}${stderr}`);
}

function directoryFlags(dataDir: string): string[] {
  return ['--server-data-dir', dataDir, '--extensions-dir', join(dataDir, 'extensions')];
}

/**
 * Starts a VS Code Server and waits until it answers.
 * @throws with the server's own words when it ends or does not answer within a minute.
 */
export async function startEditorServer(options: EditorServerOptions): Promise<EditorServer> {
  const server = await installEditorServer();
  mkdirSync(join(options.dataDir, 'extensions'), { recursive: true });
  writeSettings(options.dataDir, { ...calmSettings, ...options.settings });
  const child = spawn(
    process.execPath,
    [join(server, 'out', 'server-main.js'), ...flagsOf(options)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...(options.env ?? process.env), EXTENSIONS_GALLERY: noGallery },
      detached: process.platform !== 'win32',
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const exited = once(child, 'close').then(() => undefined);
  const stop = callOnce(() => endServer(child, exited));
  try {
    const port = await waitForPort(child, () => printed);
    const pid = child.pid ?? 0;
    const urlFor = createUrlFor(port, options.token);
    const extensionsDir = join(options.dataDir, 'extensions');
    return {
      port,
      pid,
      dataDir: options.dataDir,
      extensionsDir,
      urlFor,
      log: () => printed,
      exited,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Replaces the user settings of a server, running or not; an open window takes them over at once. */
export function writeSettings(dataDir: string, settings: Readonly<Record<string, unknown>>): void {
  const userDir = join(dataDir, 'data', 'User');
  mkdirSync(userDir, { recursive: true });
  writeFileSync(join(userDir, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
}

function flagsOf(options: EditorServerOptions): string[] {
  return [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    ...directoryFlags(options.dataDir),
    '--accept-server-license-terms',
    '--disable-telemetry',
    ...tokenFlags(options),
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
  ];
}

/** The token goes through a 0600 file, because arguments are visible to every user of the machine. */
function tokenFlags(options: EditorServerOptions): string[] {
  if (!options.token) return ['--without-connection-token'];
  const file = join(options.dataDir, 'connection-token');
  writeFileSync(file, options.token, { mode: 0o600 });
  return ['--connection-token-file', file];
}

function createUrlFor(port: number, token: string | undefined): EditorServer['urlFor'] {
  return (folder, payload) => {
    const query = new URLSearchParams({ folder });
    if (token) query.set('tkn', token);
    if (payload) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${port}/?${query.toString()}`;
  };
}

async function waitForPort(child: ChildProcess, printed: () => string): Promise<number> {
  const deadline = Date.now() + readyMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const port = Number(/Extension host agent listening on (\d+)/.exec(printed())?.[1] ?? 0);
    if (port > 0 && (await isAnswering(port))) return port;
    await delay(50);
  }
  throw new Error(`Failed to start VS Code Server: it printed ${printed().trim() || 'nothing'}`);
}

/** Any answer will do: with a token the bare address is answered with 403. */
async function isAnswering(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/version`, {
      headers: { connection: 'close' },
    });
    await answer.arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function endServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid !== undefined) await endTree(child.pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
  await exited;
}

function callOnce(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= run());
}

/**
 * The product as people get it, in a real editor with everything of its own: the package installed, a home and a data
 * directory below a temporary one, a sample folder in git. Ends the daemon, the hosts and the sessions that came of it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calmSettings,
  startEditorServer,
  writeSettings,
  type EditorServer,
} from '../../../scripts/editorServer.ts';
import { endTree } from '../../../scripts/processTree.ts';
import { testSettings, type Theme } from './editorWindow.ts';
import { installPackage } from './installedPackage.ts';

export interface Product {
  readonly server: EditorServer;
  /** The folder that windows open, in git on branch `main`. */
  readonly folder: string;
  /** `WAGGLE_HOME`. */
  readonly home: string;
  /** HOME of the editor and of what runs in it. */
  readonly userHome: string;
  /** Replaces the settings that a person has; an open window takes them over at once. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void;
  /** Pid of the running daemon as its runtime file says; undefined when there is no such file. */
  daemonPid(): number | undefined;
  /** Pids of the running pty hosts. */
  hostPids(): number[];
  /** Ends the editor, the daemon, its hosts and their sessions; removes everything. May be called twice. */
  stop(): Promise<void>;
}

export interface ProductOptions {
  readonly theme?: Theme;
  readonly workspaceTrust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the editor. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Packages, installs and serves. The caller opens windows on `server`. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const base = mkdtempSync(join(tmpdir(), 'waggle-product-'));
  const [home, userHome, dataDir] = ['home', 'user', 'server'].map((name) => join(base, name));
  if (home === undefined || userHome === undefined || dataDir === undefined) throw new Error(base);
  mkdirSync(userHome, { recursive: true });
  writeFileSync(join(userHome, '.bashrc'), "PS1='$ '\n");
  const folder = makeFolder(join(base, 'api'));
  await installPackage(dataDir);
  const server = await startEditorServer({
    dataDir,
    ...(options.workspaceTrust === undefined ? {} : { workspaceTrust: options.workspaceTrust }),
    settings: { ...testSettings(options.theme), ...options.settings },
    env: productEnvironment({ home, userHome, extra: options.env }),
  });
  let stopped = false;
  return {
    server,
    folder,
    home,
    userHome,
    changeSettings: (settings) =>
      writeSettings(dataDir, { ...calmSettings, ...testSettings(options.theme), ...settings }),
    daemonPid: () => readDaemonPid(home),
    hostPids: () => readHostPids(home),
    async stop() {
      if (stopped) return;
      stopped = true;
      await server.stop();
      await endPrograms(home);
      rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Ends the daemon and the pty hosts of a data directory, and with them their sessions. */
export async function endPrograms(home: string): Promise<void> {
  const pids = [readDaemonPid(home), ...readHostPids(home)].filter((pid) => pid !== undefined);
  await Promise.all(pids.map((pid) => endTree(pid)));
}

function readDaemonPid(home: string): number | undefined {
  return readPid(join(home, 'run', 'daemon.json'));
}

function readHostPids(home: string): number[] {
  return listHostFiles(home).flatMap((path) => readPid(path) ?? []);
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# api\n');
  // No language that the editor starts a server of its own for.
  writeFileSync(join(folder, 'server.py'), "print('listening on 8080')\n");
  execFileSync('git', ['init', '-q', '-b', 'main', folder]);
  return folder;
}

/** Nothing of this machine's user, nothing of a session that this test may run in. */
function productEnvironment(places: {
  home: string;
  userHome: string;
  extra: NodeJS.ProcessEnv | undefined;
}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(WAGGLE_|VSCODE_|ELECTRON_|CLAUDE|NODE_OPTIONS$|XDG_)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: places.userHome,
    SHELL: '/bin/bash',
    WAGGLE_HOME: places.home,
    WAGGLE_PORT: '0',
    ...places.extra,
  };
}

function listHostFiles(home: string): string[] {
  const directory = join(home, 'run');
  try {
    const names = readdirSync(directory).filter((name) => /^host-.*\.json$/.test(name));
    return names.map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readPid(path: string): number | undefined {
  try {
    const { pid }: { pid: number } = JSON.parse(readFileSync(path, 'utf8'));
    return pid;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

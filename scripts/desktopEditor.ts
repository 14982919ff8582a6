/**
 * The person's own desktop VS Code, in a window with directories of its own: nothing of theirs is read or changed.
 * Untested where no desktop is; then `npm start` serves the VS Code Server instead.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { calmSettings } from './editorServer.ts';
import { endTree, listProcesses } from './processTree.ts';

export interface DesktopOptions {
  /** The `code` command. */
  readonly command: string;
  /** Holds user data and extensions. */
  readonly dataDir: string;
  readonly vsix: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface DesktopEditor {
  /** Settles when the person closed the window. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** The `code` command of a desktop that can show a window; not the one of a remote window, nor of Windows below WSL. */
export function findDesktopEditor(env: NodeJS.ProcessEnv): string | undefined {
  const hasScreen =
    process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  if (!hasScreen) return undefined;
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return onPath.find((path) => isExecutable(path) && !/remote-cli|^\/mnt\//.test(path));
}

/**
 * Installs the package and opens a window on the folder.
 * @throws with the words of `code` when it refuses the package.
 */
export async function openDesktopEditor(options: DesktopOptions): Promise<DesktopEditor> {
  const { command, dataDir, env } = options;
  const directories = ['--user-data-dir', dataDir, '--extensions-dir', join(dataDir, 'extensions')];
  const shell = process.platform === 'win32';
  mkdirSync(join(dataDir, 'User'), { recursive: true });
  writeFileSync(
    join(dataDir, 'User', 'settings.json'),
    `${JSON.stringify(calmSettings, undefined, 2)}\n`,
  );
  await promisify(execFile)(
    command,
    [...directories, '--install-extension', options.vsix, '--force'],
    { env, shell },
  );
  const window = ['--new-window', '--wait', '--disable-workspace-trust', options.folder];
  const child = spawn(command, [...directories, ...window], {
    env,
    shell,
    stdio: ['ignore', 2, 2],
  });
  const exited = once(child, 'exit').then(() => undefined);
  return {
    exited,
    stop: async () => {
      for (const row of listProcesses().filter((one) => isOf(one.command, dataDir)))
        await endTree(row.pid);
      if (child.pid !== undefined) await endTree(child.pid);
      await exited;
    },
  };
}

/** The window's own process is not below `code`, which only asks for it. */
function isOf(command: string, dataDir: string): boolean {
  return command.includes('--user-data-dir') && command.includes(dataDir);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

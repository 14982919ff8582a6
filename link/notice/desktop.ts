import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface DesktopSources {
  readonly platform: NodeJS.Platform;
  /** Of this process; wins. */
  readonly own: NodeJS.ProcessEnv;
  /** Of a window of the person, when one told it. */
  readonly reported?: Readonly<Record<string, string>> | undefined;
  readonly uid: number | undefined;
}

/** Where a person sits: the environment of programs that show something, and what is there to show it. */
export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** There is somebody to show something to. */
  readonly isThere: boolean;
}

const desktopVariables = [
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_CURRENT_DESKTOP',
  'XDG_SESSION_TYPE',
  'DESKTOP_SESSION',
];
/** Says in an environment that there is no bus, and that none is to be looked for. */
const noBus = 'disabled:';

export function findDesktop({ platform, own, reported, uid }: DesktopSources): Desktop {
  if (platform === 'darwin' || platform === 'win32') return { platform, env: own, isThere: true };
  const env: NodeJS.ProcessEnv = { ...own };
  for (const name of desktopVariables) {
    const value = own[name] ?? reported?.[name];
    if (value !== undefined) env[name] = value;
  }
  const bus = env['DBUS_SESSION_BUS_ADDRESS'] ?? usualBus(uid);
  if (bus === undefined || bus === '' || bus === noBus) return { platform, env, isThere: false };
  return { platform, env: { ...env, DBUS_SESSION_BUS_ADDRESS: bus }, isThere: true };
}

/** As systemd and its relatives place it. */
function usualBus(uid: number | undefined): string | undefined {
  if (uid === undefined) return undefined;
  const path = `/run/user/${uid}/bus`;
  return existsSync(path) ? `unix:path=${path}` : undefined;
}

/** The first file of that name on PATH that may be run. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us.
    return false;
  }
}

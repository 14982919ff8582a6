/** node-pty's native part, which is private: reached by its file and pinned by the version in package.json. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What `fork` answers: the master's descriptor, and the slave's path in `pty`. */
export interface ForkedPty {
  readonly fd: number;
  readonly pid: number;
  readonly pty: string;
}

/** Exactly these arguments: the addon counts them. */
export interface NativePty {
  fork(
    ...args: readonly [
      file: string,
      argv: readonly string[],
      env: readonly string[],
      cwd: string,
      cols: number,
      rows: number,
      uid: number,
      gid: number,
      utf8: boolean,
      helperPath: string,
      onExit: (code: number, signal: number) => void,
    ]
  ): ForkedPty;
  resize(
    ...args: readonly [fd: number, cols: number, rows: number, xPixels: number, yPixels: number]
  ): void;
}

export interface LoadedPty {
  readonly native: NativePty;
  /** macOS starts programs through it; elsewhere empty. */
  readonly helperPath: string;
}

/** A require that starts at the program's own entry, so that it finds the natives beside the bundle. */
export function createProgramRequire(): NodeJS.Require {
  return createRequire(realpathSync(process.argv[1] ?? process.cwd()));
}

/** Throws when the platform has no prebuilt file. */
export function loadNativePty(): LoadedPty {
  const require = createProgramRequire();
  const folder = join(
    dirname(require.resolve('node-pty/package.json')),
    'prebuilds',
    `${process.platform}-${process.arch}`,
  );
  return {
    native: require(join(folder, 'pty.node')) as NativePty,
    helperPath: process.platform === 'darwin' ? join(folder, 'spawn-helper') : '',
  };
}

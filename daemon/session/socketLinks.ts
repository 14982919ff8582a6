import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, LinkedVariable } from './environment.ts';
import { linkedVariables } from './environment.ts';

const suffixes: Record<LinkedVariable, string> = {
  SSH_AUTH_SOCK: 'ssh',
  VSCODE_IPC_HOOK_CLI: 'ipc',
};
/** Longest path a Unix socket may be reached by, with room for the terminating zero. */
const maxSocketPathBytes = 100;

/**
 * Stable names for the sockets of windows: `<run>/links/<session>.<kind>`. A program keeps the name for its life, the
 * window behind it may be another one after each attach. Does nothing on Windows, where these are pipe names.
 */
export class SocketLinks {
  readonly #directory: string;
  readonly #platform: NodeJS.Platform;

  constructor(runDirectory: string, platform: NodeJS.Platform = process.platform) {
    this.#directory = join(runDirectory, 'links');
    this.#platform = platform;
  }

  /** Points the links of a session at the sockets of a window and returns the environment with their names. */
  point(sessionId: string, environment: Environment): Record<string, string> {
    const result: Record<string, string> = { ...environment };
    if (this.#platform === 'win32') return result;
    for (const variable of linkedVariables) {
      const target = environment[variable];
      const link = this.#pathOf(sessionId, variable);
      const isUsable = target?.startsWith('/') === true && target !== link;
      if (!isUsable || Buffer.byteLength(link) > maxSocketPathBytes) continue;
      this.#replace(link, target);
      result[variable] = link;
    }
    return result;
  }

  remove(sessionId: string): void {
    for (const variable of linkedVariables) {
      rmSync(this.#pathOf(sessionId, variable), { force: true });
    }
  }

  #pathOf(sessionId: string, variable: LinkedVariable): string {
    return join(this.#directory, `${sessionId.slice(-12)}.${suffixes[variable]}`);
  }

  /** By rename, so that a program never finds the name missing. */
  #replace(link: string, target: string): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const fresh = `${link}.new`;
    if (lstatSync(fresh, { throwIfNoEntry: false }) !== undefined) rmSync(fresh);
    symlinkSync(target, fresh);
    renameSync(fresh, link);
  }
}

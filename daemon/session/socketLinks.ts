import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment, LinkedVariable } from './environment.ts';
import { linkedVariables } from './environment.ts';

const suffixes: Record<LinkedVariable, string> = {
  SSH_AUTH_SOCK: 'ssh',
  VSCODE_IPC_HOOK_CLI: 'ipc',
  VSCODE_GIT_IPC_HANDLE: 'git',
};
const askpassSuffix = 'askpass';
const commandSuffix = 'cli';
const allSuffixes = [...Object.values(suffixes), askpassSuffix, commandSuffix];
/** What the editor's own answer to git's questions needs, and where it lies; all of it changes with an update. */
const askpassVariables = [
  'VSCODE_GIT_ASKPASS_NODE',
  'VSCODE_GIT_ASKPASS_MAIN',
  'VSCODE_GIT_ASKPASS_EXTRA_ARGS',
];
/** Directory of the editor's `code` in terminals of a remote window. */
const commandDirectory = /[\\/]bin[\\/]remote-cli$/;
/** Longest path a Unix socket may be reached by, with room for the terminating zero. */
const maxSocketPathBytes = 100;

/**
 * Stable names for what belongs to a window: `<run>/links/<session>.<kind>`. A program keeps the name for its life, the
 * window behind it may be another one after each attach. Does nothing on Windows, where sockets are pipe names.
 */
export class SocketLinks {
  readonly #directory: string;
  readonly #platform: NodeJS.Platform;

  constructor(runDirectory: string, platform: NodeJS.Platform = process.platform) {
    this.#directory = join(runDirectory, 'links');
    this.#platform = platform;
  }

  /** Points the links of a session at what a window has and returns the environment with their names. */
  point(sessionId: string, environment: Environment): Record<string, string> {
    const result: Record<string, string> = { ...environment };
    if (this.#platform === 'win32') return result;
    for (const variable of linkedVariables) {
      const target = environment[variable];
      const link = this.#pathOf(sessionId, suffixes[variable]);
      if (!isForeign(target, link) || Buffer.byteLength(link) > maxSocketPathBytes) continue;
      this.#replace(link, (fresh) => symlinkSync(target, fresh));
      result[variable] = link;
    }
    return {
      ...result,
      ...this.#pointAskpass(sessionId, environment),
      ...this.#pointCommand(sessionId, environment),
    };
  }

  remove(sessionId: string): void {
    for (const suffix of allSuffixes) rmSync(this.#pathOf(sessionId, suffix), { force: true });
  }

  /** git starts what `GIT_ASKPASS` names, with the variables that the session was born with: ours brings today's. */
  #pointAskpass(sessionId: string, environment: Environment): Record<string, string> {
    const script = environment['GIT_ASKPASS'];
    const link = this.#pathOf(sessionId, askpassSuffix);
    if (!isForeign(script, link) || environment['VSCODE_GIT_IPC_HANDLE'] === undefined) return {};
    const lines = askpassVariables.map(
      (name) => `export ${name}=${quote(environment[name] ?? '')}\n`,
    );
    const text = `#!/bin/sh\n${lines.join('')}exec ${quote(script)} "$@"\n`;
    this.#replace(link, (fresh) => writeFileSync(fresh, text, { mode: 0o700, flag: 'wx' }));
    return { GIT_ASKPASS: link };
  }

  /** `code` by a name that an update of the editor does not end. */
  #pointCommand(sessionId: string, environment: Environment): Record<string, string> {
    const entries = environment['PATH']?.split(delimiter) ?? [];
    const target = entries.find((entry) => commandDirectory.test(entry));
    const link = this.#pathOf(sessionId, commandSuffix);
    if (!isForeign(target, link)) return {};
    this.#replace(link, (fresh) => symlinkSync(target, fresh));
    const replaced = entries.map((entry) => (entry === target ? link : entry));
    return { PATH: replaced.join(delimiter) };
  }

  #pathOf(sessionId: string, suffix: string): string {
    return join(this.#directory, `${sessionId.slice(-12)}.${suffix}`);
  }

  /** By rename, so that a program never finds the name missing. */
  #replace(link: string, make: (fresh: string) => void): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const fresh = `${link}.new`;
    if (lstatSync(fresh, { throwIfNoEntry: false }) !== undefined) rmSync(fresh);
    make(fresh);
    renameSync(fresh, link);
  }
}

function isForeign(target: string | undefined, link: string): target is string {
  return target?.startsWith('/') === true && target !== link;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

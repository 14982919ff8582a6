import { createHmac } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPrivateFile, replacePrivateFile } from '../../link/home/home.ts';
import { randomHex } from '../../link/proof/proof.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import { codexConfigurations } from './configuration.ts';
import type { Environment } from './environment.ts';
import {
  geminiSystemSettings,
  hasOwnNotify,
  hasOwnSettings,
  toClaudeSettings,
  toCodexOptions,
  toGeminiSettings,
  toGeminiTools,
} from './hookSettings.ts';
import type { SessionRow } from './row.ts';

export interface HookedStart {
  readonly argv: readonly string[];
  /** On top of what the process gets anyway. */
  readonly environment: Environment;
}

export interface HooksContext {
  readonly daemon: Pick<FeatureContext, 'paths' | 'log'>;
  /** Directory of the `waggle` shim. */
  readonly binDirectory: string;
}

interface Start extends Pick<HookedStart, 'argv' | 'environment'> {
  /** Where the tools are that it is offered; undefined: none. */
  readonly url?: string | undefined;
}

/**
 * Makes agents report to us for one run. Nothing of the person's own configuration is touched, and where they configured
 * the same thing themselves, theirs stays and ours is left out.
 */
export class Hooks {
  readonly #context: HooksContext;
  readonly #directory: string;
  #key: string | undefined;

  constructor(context: HooksContext) {
    this.#context = context;
    this.#directory = join(context.daemon.paths.home, 'hooks');
  }

  /** How a process is started so that it reports; as it is where it cannot. Never throws: agents run without hooks too. */
  prepare(row: SessionRow, start: Start): HookedStart {
    try {
      return this.#prepare(row, start);
    } catch (error) {
      this.#leaveOut(row, errorMessageOf(error));
      return { argv: start.argv, environment: {} };
    }
  }

  /** The file that was made for a session, when there is one. */
  remove(id: SessionRow['id']): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  /** The password of an opencode: the same after a restart of the daemon, another for each process. */
  passwordOf({ id, generation }: Pick<SessionRow, 'id' | 'generation'>): string {
    return createHmac('sha256', this.#getKey()).update(`${id}:${generation}`).digest('hex');
  }

  #prepare(row: SessionRow, start: Start): HookedStart {
    const plain = { argv: start.argv, environment: {} };
    // What speaks in events tells all that hooks would; its settings may still have to name our tools.
    if (row.mode === 'pipe')
      return row.agent === 'gemini' && start.url !== undefined
        ? this.#prepareGemini(row, start)
        : plain;
    // A first argument that is no option is a subcommand or a prompt, with options of its own.
    const isPlain = start.argv[1] === undefined || start.argv[1].startsWith('-');
    switch (row.agent) {
      case 'claude':
        return isPlain ? this.#prepareClaude(row, start) : plain;
      case 'codex':
        return isPlain ? this.#prepareCodex(row, start) : plain;
      case 'gemini':
        return isPlain ? this.#prepareGemini(row, start) : plain;
      case 'opencode': {
        const isServed = 'OPENCODE_SERVER_PASSWORD' in start.environment;
        const own = { OPENCODE_SERVER_PASSWORD: this.passwordOf(row) };
        return isServed ? { argv: start.argv, environment: own } : plain;
      }
      default:
        return plain;
    }
  }

  #prepareClaude(row: SessionRow, { argv, url }: Start): HookedStart {
    if (process.platform === 'win32') return this.#leaveOut(row, 'it starts no scripts here', argv);
    if (hasOwnSettings(argv)) return this.#leaveOut(row, 'it has settings of its own', argv);
    if (argv.includes('--')) return this.#leaveOut(row, 'no option fits behind its own', argv);
    const file = this.#write(row, toClaudeSettings(this.#shim(), url !== undefined));
    if (file === undefined) return this.#leaveOut(row, 'nothing of it is written', argv);
    return { argv: [...argv, '--settings', file], environment: {} };
  }

  #prepareCodex(row: SessionRow, { argv, environment }: Start): HookedStart {
    const [program = '', ...rest] = argv;
    if (process.platform === 'win32') return this.#leaveOut(row, 'it starts no scripts here', argv);
    if (hasOwnNotify(rest, codexConfigurations(row, environment)))
      return this.#leaveOut(row, 'it tells another program', argv);
    return { argv: [program, ...toCodexOptions(this.#shim()), ...rest], environment: {} };
  }

  #prepareGemini(row: SessionRow, { argv, environment, url }: Start): HookedStart {
    const variable = 'GEMINI_CLI_SYSTEM_SETTINGS_PATH';
    const isTheirs = variable in environment || existsSync(geminiSystemSettings(process.platform));
    if (isTheirs) return this.#leaveOut(row, 'this machine has settings for it', argv);
    if (process.platform === 'win32') return this.#leaveOut(row, 'it starts no scripts here', argv);
    if (!isClosed(this.#context.daemon.paths.home))
      return this.#leaveOut(row, 'others can write above the data directory', argv);
    const file = this.#write(
      row,
      row.mode === 'pipe' ? toGeminiTools(url ?? '') : toGeminiSettings(this.#shim(), url),
    );
    if (file === undefined) return this.#leaveOut(row, 'nothing of it is written', argv);
    return { argv, environment: { [variable]: file } };
  }

  #shim(): string {
    return join(this.#context.binDirectory, 'waggle');
  }

  #fileOf(id: SessionRow['id']): string {
    return join(this.#directory, `${id}.json`);
  }

  /** Undefined for a session of which nothing is written. */
  #write(row: SessionRow, text: string): string | undefined {
    if (row.private === true) return undefined;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(row.id);
    replacePrivateFile(file, text);
    return file;
  }

  #getKey(): string {
    this.#key ??= this.#loadKey();
    return this.#key;
  }

  #loadKey(): string {
    const path = join(this.#directory, 'key');
    const known = readPrivateFile(path)?.trim() ?? '';
    if (/^[0-9a-f]{64}$/.test(known)) return known;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const key = randomHex(32);
    replacePrivateFile(path, `${key}\n`);
    return key;
  }

  #leaveOut(row: SessionRow, reason: string, argv: readonly string[] = []): HookedStart {
    const { log } = this.#context.daemon;
    log.debug('an agent runs without our hooks', { sessionId: row.id, agent: row.agent, reason });
    return { argv, environment: {} };
  }
}

/** Gemini CLI takes no settings from below a folder that others can write to. */
function isClosed(directory: string): boolean {
  const { mode } = lstatSync(directory);
  const parent = dirname(directory);
  return (mode & 0o022) === 0 && (parent === directory || isClosed(parent));
}

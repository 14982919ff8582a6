import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replacePrivateFile } from '../../link/home/home.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import { codexConfigurations } from './configuration.ts';
import type { Environment } from './environment.ts';
import type { SessionRow } from './row.ts';
import {
  hasOwnServer,
  isStrict,
  toClaudeServers,
  toCodexServer,
  toOpencodeServers,
} from './toolSettings.ts';

export interface ToolServersContext {
  readonly daemon: Pick<FeatureContext, 'paths' | 'log'>;
}

interface Start {
  readonly argv: readonly string[];
  readonly environment: Environment;
}

export interface OfferedStart extends Start {
  /** Where the tools are; undefined: this agent is offered none. */
  readonly url: string | undefined;
}

/** Where a session's agent finds our tools; undefined: it is to be offered none. */
export type FindTools = (row: SessionRow) => string | undefined;

/** An opencode reads one more file; where the person named one, theirs stays. */
const opencodeVariable = 'OPENCODE_CONFIG';

/**
 * Makes agents know our tools for one run, by options, variables and files of ours. What the person configured stays as it
 * is, and where it is the same, ours is left out. Gemini CLI learns of them with its hooks: it reads one file.
 */
export class ToolServers {
  readonly #context: ToolServersContext;
  readonly #directory: string;
  #find: FindTools = () => undefined;

  constructor(context: ToolServersContext) {
    this.#context = context;
    this.#directory = join(context.daemon.paths.home, 'tools');
  }

  findWith(find: FindTools): void {
    this.#find = find;
  }

  /** How a process is started so that it knows them; as it is where it cannot. Never throws: agents run without tools too. */
  prepare(row: SessionRow, start: Start): OfferedStart {
    const url = isToldInProtocol(row) ? undefined : this.#find(row);
    if (url === undefined) return { ...start, environment: {}, url };
    try {
      return this.#prepare(row, start, url);
    } catch (error) {
      return this.#leaveOut(row, start, errorMessageOf(error));
    }
  }

  /** Where they are, for an agent of a chat that knows no other way: it is told when its conversation is opened. */
  urlInProtocol(row: SessionRow): string | undefined {
    return isToldInProtocol(row) ? this.#find(row) : undefined;
  }

  /** The file that was made for a session, when there is one. */
  remove(id: SessionRow['id']): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  #prepare(row: SessionRow, start: Start, url: string): OfferedStart {
    const [program = '', ...rest] = start.argv;
    // A first word that is no option is a subcommand with options of its own, unless it is a sentence.
    const isPrompt = rest[0] === undefined || rest[0].startsWith('-') || /\s/.test(rest[0]);
    // A chat's is ours, and takes them before it.
    const isPlain = isPrompt || row.mode === 'pipe';
    if (!isPlain) return this.#leaveOut(row, start, 'it runs a command of its own');
    switch (row.agent) {
      case 'claude': {
        if (isStrict(rest)) return this.#leaveOut(row, start, 'it uses no other servers');
        // With `=`: the option would take the words behind it.
        const servers = `--mcp-config=${this.#write(row, toClaudeServers(url))}`;
        return { argv: [program, servers, ...rest], environment: {}, url };
      }
      case 'codex': {
        if (hasOwnServer(rest, codexConfigurations(row, start.environment)))
          return this.#leaveOut(row, start, 'it has a server of that name');
        return { argv: [program, ...toCodexServer(url), ...rest], environment: {}, url };
      }
      case 'opencode': {
        if (opencodeVariable in start.environment)
          return this.#leaveOut(row, start, 'it has a configuration of its own');
        if (row.private === true) return this.#leaveOut(row, start, 'nothing of it is written');
        const file = this.#write(row, toOpencodeServers(url));
        return { argv: start.argv, environment: { [opencodeVariable]: file }, url };
      }
      default:
        return { argv: start.argv, environment: {}, url };
    }
  }

  #fileOf(id: SessionRow['id']): string {
    return join(this.#directory, `${id}.json`);
  }

  /** The path of a file with that text; the text itself for a session of which nothing is written. */
  #write(row: SessionRow, text: string): string {
    if (row.private === true) return text;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(row.id);
    replacePrivateFile(file, text);
    return file;
  }

  #leaveOut(row: SessionRow, { argv }: Start, reason: string): OfferedStart {
    const { log } = this.#context.daemon;
    log.debug('an agent runs without our tools', { sessionId: row.id, agent: row.agent, reason });
    return { argv, environment: {}, url: undefined };
  }
}

/** Nothing has to be written for it, so that private chats have them too. */
function isToldInProtocol({ mode, agent }: Pick<SessionRow, 'mode' | 'agent'>): boolean {
  return mode === 'pipe' && !['claude', 'codex', 'gemini'].includes(agent);
}

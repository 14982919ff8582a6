/** Per agent: where a person's own configuration of it is, what stands there for us, and how that is read again. */
import { existsSync, lstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { EntryFormat, EntryPath } from './format.ts';
import { createJsonFormat } from './jsonEntry.ts';
import { tomlFormat } from './tomlEntry.ts';
import type { Way } from './way.ts';

export const accessAgentIds = ['claude', 'codex', 'opencode', 'gemini', 'cursor'] as const;
export type AccessAgentId = (typeof accessAgentIds)[number];

export interface AgentConfig {
  readonly id: AccessAgentId;
  /** As people call it. */
  readonly label: string;
  readonly format: EntryFormat;
  readonly path: EntryPath;
  /** It rewrites its file itself while it runs, and holds this directory meanwhile. */
  readonly lockOf?: (file: string) => string;
  /** It fetches a header by a command, so that it can speak to the daemon itself. */
  readonly canFetchToken: boolean;
  /** Absolute path of the file that holds what a person set for all folders. */
  findFile(env: NodeJS.ProcessEnv): string;
  /** Names of its program, and a directory that it makes at its first start. */
  readonly traces: {
    readonly programs: readonly string[];
    directory(env: NodeJS.ProcessEnv): string;
  };
  toEntry(way: Way): Readonly<Record<string, unknown>>;
}

const name = 'waggle';
const json = createJsonFormat({ comments: false });
const jsonWithComments = createJsonFormat({ comments: true });

function userHome(env: NodeJS.ProcessEnv): string {
  return absolute(env['HOME']) ?? absolute(env['USERPROFILE']) ?? homedir();
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && path !== '' && isAbsolute(path) ? resolve(path) : undefined;
}

/** A variable that moves a configuration; a relative one would mean another file in each folder. */
function moved(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = env[variable];
  if (value === undefined || value === '') return undefined;
  const path = absolute(value);
  if (path !== undefined && path.length <= 4096 && !path.includes('\0')) return path;
  throw new WaggleError('badRequest', `${variable} is no absolute path.`, {
    fix: `Set ${variable} to an absolute path, or unset it.`,
  });
}

function claudeFile(env: NodeJS.ProcessEnv): string {
  const chosen = moved(env, 'CLAUDE_CONFIG_DIR');
  const old = join(chosen ?? join(userHome(env), '.claude'), '.config.json');
  const isOld = (lstatSync(old, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return isOld ? old : join(chosen ?? userHome(env), '.claude.json');
}

function opencodeDirectory(env: NodeJS.ProcessEnv): string {
  return join(absolute(env['XDG_CONFIG_HOME']) ?? join(userHome(env), '.config'), 'opencode');
}

/** Of several files, which opencode merges, the one that a person would look into. */
function opencodeFile(env: NodeJS.ProcessEnv): string {
  const chosen = moved(env, 'OPENCODE_CONFIG');
  if (chosen !== undefined) return chosen;
  const directory = opencodeDirectory(env);
  const files = ['opencode.jsonc', 'opencode.json', 'config.json'].map((file) =>
    join(directory, file),
  );
  return files.find((file) => existsSync(file)) ?? join(directory, 'opencode.json');
}

function geminiDirectory(env: NodeJS.ProcessEnv): string {
  return join(moved(env, 'GEMINI_CLI_HOME') ?? userHome(env), '.gemini');
}

function codexDirectory(env: NodeJS.ProcessEnv): string {
  return moved(env, 'CODEX_HOME') ?? join(userHome(env), '.codex');
}

function commandEntry(way: Way): Readonly<Record<string, unknown>> {
  if (way.kind === 'http') throw new Error('This agent is given a command');
  return { command: way.command, args: way.arguments };
}

export const agentConfigs: readonly AgentConfig[] = [
  {
    id: 'claude',
    label: 'Claude Code',
    format: json,
    path: ['mcpServers', name],
    lockOf: (file) => `${file}.lock`,
    canFetchToken: true,
    findFile: claudeFile,
    traces: {
      programs: ['claude'],
      directory: (env) => moved(env, 'CLAUDE_CONFIG_DIR') ?? join(userHome(env), '.claude'),
    },
    toEntry: (way) =>
      way.kind === 'http'
        ? { type: 'http', url: way.url, headersHelper: way.headersHelper }
        : { type: 'stdio', ...commandEntry(way) },
  },
  {
    id: 'codex',
    label: 'Codex',
    format: tomlFormat,
    path: ['mcp_servers', name],
    canFetchToken: false,
    findFile: (env) => join(codexDirectory(env), 'config.toml'),
    traces: { programs: ['codex'], directory: codexDirectory },
    toEntry: commandEntry,
  },
  {
    id: 'opencode',
    label: 'opencode',
    format: jsonWithComments,
    path: ['mcp', name],
    canFetchToken: false,
    findFile: opencodeFile,
    traces: { programs: ['opencode'], directory: opencodeDirectory },
    toEntry: (way) => {
      const { command, args } = commandEntry(way) as { command: string; args: string[] };
      return { type: 'local', command: [command, ...args], enabled: true };
    },
  },
  {
    id: 'gemini',
    label: 'Gemini CLI',
    format: jsonWithComments,
    path: ['mcpServers', name],
    canFetchToken: false,
    findFile: (env) => join(geminiDirectory(env), 'settings.json'),
    traces: { programs: ['gemini'], directory: geminiDirectory },
    toEntry: commandEntry,
  },
  {
    id: 'cursor',
    label: 'Cursor',
    format: jsonWithComments,
    path: ['mcpServers', name],
    canFetchToken: false,
    findFile: (env) => join(userHome(env), '.cursor', 'mcp.json'),
    traces: {
      programs: ['cursor', 'cursor-agent'],
      directory: (env) => join(userHome(env), '.cursor'),
    },
    toEntry: commandEntry,
  },
];

export function getAgentConfig(id: AccessAgentId): AgentConfig {
  const found = agentConfigs.find((agent) => agent.id === id);
  if (found === undefined) throw new Error(`No configuration is known of ${id}`);
  return found;
}

/** It was installed or used here: its file, its directory or its program is there. */
export function isAgentHere(agent: AgentConfig, env: NodeJS.ProcessEnv): boolean {
  if (existsSync(agent.findFile(env)) || existsSync(agent.traces.directory(env))) return true;
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  const directories = (env['PATH'] ?? '').split(delimiter).filter((path) => isAbsolute(path));
  return directories.some((directory) =>
    agent.traces.programs.some((program) =>
      endings.some((ending) => existsSync(join(directory, basename(`${program}${ending}`)))),
    ),
  );
}

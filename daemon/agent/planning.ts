import { randomBytes, randomUUID } from 'node:crypto';
import { basename, delimiter, dirname } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Carried } from './carrying.ts';
import { carry } from './carrying.ts';
import { findProgram } from './findProgram.ts';
import { findFreePort } from './freePort.ts';
import type { AgentEntry, ChatLaunch, LaunchInput, LaunchOutput } from './launchTable.ts';
import { agentEntries } from './launchTable.ts';
import { findShell } from './loginShell.ts';
import { agentDirectory, hasTranscript } from '../transcript/transcript.ts';

export interface LaunchRequest {
  readonly agent: string;
  readonly command: readonly string[] | undefined;
  readonly arguments: readonly string[];
  /** What the role prefers; an argument that names one comes first. */
  readonly model?: string | null;
  /** Real path. */
  readonly cwd: string;
  /** What the session inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** Conversations that were observed in earlier generations, the latest last. */
  readonly conversationIds: readonly string[];
  /** For a chat; absent: for a terminal. */
  readonly chat?: ChatLaunch | undefined;
  /** For a terminal that goes on with a chat: what was chosen there holds, and no more. */
  readonly carried?: Carried | undefined;
}

/** A process ready to be spawned: `argv[0]` is absolute and was executable a moment ago. */
export interface LaunchPlan {
  readonly argv: readonly string[];
  /** On top of what is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Chosen or resumed by us; null when the agent names its own. */
  readonly conversationId: string | null;
  /** It goes on with that conversation; false: a new one, or the agent's own choice. */
  readonly isResumed: boolean;
  /** Where the agent keeps its conversations; null when they cannot be observed. */
  readonly agentDirectory: string | null;
  readonly defaultName: string;
  readonly ringBytes: number;
}

const MIB = 1024 * 1024;
const unobserved = { conversationId: null, isResumed: false, agentDirectory: null };

/**
 * What to spawn for an agent, a shell or a command. `searchPath` is asked for when the session's own PATH does not hold
 * an agent. @throws WaggleError `commandNotFound` with what to do, `badRequest` for an unknown agent.
 */
export async function planLaunch(
  request: LaunchRequest,
  searchPath: () => Promise<string>,
  custom: readonly AgentEntry[] = [],
): Promise<LaunchPlan> {
  if (request.agent === 'command') return planCommand(request);
  if (request.agent === 'shell') return planShell(request);
  const entries = [...agentEntries, ...custom];
  const entry = entries.find((known) => known.id === request.agent);
  if (entry === undefined)
    throw new WaggleError('badRequest', `There is no agent ${toPlainLine(request.agent, 40)}.`, {
      fix: `Known are ${entries.map((known) => known.id).join(', ')}, shell and command.`,
    });
  return planAgent(entry, request, searchPath);
}

function planCommand({ command, arguments: more, environment, cwd }: LaunchRequest): LaunchPlan {
  const [name, ...rest] = command ?? [];
  if (name === undefined) throw new WaggleError('badRequest', 'A command needs a program.');
  const program = findProgram(name, environment['PATH'], cwd);
  if (program === undefined) throw notFound(name, 'Check the name, or give the full path.');
  return {
    argv: [program, ...rest, ...more],
    environment: {},
    ...unobserved,
    defaultName: toPlainLine([basename(name), ...rest].join(' '), 80),
    ringBytes: MIB,
  };
}

function planShell({ environment, arguments: more, cwd }: LaunchRequest): LaunchPlan {
  const shell = findShell(environment);
  const program = findProgram(shell, environment['PATH'], cwd);
  if (program === undefined) throw notFound(shell, 'Set SHELL to a shell that exists.');
  // Terminals of macOS start login shells, because nothing else reads the profile there.
  const login = process.platform === 'darwin' ? ['-l'] : [];
  return {
    argv: [program, ...login, ...more],
    environment: {},
    ...unobserved,
    defaultName: basename(program),
    ringBytes: MIB,
  };
}

async function planAgent(
  entry: AgentEntry,
  request: LaunchRequest,
  searchPath: () => Promise<string>,
): Promise<LaunchPlan> {
  const { environment, cwd, conversationIds } = request;
  const own = findProgram(entry.program, environment['PATH'], cwd);
  const program = own ?? findProgram(entry.program, await searchPath(), cwd);
  if (program === undefined) throw notFound(entry.label, installOf(entry), entry.program);
  const directory = agentDirectory(entry.id, environment);
  const resume = await findResumable(entry.id, directory, conversationIds);
  const output = launch(entry, request.chat, {
    arguments: argumentsOf(request),
    resume,
    freshId: conversationIds.at(-1) ?? randomUUID(),
    freePort: await findFreePort(),
    freshSecret: randomBytes(32).toString('hex'),
    inherited: environment,
  });
  // Found beside the session's PATH: what it starts by name (node) usually lies in the same directory.
  const path = own === undefined ? appendPath(environment['PATH'], dirname(program)) : {};
  return {
    argv: [program, ...output.arguments],
    environment: { ...output.environment, ...path },
    conversationId: output.conversationId,
    isResumed: resume !== null && output.conversationId === resume,
    agentDirectory: directory ?? null,
    defaultName: entry.label,
    ringBytes: 4 * MIB,
  };
}

function argumentsOf(request: LaunchRequest): readonly string[] {
  const { agent, chat, carried, arguments: given } = request;
  if (chat !== undefined) return given;
  if (carried === undefined) return withModel(request);
  const isPlain = given[0] === undefined || given[0].startsWith('-');
  return carry(agent, isPlain ? given : [], carried);
}

/** All agents take `--model`; a first argument that is no option is a subcommand with options of its own. */
function withModel({ arguments: given, model = null }: LaunchRequest): readonly string[] {
  const isPlain = given[0] === undefined || given[0].startsWith('-');
  const isNamed = given.some((one) => /^(?:--model|-m)(?:=|$)/.test(one));
  return model === null || isNamed || !isPlain ? given : ['--model', model, ...given];
}

function launch(entry: AgentEntry, chat: ChatLaunch | undefined, input: LaunchInput): LaunchOutput {
  if (chat === undefined) return entry.launch(input);
  if (entry.chat === undefined)
    throw new WaggleError('badRequest', `${entry.label} cannot be in a chat yet.`, {
      fix: 'Open it as a terminal: waggle new --agent.',
    });
  return entry.chat({ ...input, chat });
}

/** The last one, when the agent kept something of it: one that was only begun cannot be resumed. */
async function findResumable(
  agent: string,
  directory: string | undefined,
  conversationIds: readonly string[],
): Promise<string | null> {
  const last = conversationIds.at(-1);
  if (last === undefined) return null;
  const isLost = directory !== undefined && (await hasTranscript(agent, directory, last)) === false;
  return isLost ? null : last;
}

function installOf({ installUrl, program }: AgentEntry): string {
  return installUrl === null
    ? `Check the setting waggle.agents.custom: ${toPlainLine(program, 200)}`
    : `Install it: ${installUrl}`;
}

function appendPath(path: string | undefined, directory: string): { readonly PATH: string } {
  return { PATH: [...(path === undefined ? [] : [path]), directory].join(delimiter) };
}

function notFound(name: string, fix: string, program = name): WaggleError {
  const shown = toPlainLine(name, 80);
  return new WaggleError('commandNotFound', `${shown} was not found.`, {
    fix,
    details: { program: toPlainLine(program, 200) },
  });
}

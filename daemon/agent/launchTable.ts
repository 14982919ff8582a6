/** What is known of each agent's command line. Facts, no effects. */
import { besides } from './carrying.ts';
import { conversationOptions, toResumedArguments } from './resumedArguments.ts';

export interface LaunchInput {
  /** Arguments of the person. */
  readonly arguments: readonly string[];
  /** The agent's own id of an earlier conversation to go on with; null for a new one. */
  readonly resume: string | null;
  /** A fresh UUID for agents that let us choose. */
  readonly freshId: string;
  /** A free port on loopback, for agents that serve one. */
  readonly freePort: number;
  /** 64 hex digits. */
  readonly freshSecret: string;
  /** What the process inherits. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** What is chosen for the process of a chat; null: the agent's own choice. */
export interface ChatLaunch {
  readonly model: string | null;
  /** What it may do unasked, in its own words. */
  readonly mode: string | null;
  /** A copy of this conversation, of that session, is gone on with. */
  readonly forkOf: { readonly conversationId: string; readonly sessionId: string } | null;
  /** Nobody is there: whatever it asks is denied, with this sentence. */
  readonly denies?: string | null;
}

export interface LaunchOutput {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The conversation id that we chose, when this agent lets us. */
  readonly conversationId: string | null;
}

export interface AgentEntry {
  readonly id: string;
  readonly label: string;
  readonly program: string;
  /** An https address; null: nobody knows one. */
  readonly installUrl: string | null;
  /** How to log in, as its makers say. */
  readonly signIn?: string;
  /** A person named it. */
  readonly isCustom?: true;
  launch(input: LaunchInput): LaunchOutput;
  /** How it is started for a chat; absent: it has none. */
  chat?(input: LaunchInput & { readonly chat: ChatLaunch }): LaunchOutput;
}

const resumableAgents = new Set(['claude', 'codex', 'gemini', 'opencode']);

/** Agents in the order in which they are offered. */
export const agentEntries: readonly AgentEntry[] = [
  {
    id: 'claude',
    label: 'Claude Code',
    program: 'claude',
    installUrl: 'https://docs.claude.com/en/docs/claude-code/setup',
    signIn: 'Start claude in a terminal and type /login.',
    launch: (input) => chooseConversation('claude', input),
    chat: (input) => claudeChat(input),
  },
  {
    id: 'codex',
    label: 'Codex',
    program: 'codex',
    installUrl: 'https://developers.openai.com/codex/cli',
    signIn: 'Run codex login in a terminal.',
    // Its daemon would give one session's environment and tokens to the next.
    launch: (input) => {
      if (input.resume === null) return prefixed(input, ['--no-daemon']);
      const rest = toResumedArguments('codex', input.arguments);
      return chosen(input.resume, ['--no-daemon', 'resume', input.resume, ...rest]);
    },
    chat: (input) => servedChat(['app-server'], input),
  },
  {
    id: 'opencode',
    label: 'opencode',
    program: 'opencode',
    installUrl: 'https://opencode.ai/docs/',
    signIn: 'Run opencode auth login in a terminal.',
    launch: (input) => {
      const served = ['--port', String(input.freePort), '--hostname', '127.0.0.1'];
      const environment = { OPENCODE_SERVER_PASSWORD: input.freshSecret };
      if (input.resume === null) return { ...prefixed(input, served), environment };
      const rest = toResumedArguments('opencode', input.arguments);
      const output = chosen(input.resume, [...served, '--session', input.resume, ...rest]);
      return { ...output, environment };
    },
    chat: (input) => servedChat(['acp'], input),
  },
  {
    id: 'gemini',
    label: 'Gemini CLI',
    program: 'gemini',
    installUrl: 'https://geminicli.com/docs/get-started/installation/',
    signIn: 'Start gemini in a terminal and choose how to sign in.',
    launch: (input) => chooseConversation('gemini', input),
    chat: (input) => servedChat(['--acp'], input),
  },
];

/** Whether an agent can be started in an earlier conversation by its id. */
export function canResume(agent: string): boolean {
  return resumableAgents.has(agent);
}

/** A first argument that is no option is a subcommand with options of its own: ours would not fit. */
function isPlainStart({ arguments: given }: LaunchInput): boolean {
  return given[0] === undefined || given[0].startsWith('-');
}

function chooseConversation(agent: 'claude' | 'gemini', input: LaunchInput): LaunchOutput {
  if (input.resume !== null) {
    const rest = toResumedArguments(agent, input.arguments);
    return chosen(input.resume, ['--resume', input.resume, ...rest]);
  }
  const naming = conversationOptions[agent];
  const isTheirs = input.arguments.some((given) => naming?.has(given.split('=')[0] ?? ''));
  if (isTheirs || !isPlainStart(input))
    return { arguments: input.arguments, environment: {}, conversationId: null };
  return chosen(input.freshId, ['--session-id', input.freshId, ...input.arguments]);
}

function chosen(conversationId: string, all: readonly string[]): LaunchOutput {
  return { arguments: all, environment: {}, conversationId };
}

function prefixed(input: LaunchInput, flags: readonly string[]): LaunchOutput {
  const own = isPlainStart(input) ? flags : [];
  return { arguments: [...own, ...input.arguments], environment: {}, conversationId: null };
}

const claudeStreams = [
  '-p',
  ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
  ...['--include-partial-messages', '--permission-prompt-tool', 'stdio'],
];

/** Its own default is wider than asking: what may be done unasked is always said. */
function claudeChat(input: LaunchInput & { readonly chat: ChatLaunch }): LaunchOutput {
  const { model, mode, forkOf } = input.chat;
  const chosenModel = model === null ? [] : ['--model', model];
  const options = [...claudeStreams, '--permission-mode', mode ?? 'default', ...chosenModel];
  const rest = besides('claude', toResumedArguments('claude', input.arguments), input.chat);
  if (input.resume !== null)
    return chosen(input.resume, [...options, '--resume', input.resume, ...rest]);
  const copied = forkOf === null ? [] : ['--resume', forkOf.conversationId, '--fork-session'];
  return chosen(input.freshId, [...options, ...copied, '--session-id', input.freshId, ...rest]);
}

/** Which conversation it opens is said to it, not on its command line. */
export function servedChat(served: readonly string[], input: LaunchInput): LaunchOutput {
  const { arguments: given, resume } = input;
  return { arguments: [...served, ...given], environment: {}, conversationId: resume };
}

/** What every provider is, and the plain values between it and a chat. */
import type { Attachment } from '../../protocol/chat/entry.ts';
import type { Abilities, Choice } from '../../protocol/chat/chat.ts';
import type { Answer } from '../../protocol/chat/permission.ts';
import type { AskRequest, ChatEvent } from './event.ts';

/** Only the provider knows what is in it; JSON keeps it. */
export type ProviderState = Readonly<Record<string, unknown>>;

/** What follows from something: the state after it, what it means, and lines for the agent, without their line ends. */
export interface Step {
  readonly state: ProviderState;
  readonly events: readonly ChatEvent[];
  readonly writes: readonly string[];
}

export interface ProcessStart {
  readonly cwd: string;
  /** The conversation to go on with; null for a new one. */
  readonly conversationId: string | null;
  readonly model: string | null;
  readonly mode: string | null;
  /** Go on with a copy of this conversation. */
  readonly forkOf: string | null;
  /** Our tools, for an agent that is told of them in its protocol: where they are, and what stands for its secret. */
  readonly tools: { readonly url: string; readonly bearer: string } | null;
}

export interface Prompt {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** What a chat can ask an agent for besides prompts. Its answer comes as `replied` with the name. */
export type Command =
  | { readonly type: 'interrupt' }
  | { readonly type: 'steer'; readonly prompt: Prompt }
  | { readonly type: 'setModel'; readonly name: string; readonly model: string }
  | { readonly type: 'setMode'; readonly name: string; readonly mode: string }
  | { readonly type: 'context'; readonly name: string };

export interface ContextReading {
  readonly tokens: number;
  readonly max: number;
  readonly parts: readonly { readonly name: string; readonly tokens: number }[];
}

export interface Provider {
  readonly agent: string;
  readonly label: string;
  /** The oldest version that understands us; null: any. */
  readonly oldestVersion: string | null;
  readonly abilities: Abilities;
  /** Known before the agent has said its own. */
  readonly modes: readonly Choice[];
  /** What a new process is told first. */
  begin(start: ProcessStart): Step;
  /** One line of its output. Never throws: what it does not understand is an `unknown` event. */
  read(state: ProviderState, line: string): Step;
  prompt(state: ProviderState, prompt: Prompt): Step;
  answer(
    state: ProviderState,
    asked: Pick<AskRequest, 'requestId' | 'ask' | 'input' | 'tool'>,
    answer: Answer,
  ): Step;
  /** Undefined: this agent cannot. */
  command(state: ProviderState, command: Command): Step | undefined;
  /** What `chat/context` tells, out of the reply. */
  readContext(value: unknown): ContextReading | undefined;
}

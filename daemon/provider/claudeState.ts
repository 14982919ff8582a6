/** What is remembered of a Claude Code between two of its lines. */
import type { ProviderState, Step } from './adapter.ts';
import type { ClaudeTodo } from './claudeTodo.ts';
import { nothingToDo } from './claudeTodo.ts';
import type { ChatEvent } from './event.ts';

/** A content block that is being streamed. */
export interface OpenBlock {
  readonly key: string;
  readonly type: 'text' | 'thinking' | 'tool';
}

export interface ClaudeState {
  readonly cwd: string;
  /** Ours are counted. */
  readonly nextRequest: number;
  /** What we asked and wait for: the name of a `replied` event, or what it was. */
  readonly pending: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  /** The message that is being streamed, its blocks by index. */
  readonly message: {
    readonly id: string;
    readonly blocks: Readonly<Record<string, OpenBlock>>;
  } | null;
  /** Text of a plan that was proposed, by the id of the tool call. */
  readonly plans: Readonly<Record<string, string>>;
  readonly todo: ClaudeTodo;
  /** Cost of everything since the process began. */
  readonly costUsd: number;
  /** When the limit that is used up is reset, milliseconds since 1970; absent: none is known to be. */
  readonly limitResetsAt?: number | null;
}

export const newClaudeState: Omit<ClaudeState, 'cwd'> = {
  nextRequest: 1,
  pending: {},
  isReady: false,
  message: null,
  plans: {},
  todo: nothingToDo,
  costUsd: 0,
};

/** The state is ours: nobody else makes one. */
export function toClaudeState(state: ProviderState): ClaudeState {
  return { cwd: '/', ...newClaudeState, ...state };
}

export function step(
  state: ClaudeState,
  events: readonly ChatEvent[] = [],
  writes: readonly object[] = [],
): Step {
  return { state: { ...state }, events, writes: writes.map((value) => JSON.stringify(value)) };
}

export function nothing(state: ClaudeState): Step {
  return step(state);
}

export function unknown(state: ClaudeState, what: string): Step {
  return step(state, [{ type: 'unknown', what }]);
}

/** Asks it for something; `name` comes back with its answer. */
export function ask(state: ClaudeState, name: string, request: object): Step {
  const requestId = `waggle-${state.nextRequest}`;
  const pending = { ...state.pending, [requestId]: name };
  const asked = { type: 'control_request', request_id: requestId, request };
  return step({ ...state, nextRequest: state.nextRequest + 1, pending }, [], [asked]);
}

/** What is remembered of an ACP agent between two of its lines. */
import type { ProcessStart, ProviderState } from './adapter.ts';
import type { RpcState } from './rpcState.ts';

/** Which of its options mean allowing once and denying; null: it offers none. */
export interface AcpOptions {
  readonly allow: string | null;
  readonly deny: string | null;
}

export interface AcpState extends RpcState {
  readonly start: ProcessStart;
  readonly sessionId: string | null;
  /** Ways to go on with a conversation that it has. */
  readonly canResume: boolean;
  readonly canLoad: boolean;
  /** It takes servers of tools over HTTP. */
  readonly hasTools: boolean;
  /** How to log in, in its own words; empty when it says nothing. */
  readonly signIn: string;
  /** It tells what was said before: that stands in the journal already. */
  readonly isLoading: boolean;
  /** What it answered to that, while it is still telling. */
  readonly loaded: unknown;
  readonly turns: number;
  readonly pieces: number;
  /** What it is saying or thinking now. */
  readonly writing: { readonly type: 'text' | 'thinking'; readonly key: string } | null;
  readonly asked: Readonly<Record<string, AcpOptions>>;
  /** Options of its own by which model and mode are chosen; null: by methods of the protocol. */
  readonly modelOption: string | null;
  readonly modeOption: string | null;
  /** What is held once it is taken, by the name under which that was asked. */
  readonly choosing: Readonly<Record<string, { readonly model?: string; readonly mode?: string }>>;
  readonly context: { readonly tokens: number; readonly max: number };
}

const newState: AcpState = {
  nextId: 1,
  pending: {},
  start: { cwd: '/', conversationId: null, model: null, mode: null, forkOf: null, tools: null },
  sessionId: null,
  canResume: false,
  canLoad: false,
  hasTools: false,
  signIn: '',
  isLoading: false,
  loaded: null,
  turns: 0,
  pieces: 0,
  writing: null,
  asked: {},
  modelOption: null,
  modeOption: null,
  choosing: {},
  context: { tokens: 0, max: 0 },
};

/** The state is ours: nobody else makes one. */
export function toAcpState(state: ProviderState): AcpState {
  return { ...newState, ...state };
}

/** What is remembered of a Codex between two of its lines. */
import type { FileChange } from '../../protocol/chat/permission.ts';
import type { ChatUsage } from '../../protocol/chat/entry.ts';
import type { ProcessStart, ProviderState } from './adapter.ts';
import type { RpcState } from './rpcState.ts';

/** What kind of answer it waits for. */
export type AskedKind = 'command' | 'files' | 'mcp' | 'form' | 'questions';

export interface CodexState extends RpcState {
  readonly start: ProcessStart;
  readonly threadId: string | null;
  readonly turnId: string | null;
  readonly isInterrupting: boolean;
  readonly model: string | null;
  readonly mode: string | null;
  readonly asked: Readonly<Record<string, AskedKind>>;
  /** What it wants to change, by the id of the item. */
  readonly changes: Readonly<Record<string, readonly FileChange[]>>;
  /** Of the turn that runs. */
  readonly usage: ChatUsage | null;
  readonly context: { readonly tokens: number; readonly max: number };
}

const newState: CodexState = {
  nextId: 1,
  pending: {},
  start: { cwd: '/', conversationId: null, model: null, mode: null, forkOf: null, tools: null },
  threadId: null,
  turnId: null,
  isInterrupting: false,
  model: null,
  mode: null,
  asked: {},
  changes: {},
  usage: null,
  context: { tokens: 0, max: 0 },
};

/** The state is ours: nobody else makes one. */
export function toCodexState(state: ProviderState): CodexState {
  return { ...newState, ...state };
}

export interface CodexPolicy {
  readonly approvalPolicy: 'untrusted' | 'on-request' | 'never';
  readonly sandbox: 'read-only' | 'workspace-write' | 'danger-full-access';
  readonly sandboxPolicy: object;
}

const writable = {
  type: 'workspaceWrite',
  ...{ writableRoots: [], networkAccess: false },
  ...{ excludeTmpdirEnvVar: false, excludeSlashTmp: false },
};
const asking: CodexPolicy = {
  approvalPolicy: 'untrusted',
  sandbox: 'workspace-write',
  sandboxPolicy: writable,
};

/** What may be done unasked; what is not known asks. */
export function policyOf(mode: string | null): CodexPolicy {
  switch (mode) {
    case 'readOnly': {
      const sandboxPolicy = { type: 'readOnly', networkAccess: false };
      return { approvalPolicy: 'on-request', sandbox: 'read-only', sandboxPolicy };
    }
    case 'workspace':
      return { ...asking, approvalPolicy: 'on-request' };
    case 'full': {
      const sandboxPolicy = { type: 'dangerFullAccess' };
      return { approvalPolicy: 'never', sandbox: 'danger-full-access', sandboxPolicy };
    }
    default:
      return asking;
  }
}

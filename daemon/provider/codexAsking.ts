/** What Codex asks, and how it is answered. */
import { z } from 'zod';
import type { Answer, Question } from '../../protocol/chat/permission.ts';
import type { Step } from './adapter.ts';
import { innerCommand, mcpNameOf } from './codexItem.ts';
import type { AskedKind, CodexState } from './codexState.ts';
import type { AskRequest, ChatEvent } from './event.ts';
import type { RpcMessage } from './rpcState.ts';
import { refuse, rpcStep, toRequestId } from './rpcState.ts';

const commandSchema = z.object({
  itemId: z.string(),
  command: z.string().default(''),
  cwd: z.string().nullish(),
  reason: z.string().nullish(),
});
const filesSchema = z.object({
  itemId: z.string(),
  reason: z.string().nullish(),
  grantRoot: z.string().nullish(),
});
const elicitationSchema = z.object({
  serverName: z.string(),
  message: z.string().default(''),
  _meta: z
    .object({
      codex_approval_kind: z.string().optional(),
      tool_name: z.string().optional(),
      tool_params: z.unknown().optional(),
    })
    .nullish(),
  requestedSchema: z
    .object({ properties: z.record(z.string(), z.unknown()).default({}) })
    .optional(),
});
const questionsSchema = z.object({
  itemId: z.string().optional(),
  questions: z.array(
    z.object({
      id: z.string(),
      header: z.string().default(''),
      question: z.string(),
      options: z
        .array(z.object({ label: z.string(), description: z.string().default('') }))
        .nullish(),
    }),
  ),
});

type Asked = Omit<AskRequest, 'requestId'>;

export interface AgentRequest {
  readonly id: RpcMessage['id'];
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export function readRequest(state: CodexState, { id, method, params }: AgentRequest): Step {
  const [kind, asked] = toAsked(state, method, params) ?? [];
  if (kind === undefined || asked === undefined) {
    const events: ChatEvent[] = [{ type: 'unknown', what: `request ${method}` }];
    return rpcStep(state, events, [refuse(id, method)]);
  }
  const requestId = toRequestId(id);
  const waiting = { ...state, asked: { ...state.asked, [requestId]: kind } };
  return rpcStep(waiting, [{ type: 'asked', request: { ...asked, requestId } }]);
}

function toAsked(
  state: CodexState,
  method: string,
  params: Readonly<Record<string, unknown>>,
): readonly [AskedKind, Asked] | undefined {
  switch (method) {
    case 'item/commandExecution/requestApproval':
      return askedCommand(state, params);
    case 'item/fileChange/requestApproval':
      return askedFiles(state, params);
    case 'mcpServer/elicitation/request':
      return askedElicitation(params);
    case 'item/tool/requestUserInput':
      return askedQuestions(params);
    default:
      return undefined;
  }
}

const nothingMore = { changes: [], questions: [], canEdit: false } as const;

function askedCommand(
  { start }: CodexState,
  params: object,
): readonly [AskedKind, Asked] | undefined {
  const { data } = commandSchema.safeParse(params);
  if (data === undefined) return undefined;
  const input = JSON.stringify({
    command: innerCommand(data.command),
    // Where it runs is said anyway; elsewhere it is part of what is asked.
    ...(typeof data.cwd === 'string' && data.cwd !== start.cwd ? { cwd: data.cwd } : {}),
  });
  const shared = { about: data.itemId, description: data.reason ?? '', input };
  return ['command', { ask: 'tool', tool: 'shell', ...shared, ...nothingMore }];
}

function askedFiles(state: CodexState, params: object): readonly [AskedKind, Asked] | undefined {
  const { data } = filesSchema.safeParse(params);
  if (data === undefined) return undefined;
  const changes = state.changes[data.itemId] ?? [];
  const root = typeof data.grantRoot === 'string' ? { grantRoot: data.grantRoot } : {};
  const input = JSON.stringify({ paths: changes.map(({ path }) => path), ...root });
  const shared = { about: data.itemId, description: data.reason ?? '', input };
  return ['files', { ask: 'tool', tool: 'edit', ...shared, ...nothingMore, changes }];
}

function askedElicitation(params: object): readonly [AskedKind, Asked] | undefined {
  const { data } = elicitationSchema.safeParse(params);
  if (data === undefined) return undefined;
  const { serverName, message, _meta: meta, requestedSchema } = data;
  if (meta?.codex_approval_kind === 'mcp_tool_call') {
    const tool = mcpNameOf(serverName, meta.tool_name ?? '');
    const input = JSON.stringify(meta.tool_params ?? {});
    return ['mcp', { ask: 'tool', tool, description: message, input, ...nothingMore }];
  }
  const questions = Object.keys(requestedSchema?.properties ?? {}).map((id): Question => {
    return { id, text: message, header: id, multiple: false, options: [] };
  });
  const input = JSON.stringify(requestedSchema ?? {});
  const form = { tool: `${serverName}:form`, description: message, input };
  return ['form', { ask: 'question', ...form, ...nothingMore, questions }];
}

function askedQuestions(params: object): readonly [AskedKind, Asked] | undefined {
  const { data } = questionsSchema.safeParse(params);
  if (data === undefined) return undefined;
  const questions = data.questions.map(({ id, header, question, options }): Question => {
    return { id, text: question, header, multiple: false, options: options ?? [] };
  });
  const shared = { about: data.itemId, tool: 'ask', description: '', input: '{}' };
  return ['questions', { ask: 'question', ...shared, ...nothingMore, questions }];
}

export function toDecision(kind: AskedKind, answer: Answer): object {
  const isAllowed = answer.behavior === 'allow';
  switch (kind) {
    case 'command':
    case 'files':
      if (isAllowed) return { decision: 'accept' };
      return { decision: answer.interrupt ? 'cancel' : 'decline' };
    case 'mcp':
    case 'form': {
      const content = isAllowed ? (answer.answers ?? {}) : null;
      return { action: isAllowed ? 'accept' : 'decline', content, _meta: null };
    }
    case 'questions': {
      const given = isAllowed ? (answer.answers ?? {}) : {};
      const answers = Object.entries(given).map(([id, text]) => [id, { answers: [text] }]);
      return { answers: Object.fromEntries(answers) };
    }
  }
}

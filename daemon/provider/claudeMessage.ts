/** What Claude Code says and does in a turn: streamed pieces, finished blocks, results of tools, the turn's end. */
import type { ChatUsage } from '../../protocol/chat/entry.ts';
import type { Step } from './adapter.ts';
import type {
  AssistantLine,
  Block,
  ClaudeUsage,
  LimitLine,
  ResultLine,
  StreamLine,
  UserLine,
} from './claudeLine.ts';
import { listBlocks, textOfResult } from './claudeLine.ts';
import type { ClaudeState, OpenBlock } from './claudeState.ts';
import { planLimitsIn } from './claudeLimit.ts';
import { endTodoTurn, readTodoCall, readTodoResult } from './claudeTodo.ts';
import { nothing, step, unknown } from './claudeState.ts';
import type { ChatEvent, ToolStatus } from './event.ts';
import { changesOfTool, titleOfTool } from './toolText.ts';

export function readStream(state: ClaudeState, { event, parent_tool_use_id }: StreamLine): Step {
  // What an agent within the agent says comes in whole blocks as well.
  if (typeof parent_tool_use_id === 'string') return nothing(state);
  switch (event.type) {
    case 'message_start':
      return startMessage(state, event.message);
    case 'content_block_start':
      return startBlock(state, event.index ?? 0, event.content_block);
    case 'content_block_delta':
      return appendToBlock(state, event.index ?? 0, event.delta ?? {});
    case 'content_block_stop':
    case 'message_delta':
    case 'message_stop':
    case 'ping':
    case 'error':
      return nothing(state);
    default:
      return unknown(state, `stream event ${event.type}`);
  }
}

function startMessage(state: ClaudeState, message: StreamLine['event']['message']): Step {
  const id = message?.id ?? '';
  const events: ChatEvent[] = [{ type: 'turnStarted' }];
  const tokens = message?.usage === undefined ? 0 : inputOf(message.usage);
  if (tokens > 0) events.push({ type: 'context', tokens });
  return step({ ...state, message: { id, blocks: {} } }, events);
}

function startBlock(state: ClaudeState, index: number, block: Block | undefined): Step {
  const { message } = state;
  if (message === null || block === undefined) return nothing(state);
  const open = openBlockOf(block, `${message.id}:${index}`);
  if (open === undefined) return nothing(state);
  const blocks = { ...message.blocks, [index]: open };
  const events: ChatEvent[] =
    open.type === 'tool'
      ? [{ type: 'tool', key: open.key, name: block.name, status: 'preparing' }]
      : [{ type: open.type, key: open.key, delta: block.text ?? block.thinking ?? '' }];
  return step({ ...state, message: { ...message, blocks } }, events);
}

function openBlockOf({ type, id }: Block, key: string): OpenBlock | undefined {
  if (type === 'text' || type === 'thinking') return { type, key };
  const isTool = type === 'tool_use' || type === 'server_tool_use';
  return isTool ? { type: 'tool', key: id ?? key } : undefined;
}

function appendToBlock(
  state: ClaudeState,
  index: number,
  { text, thinking }: NonNullable<StreamLine['event']['delta']>,
): Step {
  const open = state.message?.blocks[index];
  const delta = text ?? thinking;
  if (open === undefined || open.type === 'tool' || delta === undefined) return nothing(state);
  return step(state, [{ type: open.type, key: open.key, delta }]);
}

/** Its one block is the first of that kind that is still open, when the message was streamed. */
export function readAssistant(state: ClaudeState, line: AssistantLine): Step {
  let current = state;
  const events: ChatEvent[] = [];
  const parent = line.parent_tool_use_id ?? undefined;
  for (const [at, block] of listBlocks(line.message.content).entries()) {
    const fallback = `${line.uuid ?? line.message.id ?? ''}:${at}`;
    const isStreamed = parent === undefined && current.message?.id === line.message.id;
    const found = isStreamed ? takeBlock(current, block) : { state: current, key: undefined };
    current = found.state;
    const finished = finishBlock(block, found.key ?? fallback, parent);
    if (finished !== undefined) events.push(finished);
    current = rememberPlan(current, block);
    // What an agent within the agent has to do is its own.
    if (parent !== undefined) continue;
    current = { ...current, todo: readTodoCall(current.todo, block) };
  }
  return step(current, events);
}

function takeBlock(
  state: ClaudeState,
  block: Block,
): { readonly state: ClaudeState; readonly key: string | undefined } {
  const { message } = state;
  const wanted = openBlockOf(block, '')?.type;
  const found = Object.entries(message?.blocks ?? {}).find(([, open]) => open.type === wanted);
  if (message === null || found === undefined) return { state, key: undefined };
  const [index, { key }] = found;
  const { [index]: _taken, ...blocks } = message.blocks;
  return { state: { ...state, message: { ...message, blocks } }, key };
}

function finishBlock(block: Block, key: string, parent: string | undefined): ChatEvent | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text', key, full: block.text ?? '', isDone: true, parent };
    case 'thinking':
      return { type: 'thinking', key, full: block.thinking ?? '', isDone: true, parent };
    case 'tool_use':
    case 'server_tool_use': {
      const { name = 'tool', input = {}, id = key } = block;
      const facts = { title: titleOfTool(name, input), changes: changesOfTool(name, input) };
      const status: ToolStatus = 'running';
      return {
        type: 'tool',
        key: id,
        name,
        input: JSON.stringify(input),
        status,
        ...facts,
        parent,
      };
    }
    case 'redacted_thinking':
      return undefined;
    default:
      return block.tool_use_id === undefined
        ? undefined
        : resultOf(block.tool_use_id, textOfResult(block.content), 'done');
  }
}

function rememberPlan(state: ClaudeState, { name, id, input }: Block): ClaudeState {
  const plan = name === 'ExitPlanMode' ? input?.['plan'] : undefined;
  if (id === undefined || typeof plan !== 'string') return state;
  return { ...state, plans: { ...state.plans, [id]: plan } };
}

export function readUser(state: ClaudeState, line: UserLine): Step {
  let { todo } = state;
  const events = listBlocks(line.message.content).flatMap((block): ChatEvent[] => {
    if (block.type === 'tool_result' && block.tool_use_id !== undefined) {
      const { tool_use_id: id } = block;
      const output = textOfResult(block.content);
      const status = statusOf(line, block);
      const noted = readTodoResult(todo, { id, output, isDone: status === 'done' });
      ({ todo } = noted);
      return [resultOf(id, output, status), ...noted.events];
    }
    if (line.isSynthetic !== true || block.text?.startsWith('Your response above') !== true)
      return [];
    const text = 'The answer was cut off; it goes on.';
    return [{ type: 'notice', key: line.uuid ?? text, text }];
  });
  return step({ ...state, todo }, events);
}

function resultOf(key: string, output: string, status: ToolStatus): ChatEvent {
  return { type: 'tool', key, output, status };
}

function statusOf({ tool_result_meta }: UserLine, block: Block): ToolStatus {
  const meta = tool_result_meta?.find(({ id }) => id === block.tool_use_id);
  const isRejected =
    meta?.permission_decision?.decision === 'reject' ||
    meta?.non_execution_kind === 'user-rejected';
  if (isRejected) return 'denied';
  return block.is_error === true ? 'failed' : 'done';
}

const noSignIn = /\/login|log ?in again|invalid (?:x-)?api[ -]key|authentication|oauth/i;

export function readResult(state: ClaudeState, line: ResultLine): Step {
  const { terminal_reason, is_error, api_error_status } = line;
  const costUsd = Math.max(state.costUsd, line.total_cost_usd ?? 0);
  const usage = toUsage(line.usage, costUsd - state.costUsd);
  const after = { ...state, message: null, plans: {}, todo: endTodoTurn(state.todo), costUsd };
  const max = Math.max(
    0,
    ...Object.values(line.modelUsage ?? {}).map(({ contextWindow }) => contextWindow ?? 0),
  );
  const context: ChatEvent[] = max === 0 ? [] : [{ type: 'context', tokens: -1, max }];
  if (terminal_reason?.startsWith('aborted') === true)
    return step(after, [...context, { type: 'turnEnded', outcome: 'interrupted', usage }]);
  if (!is_error)
    return step(after, [...context, { type: 'turnEnded', outcome: 'completed', usage }]);
  const reason = line.result ?? line.errors?.join('; ') ?? 'it ended with an error';
  const needsSignIn = api_error_status === 401 || noSignIn.test(reason);
  const limit = limitOf(state, { reason, status: api_error_status });
  const failed = { type: 'turnEnded', outcome: 'failed', reason, needsSignIn, usage } as const;
  const ended: ChatEvent = { ...failed, ...limit };
  return step(after, [...context, ended]);
}

/** A window that is used up does not refuse anything by itself: what follows says whether it did. */
export function readLimit(state: ClaudeState, { rate_limit_info: info }: LimitLine): Step {
  const isUsedUp = info?.status === 'rejected' && info.resetsAt !== undefined;
  const after = { ...state, limitResetsAt: isUsedUp ? (info.resetsAt ?? 0) * 1000 : null };
  const limits = info === undefined ? [] : planLimitsIn(info);
  return limits.length === 0 ? nothing(after) : step(after, [{ type: 'limits', limits }]);
}

function limitOf(
  { limitResetsAt }: ClaudeState,
  { reason, status }: { readonly reason: string; readonly status: number | null | undefined },
): { readonly limitResetsAt?: string } {
  const isRefused = status === 429 || /limit/i.test(reason);
  const isKnown = typeof limitResetsAt === 'number' && Math.abs(limitResetsAt) < 8.64e15;
  return isRefused && isKnown ? { limitResetsAt: new Date(limitResetsAt).toISOString() } : {};
}

function toUsage(usage: ClaudeUsage | undefined, costUsd: number): ChatUsage {
  const cached = count(usage?.cache_read_input_tokens);
  return {
    inputTokens: count(usage?.input_tokens) + count(usage?.cache_creation_input_tokens),
    outputTokens: count(usage?.output_tokens),
    cachedTokens: cached,
    costUsd: Math.max(0, costUsd),
  };
}

function inputOf(usage: ClaudeUsage): number {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  return count(input_tokens) + count(cache_read_input_tokens) + count(cache_creation_input_tokens);
}

function count(value: number | null | undefined): number {
  return Math.max(0, Math.round(value ?? 0));
}

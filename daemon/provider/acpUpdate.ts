/** What an ACP agent tells of a turn: `session/update`. */
import { z } from 'zod';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { PlanStep } from '../../protocol/chat/entry.ts';
import type { FileChange } from '../../protocol/chat/permission.ts';
import type { AcpState } from './acpState.ts';
import { readOptions } from './acpOptions.ts';
import type { Step } from './adapter.ts';
import type { ChatEvent, ToolStatus } from './event.ts';
import { rpcStep } from './rpcState.ts';
import { isArguments } from './toolText.ts';

const contentSchema = z.object({
  type: z.string(),
  content: z.object({ type: z.string(), text: z.string().optional() }).optional(),
  path: z.string().optional(),
  oldText: z.string().nullish(),
  newText: z.string().optional(),
});

export const toolCallSchema = z.object({
  toolCallId: z.string(),
  title: z.string().nullish(),
  kind: z.string().nullish(),
  status: z.string().nullish(),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  content: z.array(contentSchema).nullish(),
});
export type AcpToolCall = z.infer<typeof toolCallSchema>;

const updateSchema = z.object({
  sessionUpdate: z.string(),
  messageId: z.string().optional(),
  content: z.unknown().optional(),
  entries: z.array(z.object({ content: z.string(), status: z.string() })).optional(),
  availableCommands: z
    .array(z.object({ name: z.string(), description: z.string().default('') }))
    .optional(),
  currentModeId: z.string().optional(),
  configOptions: z.unknown().optional(),
  used: z.number().optional(),
  size: z.number().optional(),
});
type Update = z.infer<typeof updateSchema>;

const textSchema = z.object({ text: z.string() });

export function readUpdate(state: AcpState, params: Readonly<Record<string, unknown>>): Step {
  const { data } = updateSchema.safeParse(params['update']);
  if (data === undefined) return rpcStep(state, [{ type: 'unknown', what: 'session/update' }]);
  switch (data.sessionUpdate) {
    case 'agent_message_chunk':
      return write(state, 'text', data);
    case 'agent_thought_chunk':
      return write(state, 'thinking', data);
    case 'tool_call':
    case 'tool_call_update':
      return readTool(state, params['update']);
    case 'plan': {
      const key = `plan/${state.turns}`;
      return rpcStep(state, unlessLoading(state, { type: 'plan', key, steps: stepsOf(data) }));
    }
    default:
      return readSetting(state, data);
  }
}

function unlessLoading({ isLoading }: AcpState, event: ChatEvent): ChatEvent[] {
  return isLoading ? [] : [event];
}

/** Pieces without a name belong to what is being written, until something else is told. */
function write(state: AcpState, type: 'text' | 'thinking', { content, messageId }: Update): Step {
  const delta = textSchema.safeParse(content).data?.text;
  if (state.isLoading || delta === undefined) return rpcStep(state);
  const { writing } = state;
  const isSame = writing?.type === type;
  const pieces = isSame ? state.pieces : state.pieces + 1;
  const key = isSame ? writing.key : `${type}/${messageId ?? 'piece'}/${pieces}`;
  const events: ChatEvent[] = [...(isSame ? [] : endWriting(state)), { type, key, delta }];
  return rpcStep({ ...state, pieces, writing: { type, key } }, events);
}

/** Nothing more comes of what was being written. */
export function endWriting({ writing }: AcpState): ChatEvent[] {
  return writing === null ? [] : [{ ...writing, isDone: true }];
}

function readTool(state: AcpState, update: unknown): Step {
  const { data } = toolCallSchema.safeParse(update);
  if (state.isLoading || data === undefined) return rpcStep(state);
  const events = [...endWriting(state), toToolEvent(data)];
  return rpcStep({ ...state, writing: null }, events);
}

export function toToolEvent(call: AcpToolCall): ChatEvent {
  const { toolCallId, title, kind, rawInput } = call;
  const output = outputOf(call);
  const changes = changesOf(call);
  return {
    type: 'tool',
    key: toolCallId,
    name: kind ?? title ?? undefined,
    title: title ?? undefined,
    status: statusOf(call.status),
    ...(isArguments(rawInput) ? { input: JSON.stringify(rawInput) } : {}),
    ...(output === '' ? {} : { output }),
    ...(changes.length === 0 ? {} : { changes }),
  };
}

export function outputOf({ content, rawOutput }: AcpToolCall): string {
  const texts = (content ?? []).flatMap((part) => part.content?.text ?? []);
  if (texts.length > 0) return texts.join('\n');
  return typeof rawOutput === 'string' ? rawOutput : '';
}

export function changesOf({ content }: AcpToolCall): FileChange[] {
  return (content ?? []).flatMap(({ type, path, oldText, newText }) =>
    type === 'diff' && path !== undefined && newText !== undefined
      ? [{ path, before: oldText ?? null, after: newText }]
      : [],
  );
}

function statusOf(status: string | null | undefined): ToolStatus | undefined {
  switch (status) {
    case 'pending':
    case 'in_progress':
      return 'running';
    case 'completed':
      return 'done';
    case 'failed':
      return 'failed';
    default:
      return undefined;
  }
}

function stepsOf({ entries = [] }: Update): PlanStep[] {
  const statuses: Readonly<Record<string, PlanStep['status']>> = {
    in_progress: 'inProgress',
    completed: 'completed',
  };
  return entries.map(({ content, status }) => {
    return { text: content, status: statuses[status] ?? 'pending' };
  });
}

function readSetting(state: AcpState, update: Update): Step {
  switch (update.sessionUpdate) {
    case 'available_commands_update': {
      const commands = (update.availableCommands ?? []).map(({ name, description }): Choice => {
        return { id: name, label: `/${name}`, description };
      });
      return rpcStep(state, [{ type: 'described', commands }]);
    }
    case 'current_mode_update':
      return rpcStep(state, [{ type: 'described', mode: update.currentModeId }]);
    case 'config_option_update': {
      const { described } = readOptions(update.configOptions);
      return rpcStep(state, described === undefined ? [] : [described]);
    }
    case 'usage_update': {
      const context = { tokens: update.used ?? 0, max: update.size ?? state.context.max };
      return rpcStep({ ...state, context }, [{ type: 'context', ...context }]);
    }
    // What the person said stands in the journal already.
    case 'user_message_chunk':
    case 'session_info_update':
      return rpcStep(state);
    default:
      return rpcStep(state, [{ type: 'unknown', what: `update ${update.sessionUpdate}` }]);
  }
}

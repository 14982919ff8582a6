/** What an ACP agent asks, and how it is answered. */
import { z } from 'zod';
import type { Answer } from '../../protocol/chat/permission.ts';
import type { AcpOptions, AcpState } from './acpState.ts';
import { changesOf, endWriting, outputOf, toolCallSchema, toToolEvent } from './acpUpdate.ts';
import type { Step } from './adapter.ts';
import type { AskRequest } from './event.ts';
import type { RpcMessage } from './rpcState.ts';
import { refuse, reply, rpcStep, toRequestId } from './rpcState.ts';
import { isArguments } from './toolText.ts';

const permissionSchema = z.object({
  toolCall: toolCallSchema,
  options: z.array(z.object({ optionId: z.string(), kind: z.string() })),
});

/** It is told that we read and write no files and run no terminals for it, and asks all the same now and then. */
export function readRequest(
  state: AcpState,
  id: RpcMessage['id'],
  { method, params }: { readonly method: string; readonly params: object },
): Step {
  const { data } = permissionSchema.safeParse(params);
  if (method !== 'session/request_permission' || data === undefined)
    return rpcStep(state, [], [refuse(id, method)]);
  const requestId = toRequestId(id);
  const asked = { ...state.asked, [requestId]: toOptions(data.options) };
  const request = toAskRequest(requestId, data.toolCall);
  const events = [...endWriting(state), toToolEvent(data.toolCall)];
  return rpcStep({ ...state, asked, writing: null }, [...events, { type: 'asked', request }]);
}

/** Allowing once is all that a person is asked: what allows more is for rules that they see. */
function toOptions(options: z.infer<typeof permissionSchema>['options']): AcpOptions {
  const find = (kind: string): string | null =>
    options.find((option) => option.kind === kind)?.optionId ?? null;
  return { allow: find('allow_once'), deny: find('reject_once') };
}

function toAskRequest(requestId: string, toolCall: z.infer<typeof toolCallSchema>): AskRequest {
  const { toolCallId, kind, title, rawInput } = toolCall;
  const given = isArguments(rawInput) ? rawInput : { title, content: outputOf(toolCall) };
  return {
    requestId,
    about: toolCallId,
    ask: 'tool',
    tool: kind ?? 'tool',
    description: title ?? '',
    input: JSON.stringify(given),
    changes: changesOf(toolCall),
    questions: [],
    canEdit: false,
  };
}

export function toOutcome(options: AcpOptions | undefined, answer: Answer): object {
  const isCancelled = answer.behavior === 'deny' && answer.interrupt;
  const chosen = answer.behavior === 'allow' ? options?.allow : options?.deny;
  const isNone = isCancelled || chosen === null || chosen === undefined;
  return { outcome: isNone ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: chosen } };
}

/** Everything that it waits for, as cancelled. */
export function cancelAll({ asked }: AcpState): object[] {
  return Object.keys(asked).map((requestId) => reply(requestId, toOutcome(undefined, denied)));
}

const denied: Answer = { behavior: 'deny', interrupt: true };

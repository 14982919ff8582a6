/** What Codex answers to what we asked it. */
import { z } from 'zod';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { Step } from './adapter.ts';
import type { CodexState } from './codexState.ts';
import { policyOf } from './codexState.ts';
import type { ChatEvent } from './event.ts';
import type { RpcMessage } from './rpcState.ts';
import { call, rpcStep, settle } from './rpcState.ts';

const threadSchema = z.object({
  thread: z.object({ id: z.string() }),
  model: z.string().nullish(),
});
const turnSchema = z.object({ turn: z.object({ id: z.string() }) });
const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      displayName: z.string().default(''),
      description: z.string().default(''),
    }),
  ),
});

export function readResponse(before: CodexState, { id, result, error }: RpcMessage): Step {
  const { state, name } = settle(before, id);
  if (error !== undefined) return failed(state, name, error.message);
  switch (name) {
    case 'initialize':
      return openThread(state);
    case 'thread':
      return threadOpened(state, result);
    case 'turn':
      return turnOpened(state, result);
    case 'models': {
      const models = modelsSchema.safeParse(result).data?.data.map(toChoice) ?? [];
      return rpcStep(state, [{ type: 'described', models }]);
    }
    default:
      return rpcStep(state);
  }
}

function failed(state: CodexState, name: string | undefined, message: string): Step {
  switch (name) {
    case 'initialize':
    case 'thread':
      return rpcStep(state, [{ type: 'error', text: message, isFatal: true }]);
    case 'turn':
      return rpcStep(state, [{ type: 'turnEnded', outcome: 'failed', reason: message }]);
    case 'steer':
      return rpcStep(state, [{ type: 'notice', key: `steer/${state.nextId}`, text: message }]);
    default:
      return rpcStep(state);
  }
}

function openThread(state: CodexState): Step {
  const { cwd, conversationId, forkOf, model, mode } = state.start;
  const { approvalPolicy, sandbox } = policyOf(mode);
  const shared = { cwd, approvalPolicy, sandbox, ...(model === null ? {} : { model }) };
  const known = conversationId ?? forkOf;
  const method = conversationId === null ? (forkOf === null ? 'start' : 'fork') : 'resume';
  const params = known === null ? shared : { ...shared, threadId: known, excludeTurns: true };
  const opening = call({ ...state, model, mode }, 'thread', {
    method: `thread/${method}`,
    params,
  });
  const listing = call(opening.state, 'models', { method: 'model/list', params: {} });
  const initialized = { jsonrpc: '2.0', method: 'initialized' };
  return rpcStep(listing.state, [], [initialized, opening.line, listing.line]);
}

function threadOpened(state: CodexState, result: unknown): Step {
  const { data } = threadSchema.safeParse(result);
  if (data === undefined)
    return rpcStep(state, [
      { type: 'error', text: 'It opened no conversation that is understood.', isFatal: true },
    ]);
  const threadId = data.thread.id;
  const described: ChatEvent = {
    type: 'described',
    model: data.model ?? undefined,
    mode: state.mode ?? 'ask',
  };
  const events: ChatEvent[] = [
    { type: 'conversation', id: threadId },
    described,
    { type: 'ready' },
  ];
  return rpcStep({ ...state, threadId }, events);
}

/** It may have been interrupted before it had a name. */
function turnOpened(state: CodexState, result: unknown): Step {
  const turnId = turnSchema.safeParse(result).data?.turn.id ?? state.turnId;
  const opened = { ...state, turnId };
  if (!state.isInterrupting || turnId === null) return rpcStep(opened);
  const { threadId } = state;
  const request = { method: 'turn/interrupt', params: { threadId, turnId } };
  const asked = call({ ...opened, isInterrupting: false }, 'interrupt', request);
  return rpcStep(asked.state, [], [asked.line]);
}

function toChoice({ id, displayName, description }: z.infer<typeof modelsSchema>['data'][number]) {
  const choice: Choice = { id, label: displayName === '' ? id : displayName, description };
  return choice;
}

/** Any agent that speaks the Agent Client Protocol, version 1: what it can do is seen, not assumed. */
import { z } from 'zod';
import type { Answer } from '../../protocol/chat/permission.ts';
import { cancelAll, readRequest, toOutcome } from './acpAsking.ts';
import { readOpened } from './acpOptions.ts';
import type { AcpState } from './acpState.ts';
import { toAcpState } from './acpState.ts';
import { endWriting, readUpdate } from './acpUpdate.ts';
import type { Command, ProcessStart, Prompt, Provider, Step } from './adapter.ts';
import type { AskRequest, ChatEvent, TurnEndedEvent } from './event.ts';
import type { RpcFailure } from './acpFailure.ts';
import { readFailure } from './acpFailure.ts';
import type { RpcMessage } from './rpcState.ts';
import { call, parseRpcLine, reply, rpcStep, settle } from './rpcState.ts';

export interface AcpAgent {
  readonly agent: string;
  readonly label: string;
  readonly oldestVersion: string | null;
}

export function createAcpProvider(about: AcpAgent): Provider {
  return {
    ...about,
    abilities: { steer: false, fork: false, edit: false, images: true },
    modes: [],
    begin,
    read: (state, text) => readLine(toAcpState(state), text),
    prompt: (state, prompt) => say(toAcpState(state), prompt),
    answer: (state, asked, answer) => answerAsked(toAcpState(state), asked, answer),
    command: (state, command) => write(toAcpState(state), command),
    readContext: (value) => ({ ...toAcpState({ context: value }).context, parts: [] }),
  };
}

function begin(start: ProcessStart): Step {
  const clientCapabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
  const clientInfo = { name: 'waggle', title: 'Waggle', version: '1' };
  const params = { protocolVersion: 1, clientCapabilities, clientInfo };
  const asked = call({ ...toAcpState({}), start }, 'initialize', { method: 'initialize', params });
  return rpcStep(asked.state, [], [asked.line]);
}

function readLine(state: AcpState, text: string): Step {
  const message = parseRpcLine(text);
  if (typeof message === 'string') return rpcStep(state, [{ type: 'unknown', what: message }]);
  const { id, method, params = {} } = message;
  if (method === undefined) return readResponse(state, message);
  if (id !== undefined) return readRequest(state, id, { method, params });
  return method === 'session/update' ? readUpdate(state, params) : rpcStep(state);
}

function readResponse(before: AcpState, message: RpcMessage): Step {
  const { state, name } = settle(before, message.id);
  const { result, error } = message;
  switch (name) {
    case 'initialize':
      return error === undefined ? open(state, result) : fatal(state, error.message);
    case 'open':
      return error === undefined ? loadedOr(state, result) : notOpened(state, error);
    case 'loaded':
      return opened({ ...state, loaded: null }, state.loaded);
    case 'prompt':
      return ended(state, message);
    default: {
      if (name === undefined) return rpcStep(state);
      const { [name]: chosen, ...choosing } = state.choosing;
      const failed = error === undefined ? {} : { error: error.message };
      const isTaken = error === undefined && chosen !== undefined;
      const described: ChatEvent[] = isTaken ? [{ type: 'described', ...chosen }] : [];
      return rpcStep({ ...state, choosing }, [...described, { type: 'replied', name, ...failed }]);
    }
  }
}

function fatal(state: AcpState, text: string): Step {
  return rpcStep(state, [{ type: 'error', text, isFatal: true }]);
}

/** Who has to log in first is told how, as far as the agent says it. */
function notOpened(state: AcpState, error: RpcFailure): Step {
  const { reason, needsSignIn } = readFailure(error);
  if (!needsSignIn && state.start.conversationId !== null) return openAnew(state, reason);
  const how = needsSignIn && state.signIn !== '' ? ` It offers: ${state.signIn}.` : '';
  const text = `${reason}${how}`;
  return rpcStep(state, [{ type: 'error', text, isFatal: true, needsSignIn }]);
}

const initializedSchema = z.object({
  agentCapabilities: z
    .object({
      loadSession: z.boolean().default(false),
      mcpCapabilities: z.object({ http: z.boolean().default(false) }).nullish(),
      sessionCapabilities: z.object({ resume: z.unknown().optional() }).nullish(),
    })
    .optional(),
  authMethods: z
    .array(z.object({ name: z.string(), description: z.string().nullish() }))
    .nullish()
    .catch(null),
});

function open(before: AcpState, result: unknown): Step {
  const { agentCapabilities: can, authMethods } = initializedSchema.safeParse(result).data ?? {};
  const ways = (authMethods ?? []).map(({ name, description }) => description ?? name);
  const state = { ...before, signIn: ways.join(' · ') };
  const { cwd, conversationId } = state.start;
  const canResume = can?.sessionCapabilities?.resume !== undefined;
  const canLoad = can?.loadSession === true;
  const way = canResume ? 'resume' : 'load';
  const isKnown = conversationId !== null && (canResume || canLoad);
  const hasTools = can?.mcpCapabilities?.http === true;
  const mcpServers = hasTools ? serversOf(state) : [];
  const shared = { cwd, mcpServers };
  const request = isKnown
    ? { method: `session/${way}`, params: { ...shared, sessionId: conversationId } }
    : { method: 'session/new', params: shared };
  const isLoading = isKnown && !canResume;
  const asked = call({ ...state, canResume, canLoad, hasTools, isLoading }, 'open', request);
  const isNew = conversationId !== null && !isKnown;
  const text = 'This agent cannot go on with a conversation: it begins a new one.';
  const events: ChatEvent[] = isNew ? [{ type: 'notice', key: 'new', text }] : [];
  return rpcStep(asked.state, events, [asked.line]);
}

/** It does not know its conversation any more: a chat can always go on, and says what it goes on without. */
function openAnew(state: AcpState, why: string): Step {
  const { cwd } = state.start;
  const params = { cwd, mcpServers: state.hasTools ? serversOf(state) : [] };
  const start = { ...state.start, conversationId: null };
  const request = { method: 'session/new', params };
  const asked = call({ ...state, start, isLoading: false }, 'open', request);
  const text = `It could not go on with its conversation (${why}): it begins a new one and does not know what was said.`;
  return rpcStep(asked.state, [{ type: 'notice', key: 'anew', text }], [asked.line]);
}

function serversOf({ start: { tools } }: AcpState): object[] {
  if (tools === null) return [];
  const headers = [{ name: 'Authorization', value: `Bearer ${tools.bearer}` }];
  return [{ type: 'http', name: 'waggle', url: tools.url, headers }];
}

/** Some go on telling what was said before after they answered: what is asked next is answered behind all of it. */
function loadedOr(state: AcpState, result: unknown): Step {
  if (!state.isLoading) return opened(state, result);
  const held = { ...state, loaded: result ?? {} };
  const asked = call(held, 'loaded', { method: '_waggle/loaded', params: {} });
  return rpcStep(asked.state, [], [asked.line]);
}

function opened(state: AcpState, result: unknown): Step {
  const found = readOpened(result);
  const sessionId = found?.sessionId ?? state.start.conversationId;
  if (found === undefined || sessionId === null)
    return fatal(state, 'It opened no conversation that is understood.');
  const { described, modelOption, modeOption } = found;
  const ready: AcpState = { ...state, sessionId, modelOption, modeOption, isLoading: false };
  const events: ChatEvent[] = [{ type: 'conversation', id: sessionId }];
  const { model, mode } = state.start;
  const choosing = [
    ...(mode === null ? [] : [{ type: 'setMode', name: 'startMode', mode } as const]),
    ...(model === null ? [] : [{ type: 'setModel', name: 'startModel', model } as const]),
  ];
  let step = rpcStep(ready, [...events, ...(described === undefined ? [] : [described])]);
  for (const command of choosing) step = after(step, choose(toAcpState(step.state), command));
  return after(step, rpcStep(step.state, [{ type: 'ready' }]));
}

function after(first: Step, second: Step): Step {
  return {
    state: second.state,
    events: [...first.events, ...second.events],
    writes: [...first.writes, ...second.writes],
  };
}

function say(state: AcpState, { text, attachments }: Prompt): Step {
  const images = attachments.map(({ mediaType, data }) => {
    return { type: 'image', mimeType: mediaType, data };
  });
  const { sessionId } = state;
  const params = { sessionId, prompt: [...images, { type: 'text', text }] };
  const started = { ...state, turns: state.turns + 1, writing: null };
  const asked = call(started, 'prompt', { method: 'session/prompt', params });
  return rpcStep(asked.state, [], [asked.line]);
}

const endedSchema = z.object({
  stopReason: z.string(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).nullish(),
});

function ended(state: AcpState, { result, error }: RpcMessage): Step {
  const done = { ...state, writing: null, asked: {} };
  const events = endWriting(state);
  if (error !== undefined) {
    const { reason, needsSignIn } = readFailure(error);
    const end: TurnEndedEvent = { type: 'turnEnded', outcome: 'failed', reason, needsSignIn };
    return rpcStep(done, [...events, end]);
  }
  const { data } = endedSchema.safeParse(result);
  const counted = data?.usage;
  const usage = counted && {
    inputTokens: Math.max(0, Math.round(counted.inputTokens)),
    outputTokens: Math.max(0, Math.round(counted.outputTokens)),
    ...{ cachedTokens: 0, costUsd: null },
  };
  const end = { type: 'turnEnded', ...(usage ? { usage } : {}) } as const;
  const reasons: Readonly<Record<string, string>> = {
    max_tokens: 'it reached the limit of tokens',
    max_turn_requests: 'it reached the limit of requests',
    refusal: 'the model refused',
  };
  const stopReason = data?.stopReason ?? '';
  const reason = reasons[stopReason];
  if (stopReason === 'cancelled')
    return rpcStep(done, [...events, { ...end, outcome: 'interrupted' }]);
  return rpcStep(done, [
    ...events,
    reason === undefined ? { ...end, outcome: 'completed' } : { ...end, outcome: 'failed', reason },
  ]);
}

function answerAsked(
  state: AcpState,
  { requestId }: Pick<AskRequest, 'requestId'>,
  answer: Answer,
): Step {
  const { [requestId]: options, ...asked } = state.asked;
  const line = reply(requestId, toOutcome(options, answer));
  const answered = { ...state, asked };
  const isOver = answer.behavior === 'deny' && answer.interrupt;
  return rpcStep(answered, [], isOver ? [line, cancelOf(state)] : [line]);
}

function cancelOf({ sessionId }: AcpState): object {
  return { jsonrpc: '2.0', method: 'session/cancel', params: { sessionId } };
}

function write(state: AcpState, command: Command): Step | undefined {
  switch (command.type) {
    case 'interrupt': {
      const withdrawn = Object.keys(state.asked).map((requestId): ChatEvent => {
        return { type: 'askWithdrawn', requestId };
      });
      return rpcStep({ ...state, asked: {} }, withdrawn, [cancelOf(state), ...cancelAll(state)]);
    }
    case 'setModel':
    case 'setMode':
      return choose(state, command);
    case 'context':
      return rpcStep(state, [{ type: 'replied', name: command.name, value: state.context }]);
    case 'steer':
      return undefined;
  }
}

function choose(
  state: AcpState,
  command: Extract<Command, { type: 'setModel' | 'setMode' }>,
): Step {
  const { sessionId, modelOption, modeOption } = state;
  const isModel = command.type === 'setModel';
  const value = isModel ? command.model : command.mode;
  const option = isModel ? modelOption : modeOption;
  const own = {
    method: 'session/set_config_option',
    params: { sessionId, configId: option, value },
  };
  const plain = isModel
    ? { method: 'session/set_model', params: { sessionId, modelId: value } }
    : { method: 'session/set_mode', params: { sessionId, modeId: value } };
  const chosen = isModel ? { model: value } : { mode: value };
  const choosing = { ...state.choosing, [command.name]: chosen };
  const asked = call({ ...state, choosing }, command.name, option === null ? plain : own);
  return rpcStep(asked.state, [], [asked.line]);
}

/** Codex by its `app-server`: JSON-RPC over lines, one thread per process. */
import type { Choice } from '../../protocol/chat/chat.ts';
import type { Answer } from '../../protocol/chat/permission.ts';
import type { Command, ProcessStart, Prompt, Provider, Step } from './adapter.ts';
import type { CodexState } from './codexState.ts';
import { policyOf, toCodexState } from './codexState.ts';
import { readNews } from './codexNews.ts';
import { readRequest, toDecision } from './codexAsking.ts';
import { readResponse } from './codexReply.ts';
import type { AskRequest } from './event.ts';
import { call, parseRpcLine, reply, rpcStep } from './rpcState.ts';

const modes: readonly Choice[] = [
  { id: 'ask', label: 'Ask', description: 'asks before it runs or changes something' },
  { id: 'readOnly', label: 'Read Only', description: 'reads, and asks for everything else' },
  { id: 'workspace', label: 'Workspace', description: 'works in its folder, asks to leave it' },
  { id: 'full', label: 'Full Access', description: 'does everything without asking' },
];

export const codexProvider: Provider = {
  agent: 'codex',
  label: 'Codex',
  oldestVersion: '0.150.0',
  abilities: { steer: true, fork: true, edit: false, images: true },
  modes,
  begin,
  read: (state, text) => readLine(toCodexState(state), text),
  prompt: (state, prompt) => startTurn(toCodexState(state), prompt),
  answer: (state, asked, answer) => answerAsked(toCodexState(state), asked, answer),
  command: (state, command) => write(toCodexState(state), command),
  readContext: (value) => {
    const { context } = toCodexState({ context: value });
    return { ...context, parts: [] };
  },
};

function begin(start: ProcessStart): Step {
  const state: CodexState = { ...toCodexState({}), start };
  const clientInfo = { name: 'waggle', title: 'Waggle', version: '1' };
  const asked = call(state, 'initialize', {
    method: 'initialize',
    params: { clientInfo, capabilities: {} },
  });
  return rpcStep(asked.state, [], [asked.line]);
}

function readLine(state: CodexState, text: string): Step {
  const message = parseRpcLine(text);
  if (typeof message === 'string') return rpcStep(state, [{ type: 'unknown', what: message }]);
  const { id, method, params = {} } = message;
  if (method === undefined) return readResponse(state, message);
  return id === undefined
    ? readNews(state, method, params)
    : readRequest(state, { id, method, params });
}

function toInput({ text, attachments }: Prompt): object[] {
  const images = attachments.map(({ mediaType, data }) => {
    return { type: 'image', url: `data:${mediaType};base64,${data}` };
  });
  return [...images, { type: 'text', text, text_elements: [] }];
}

function startTurn(state: CodexState, prompt: Prompt): Step {
  const { threadId, model, mode, start } = state;
  const { approvalPolicy, sandboxPolicy } = policyOf(mode);
  const chosen = model === null ? {} : { model };
  const input = toInput(prompt);
  const params = { threadId, input, cwd: start.cwd, approvalPolicy, sandboxPolicy, ...chosen };
  const asked = call(state, 'turn', { method: 'turn/start', params });
  return rpcStep(asked.state, [], [asked.line]);
}

/** It takes no reason with a denial: that is said into the turn. */
function answerAsked(
  state: CodexState,
  asked: Pick<AskRequest, 'requestId' | 'ask' | 'input' | 'tool'>,
  answer: Answer,
): Step {
  const { [asked.requestId]: kind = 'command', ...rest } = state.asked;
  const answered = { ...state, asked: rest };
  const line = reply(asked.requestId, toDecision(kind, answer));
  const reason = answer.behavior === 'deny' && !answer.interrupt ? answer.message : undefined;
  if (reason === undefined || state.turnId === null) return rpcStep(answered, [], [line]);
  const said = steer(answered, { text: reason, attachments: [] });
  return rpcStep(said.state, [], [line, said.line]);
}

function steer(state: CodexState, prompt: Prompt) {
  const { threadId, turnId: expectedTurnId } = state;
  const params = { threadId, expectedTurnId, input: toInput(prompt) };
  return call(state, 'steer', { method: 'turn/steer', params });
}

function write(state: CodexState, command: Command): Step | undefined {
  switch (command.type) {
    case 'interrupt': {
      const { threadId, turnId } = state;
      // It has not said yet which turn that is: it is interrupted when it does.
      if (turnId === null) return rpcStep({ ...state, isInterrupting: true });
      const request = { method: 'turn/interrupt', params: { threadId, turnId } };
      const asked = call(state, 'interrupt', request);
      return rpcStep(asked.state, [], [asked.line]);
    }
    case 'steer': {
      if (state.turnId === null) return undefined;
      const said = steer(state, command.prompt);
      return rpcStep(said.state, [], [said.line]);
    }
    case 'setModel':
      return chosen({ ...state, model: command.model }, command.name, { model: command.model });
    case 'setMode': {
      const isKnown = modes.some(({ id }) => id === command.mode);
      if (isKnown)
        return chosen({ ...state, mode: command.mode }, command.name, { mode: command.mode });
      const error = `There is no mode ${command.mode}.`;
      return rpcStep(state, [{ type: 'replied', name: command.name, error }]);
    }
    case 'context':
      return rpcStep(state, [{ type: 'replied', name: command.name, value: state.context }]);
  }
}

/** Holds from the next turn on. */
function chosen(
  state: CodexState,
  name: string,
  what: { readonly model?: string; readonly mode?: string },
): Step {
  return rpcStep(state, [
    { type: 'described', ...what },
    { type: 'replied', name },
  ]);
}

/** Claude Code in its long-lived `stream-json` form with the control protocol. */
import type { Choice } from '../../protocol/chat/chat.ts';
import type { Command, ProcessStart, Prompt, Provider, ProviderState, Step } from './adapter.ts';
import { readContextReply, readRequest, readResponse, toAnswerLine } from './claudeControl.ts';
import type { SystemLine } from './claudeLine.ts';
import { parseClaudeLine } from './claudeLine.ts';
import { readAssistant, readLimit, readResult, readStream, readUser } from './claudeMessage.ts';
import type { ClaudeState } from './claudeState.ts';
import { ask, newClaudeState, nothing, step, toClaudeState, unknown } from './claudeState.ts';
import type { ChatEvent } from './event.ts';

const modes: readonly Choice[] = [
  { id: 'default', label: 'Ask', description: 'asks before it changes or runs something' },
  { id: 'acceptEdits', label: 'Edit', description: 'changes files without asking' },
  { id: 'plan', label: 'Plan', description: 'reads and plans, changes nothing' },
  { id: 'bypassPermissions', label: 'Bypass', description: 'does everything without asking' },
];

export const claudeProvider: Provider = {
  agent: 'claude',
  label: 'Claude Code',
  oldestVersion: '2.0.0',
  abilities: { steer: false, fork: true, edit: true, images: true },
  modes,
  begin: ({ cwd }: ProcessStart) =>
    ask({ ...newClaudeState, cwd }, 'initialize', { subtype: 'initialize', hooks: {} }),
  read: (state, line) => readLine(toClaudeState(state), line),
  prompt: (state, prompt) => step(toClaudeState(state), [], [toUserLine(prompt)]),
  answer: (state, asked, answer) => step(toClaudeState(state), [], [toAnswerLine(asked, answer)]),
  command: (state: ProviderState, command: Command) => write(toClaudeState(state), command),
  readContext: readContextReply,
};

function write(state: ClaudeState, command: Command): Step | undefined {
  switch (command.type) {
    case 'interrupt':
      return ask(state, 'interrupt', { subtype: 'interrupt' });
    case 'setModel':
      return ask(state, command.name, { subtype: 'set_model', model: command.model });
    case 'setMode':
      return ask(state, command.name, { subtype: 'set_permission_mode', mode: command.mode });
    case 'context':
      return ask(state, command.name, { subtype: 'get_context_usage' });
    case 'steer':
      return undefined;
  }
}

function toUserLine({ text, attachments }: Prompt): object {
  const images = attachments.map(({ mediaType, data }) => {
    return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
  });
  const content = [...images, { type: 'text', text }];
  return { type: 'user', message: { role: 'user', content }, parent_tool_use_id: null };
}

function readLine(state: ClaudeState, text: string): Step {
  const line = parseClaudeLine(text);
  if (typeof line === 'string') return unknown(state, line);
  switch (line.type) {
    case 'stream_event':
      return readStream(state, line);
    case 'assistant':
      return readAssistant(state, line);
    case 'user':
      return readUser(state, line);
    case 'system':
      return readSystem(state, line);
    case 'rate_limit_event':
      return readLimit(state, line);
    case 'result':
      return readResult(state, line);
    case 'control_request':
      return readRequest(state, line);
    case 'control_response':
      return readResponse(state, line);
    case 'control_cancel_request':
      return step(state, [{ type: 'askWithdrawn', requestId: line.request_id }]);
    default:
      return nothing(state);
  }
}

/** Of its own surface, or told in another way as well. */
const idleNews = new Set([
  'thinking_tokens',
  'permission_denied',
  'task_started',
  'task_updated',
  'task_progress',
  'task_notification',
  'session_state_changed',
  'ui_invalidate',
  'hook_started',
  'hook_progress',
  'hook_response',
  'files_persisted',
  'auth_status',
  'local_command_output',
]);

function readSystem(state: ClaudeState, line: SystemLine): Step {
  const { subtype, session_id: id } = line;
  if (idleNews.has(subtype)) return nothing(state);
  const key = `${subtype}:${state.message?.id ?? ''}`;
  const mode = line.permissionMode ?? undefined;
  switch (subtype) {
    case 'init': {
      const described: ChatEvent = { type: 'described', model: line.model, mode };
      const learned: ChatEvent[] = id === undefined ? [] : [{ type: 'conversation', id }];
      return step(state, [described, ...learned]);
    }
    case 'status':
      return mode === undefined ? nothing(state) : step(state, [{ type: 'described', mode }]);
    case 'api_retry': {
      const what = line.error_status ?? line.error ?? 'error';
      const times = `${line.attempt ?? 1} of ${line.max_retries ?? 1}`;
      const text = `The model answered with ${what}: trying again (${times}).`;
      return step(state, [{ type: 'turnStarted' }, { type: 'notice', key, text }]);
    }
    case 'compact_boundary':
      return step(state, [{ type: 'notice', key, text: 'The conversation was summarised.' }]);
    case 'background_tasks_changed':
      return step(state, [{ type: 'background', count: line.tasks?.length ?? 0 }]);
    default:
      return unknown(state, `system ${subtype}`);
  }
}

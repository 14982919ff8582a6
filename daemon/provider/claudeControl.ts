/** The control protocol of Claude Code: what it asks us, what we asked it, and how a person's answer is told. */
import { z } from 'zod';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { Answer, Question } from '../../protocol/chat/permission.ts';
import type { ContextReading, Step } from './adapter.ts';
import type { ControlRequestLine, ControlResponseLine } from './claudeLine.ts';
import type { ClaudeState } from './claudeState.ts';
import { step } from './claudeState.ts';
import type { AskRequest, ChatEvent } from './event.ts';
import { changesOfTool, isArguments } from './toolText.ts';

export function readRequest(state: ClaudeState, line: ControlRequestLine): Step {
  const { request_id: requestId, request } = line;
  switch (request.subtype) {
    case 'can_use_tool':
      return step(state, [{ type: 'asked', request: toAskRequest(state, requestId, request) }]);
    case 'elicitation':
      return step(state, [{ type: 'asked', request: toForm(requestId, request) }]);
    case 'hook_callback':
      return step(state, [], [success(requestId, { continue: true })]);
    default: {
      const error = `Unsupported control request: ${request.subtype}`;
      const response = { subtype: 'error', request_id: requestId, error };
      const events: ChatEvent[] = [{ type: 'unknown', what: `request ${request.subtype}` }];
      return step(state, events, [{ type: 'control_response', response }]);
    }
  }
}

type Request = ControlRequestLine['request'];

function toAskRequest(state: ClaudeState, requestId: string, request: Request): AskRequest {
  const { tool_name: tool = 'tool', tool_use_id: about, input = {} } = request;
  const description = request.description ?? request.decision_reason ?? '';
  const shared = { requestId, about, tool, description, changes: changesOfTool(tool, input) };
  const json = JSON.stringify(input);
  if (tool === 'AskUserQuestion') {
    const questions = listQuestions(input['questions']);
    return { ...shared, ask: 'question', input: json, questions, canEdit: false };
  }
  if (tool === 'ExitPlanMode') {
    const plan = input['plan'];
    const text = typeof plan === 'string' ? plan : (state.plans[about ?? ''] ?? '');
    return { ...shared, ask: 'plan', input: text, questions: [], canEdit: false };
  }
  return { ...shared, ask: 'tool', input: json, questions: [], canEdit: true };
}

const questionsSchema = z.array(
  z.object({
    question: z.string(),
    header: z.string().default(''),
    multiSelect: z.boolean().default(false),
    options: z
      .array(z.object({ label: z.string(), description: z.string().default('') }))
      .default([]),
  }),
);

function listQuestions(value: unknown): Question[] {
  const { data = [] } = questionsSchema.safeParse(value);
  return data.map(({ question, header, multiSelect, options }) => {
    return { id: question, text: question, header, multiple: multiSelect, options };
  });
}

/** A form of an MCP server: each field is a question that takes any text. */
function toForm(requestId: string, request: Request): AskRequest {
  const { mcp_server_name: server = 'MCP', message = '', requested_schema: schema } = request;
  const questions = Object.keys(schema?.properties ?? {}).map((id) => {
    return { id, text: message, header: id, multiple: false, options: [] };
  });
  return {
    requestId,
    ask: 'question',
    tool: `${server}:form`,
    description: message,
    input: JSON.stringify(schema ?? {}),
    changes: [],
    questions,
    canEdit: false,
  };
}

/** How the answer to what it asked is written. */
export function toAnswerLine(
  asked: Pick<AskRequest, 'requestId' | 'ask' | 'input' | 'tool'>,
  answer: Answer,
): object {
  if (asked.tool.endsWith(':form')) return success(asked.requestId, toFormAnswer(answer));
  if (answer.behavior === 'deny') {
    const { message = 'The user does not allow this.', interrupt } = answer;
    return success(asked.requestId, { behavior: 'deny', message, interrupt });
  }
  const input = asked.ask === 'plan' ? {} : parseArguments(answer.input ?? asked.input);
  const answers = asked.ask === 'question' ? { answers: answer.answers ?? {} } : {};
  return success(asked.requestId, { behavior: 'allow', updatedInput: { ...input, ...answers } });
}

function toFormAnswer(answer: Answer): object {
  return answer.behavior === 'deny'
    ? { action: 'decline' }
    : { action: 'accept', content: answer.answers ?? {} };
}

function parseArguments(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return isArguments(value) ? value : {};
}

function success(requestId: string, response: object): object {
  return {
    type: 'control_response',
    response: { subtype: 'success', request_id: requestId, response },
  };
}

const initializedSchema = z.object({
  commands: z
    .array(z.object({ name: z.string(), description: z.string().default('') }))
    .default([]),
  models: z
    .array(
      z.object({
        value: z.string(),
        displayName: z.string().default(''),
        description: z.string().default(''),
      }),
    )
    .default([]),
  current_permission_mode: z.string().optional(),
});

/** What a reply of the mode and of the model says holds now. */
const chosenSchema = z.object({ mode: z.string().optional(), model: z.string().optional() });

export function readResponse(state: ClaudeState, { response }: ControlResponseLine): Step {
  const { [response.request_id]: name, ...pending } = state.pending;
  const after = { ...state, pending };
  // An answer to a question of an earlier daemon's that was asked twice.
  if (name === undefined) return step(state);
  const isFailed = response.subtype !== 'success';
  if (name === 'initialize') return initialized({ ...after, isReady: true }, response.response);
  const error = isFailed ? { error: response.error ?? 'it refused' } : {};
  const replied: ChatEvent = { type: 'replied', name, ...error, value: response.response };
  const { data } = chosenSchema.safeParse(response.response);
  const isChoice = !isFailed && (data?.mode !== undefined || data?.model !== undefined);
  const described: ChatEvent[] = isChoice
    ? [{ type: 'described', mode: data.mode, model: data.model }]
    : [];
  return step(after, [...described, replied]);
}

function initialized(state: ClaudeState, value: unknown): Step {
  const { data } = initializedSchema.safeParse(value);
  const models = data?.models.map((model): Choice => {
    const { value: id, displayName, description } = model;
    return { id, label: displayName === '' ? id : displayName, description };
  });
  const commands = data?.commands.map(({ name, description }): Choice => {
    return { id: name, label: `/${name}`, description };
  });
  const described: ChatEvent = {
    ...{ type: 'described', models, commands },
    mode: data?.current_permission_mode,
  };
  return step(state, [described, { type: 'ready' }]);
}

const contextSchema = z.object({
  totalTokens: z.number(),
  maxTokens: z.number(),
  categories: z.array(z.object({ name: z.string(), tokens: z.number() })).default([]),
});

export function readContextReply(value: unknown): ContextReading | undefined {
  const { data } = contextSchema.safeParse(value);
  if (data === undefined) return undefined;
  const parts = data.categories.map(({ name, tokens }) => ({ name, tokens: Math.round(tokens) }));
  return { tokens: Math.round(data.totalTokens), max: Math.round(data.maxTokens), parts };
}

/** What Codex tells by itself. */
import { z } from 'zod';
import type { ChatUsage, PlanStep } from '../../protocol/chat/entry.ts';
import type { Step } from './adapter.ts';
import { changesOf, eventsOfItem, parseItem } from './codexItem.ts';
import type { CodexState } from './codexState.ts';
import type { ChatEvent } from './event.ts';
import { rpcStep } from './rpcState.ts';

type Params = Readonly<Record<string, unknown>>;

const deltaSchema = z.object({ itemId: z.string(), delta: z.string().default('') });
const tokensSchema = z.object({
  totalTokens: z.number().default(0),
  inputTokens: z.number().default(0),
  cachedInputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
});
const usageSchema = z.object({
  tokenUsage: z.object({ last: tokensSchema, modelContextWindow: z.number().nullish() }),
});
const turnSchema = z.object({
  turn: z.object({
    id: z.string(),
    status: z.string(),
    error: z.object({ message: z.string(), codexErrorInfo: z.unknown().optional() }).nullish(),
  }),
});
const planSchema = z.object({
  turnId: z.string(),
  plan: z.array(z.object({ step: z.string(), status: z.string() })),
});
const errorSchema = z.object({
  error: z.object({ message: z.string() }),
  willRetry: z.boolean().default(false),
});

export function readNews(state: CodexState, method: string, params: Params): Step {
  switch (method) {
    case 'turn/started':
      return rpcStep({ ...state, turnId: turnOf(params)?.id ?? state.turnId, usage: null }, [
        { type: 'turnStarted' },
      ]);
    case 'turn/completed':
      return turnCompleted(state, params);
    case 'item/started':
    case 'item/completed':
      return readItem(state, params, method === 'item/completed');
    case 'item/agentMessage/delta':
      return appended(state, params, 'text');
    case 'item/reasoning/summaryTextDelta':
    case 'item/reasoning/textDelta':
      return appended(state, params, 'thinking');
    case 'item/commandExecution/outputDelta':
      return outputAppended(state, params);
    case 'turn/plan/updated':
      return planUpdated(state, params);
    case 'thread/tokenUsage/updated':
      return used(state, params);
    case 'serverRequest/resolved':
      return rpcStep(state);
    case 'error':
      return errorTold(state, params);
    default:
      return isKnown(method)
        ? rpcStep(state)
        : rpcStep(state, [{ type: 'unknown', what: `notification ${method}` }]);
  }
}

/** Nouns whose news say nothing about a conversation, or say it in another way as well. */
const others =
  /^(?:account|app|autoApprovalReview|command|externalAgentConfig|fs|fuzzyFileSearch|hook|item|mcpServer|model|modelProvider|process|project|rawResponse|rawResponseItem|remoteControl|skills|thread|turn|windows|windowsSandbox)\//;
const singles = new Set(['configWarning', 'deprecationNotice', 'guardianWarning', 'warning']);

function isKnown(method: string): boolean {
  return others.test(method) || singles.has(method);
}

function turnOf(params: Params) {
  return turnSchema.safeParse(params).data?.turn;
}

function turnCompleted(state: CodexState, params: Params): Step {
  const turn = turnOf(params);
  const after = { ...state, turnId: null, isInterrupting: false, changes: {}, usage: null };
  const usage = state.usage === null ? {} : { usage: state.usage };
  const reason = turn?.error?.message ?? '';
  switch (turn?.status) {
    case 'completed':
      return rpcStep(after, [{ type: 'turnEnded', outcome: 'completed', ...usage }]);
    case 'interrupted':
      return rpcStep(after, [{ type: 'turnEnded', outcome: 'interrupted', ...usage }]);
    default: {
      const info = JSON.stringify(turn?.error?.codexErrorInfo ?? '');
      const needsSignIn = /unauthorized/i.test(info) || /\b401\b|log ?in/i.test(reason);
      return rpcStep(after, [
        { type: 'turnEnded', outcome: 'failed', reason, needsSignIn, ...usage },
      ]);
    }
  }
}

function readItem(state: CodexState, params: Params, isDone: boolean): Step {
  const item = parseItem(params['item']);
  if (item === undefined) return rpcStep(state);
  const isChange = item.type === 'fileChange' && !isDone;
  const changes = isChange ? { ...state.changes, [item.id]: changesOf(item) } : state.changes;
  return rpcStep({ ...state, changes }, eventsOfItem(item, isDone));
}

function appended(state: CodexState, params: Params, type: 'text' | 'thinking'): Step {
  const { data } = deltaSchema.safeParse(params);
  return data === undefined
    ? rpcStep(state)
    : rpcStep(state, [{ type, key: data.itemId, delta: data.delta }]);
}

function outputAppended(state: CodexState, params: Params): Step {
  const { data } = deltaSchema.safeParse(params);
  return data === undefined
    ? rpcStep(state)
    : rpcStep(state, [{ type: 'tool', key: data.itemId, outputDelta: data.delta }]);
}

const planStatuses: Readonly<Record<string, PlanStep['status']>> = {
  inProgress: 'inProgress',
  completed: 'completed',
};

function planUpdated(state: CodexState, params: Params): Step {
  const { data } = planSchema.safeParse(params);
  if (data === undefined) return rpcStep(state);
  const steps = data.plan.map(({ step, status }): PlanStep => {
    return { text: step, status: planStatuses[status] ?? 'pending' };
  });
  return rpcStep(state, [{ type: 'plan', key: `plan/${data.turnId}`, steps }]);
}

function used(state: CodexState, params: Params): Step {
  const { data } = usageSchema.safeParse(params);
  if (data === undefined) return rpcStep(state);
  const { last, modelContextWindow } = data.tokenUsage;
  const before = state.usage;
  const usage: ChatUsage = {
    inputTokens: (before?.inputTokens ?? 0) + last.inputTokens - last.cachedInputTokens,
    outputTokens: (before?.outputTokens ?? 0) + last.outputTokens,
    cachedTokens: (before?.cachedTokens ?? 0) + last.cachedInputTokens,
    costUsd: null,
  };
  const context = { tokens: last.totalTokens, max: modelContextWindow ?? state.context.max };
  return rpcStep({ ...state, usage, context }, [{ type: 'context', ...context }]);
}

/** One that ends the turn is told with its end. */
function errorTold(state: CodexState, params: Params): Step {
  const { data } = errorSchema.safeParse(params);
  if (data === undefined || !data.willRetry) return rpcStep(state);
  const text = `${data.error.message} Trying again.`;
  const notice: ChatEvent = { type: 'notice', key: `retry/${state.turnId ?? ''}`, text };
  return rpcStep(state, [notice]);
}

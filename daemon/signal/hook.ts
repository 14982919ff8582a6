/** What hooks of agents report, as facts of their formats. A payload is text of a program: only what is known of it is read. */
import type { Claim, Reading } from './claim.ts';
import { asking, claimOf, needsPermission, nothingClaimed, wantsToRun } from './claim.ts';

export const hookAgents = ['claude', 'codex', 'gemini'] as const;
export type HookAgent = (typeof hookAgents)[number];
export type HookPayload = Readonly<Record<string, unknown>>;

export type HookReport =
  | {
      readonly isTaken: true;
      readonly reading: Reading;
      /** The agent's own id of its talk, where it tells one. */
      readonly conversationId: string | null;
      /** It only says again what holds for a while already. */
      readonly isReminder: boolean;
    }
  /** `reason`: a sentence for a person. */
  | { readonly isTaken: false; readonly reason: string; readonly evidence: string };

/** Never throws, whatever the payload is. */
export function readHook(agent: HookAgent, payload: HookPayload): HookReport {
  switch (agent) {
    case 'claude':
      return readClaude(payload);
    case 'codex':
      return readCodex(payload);
    case 'gemini':
      return readGemini(payload);
  }
}

const conversationPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function readClaude(payload: HookPayload): HookReport {
  const event = textOf(payload['hook_event_name']);
  const claim = claimOfClaude(event, payload);
  if (claim === undefined) return refuse(event);
  const isReminder = event === 'Notification';
  return take({ agent: 'claude', event, payload, claim, isReminder });
}

function claimOfClaude(event: string, payload: HookPayload): Claim | undefined {
  switch (event) {
    case 'UserPromptSubmit':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return claimOf('working', 'working');
    case 'PreToolUse':
      return claimOfTool(payload) ?? claimOf('working', 'working');
    case 'PermissionRequest':
      return claimOfTool(payload) ?? claimOfPermission(payload);
    case 'Notification':
      return claimOfClaudeNotification(payload);
    case 'Stop':
      return claimOf('finished', 'done');
    case 'StopFailure':
      return claimOf('failed', textOf(payload['error']) || 'stopped by an error');
    case 'SessionEnd':
      return nothingClaimed;
    default:
      return undefined;
  }
}

/** A tool that asks is a question, allowed or not. */
function claimOfTool(payload: HookPayload): Claim | undefined {
  if (payload['tool_name'] !== 'AskUserQuestion') return undefined;
  const questions = recordOf(payload['tool_input'])['questions'];
  const first: unknown = Array.isArray(questions) ? questions[0] : undefined;
  const question = textOf(recordOf(first)['question']);
  return asking('question', question === '' ? '' : `asks: ${question}`, 'asks a question');
}

function claimOfPermission(payload: HookPayload): Claim {
  const tool = textOf(payload['tool_name']);
  const command = textOf(recordOf(payload['tool_input'])['command']);
  if (command !== '') return wantsToRun(command);
  return asking('permission', tool === '' ? '' : `wants to use ${tool}`, needsPermission);
}

function claimOfClaudeNotification(payload: HookPayload): Claim | undefined {
  switch (textOf(payload['notification_type'])) {
    case 'permission_prompt':
      return asking('permission', '', needsPermission);
    case 'elicitation_dialog':
      return asking('question', textOf(payload['message']), 'asks a question');
    case 'idle_prompt':
      return claimOf('idle', 'idle');
    default:
      return undefined;
  }
}

/** Codex names a talk by a turn of its own, which is none of the person's. */
const titleTurn = /^Generate a concise, single-line task title/;

function readCodex(payload: HookPayload): HookReport {
  const event = textOf(payload['type']);
  if (event !== 'agent-turn-complete') return refuse(event);
  const messages = payload['input-messages'];
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  if (titleTurn.test(textOf(first)))
    return {
      isTaken: false,
      reason: 'Codex was only naming the conversation.',
      evidence: event,
    };
  const claim = claimOf('finished', 'done');
  return take({ agent: 'codex', event, payload, claim });
}

function readGemini(payload: HookPayload): HookReport {
  const event = textOf(payload['hook_event_name']);
  const claim = claimOfGemini(event, payload);
  return claim === undefined ? refuse(event) : take({ agent: 'gemini', event, payload, claim });
}

function claimOfGemini(event: string, payload: HookPayload): Claim | undefined {
  switch (event) {
    case 'BeforeAgent':
    case 'BeforeTool':
    case 'AfterTool':
      return claimOf('working', 'working');
    case 'Notification':
      return payload['notification_type'] === 'ToolPermission'
        ? claimOfGeminiPermission(payload)
        : undefined;
    case 'AfterAgent':
      return claimOf('finished', 'done');
    case 'SessionEnd':
      return nothingClaimed;
    default:
      return undefined;
  }
}

function claimOfGeminiPermission(payload: HookPayload): Claim {
  const command = textOf(recordOf(payload['details'])['command']);
  return command === '' ? asking('permission', '', needsPermission) : wantsToRun(command);
}

function take(found: {
  readonly agent: HookAgent;
  readonly event: string;
  readonly payload: HookPayload;
  readonly claim: Claim;
  readonly isReminder?: boolean;
}): HookReport {
  const { agent, event, payload, claim, isReminder = false } = found;
  const told = textOf(payload['session_id']) || textOf(payload['thread-id']);
  return {
    isTaken: true,
    reading: { claim, rule: `hook.${agent}.${event}`, evidence: evidenceOf(event, payload) },
    conversationId: conversationPattern.test(told) ? told : null,
    isReminder,
  };
}

function refuse(event: string): HookReport {
  const reason =
    event === '' ? 'It names no event.' : 'The event says nothing about what the agent does.';
  return { isTaken: false, reason, evidence: event };
}

/** Only what says why: prompts and answers are nobody's evidence. */
function evidenceOf(event: string, payload: HookPayload): string {
  const told = ['notification_type', 'tool_name', 'reason'].flatMap((key) => {
    const value = textOf(payload[key]);
    return value === '' ? [] : [`${key}=${value}`];
  });
  return [event, ...told].join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4096) : '';
}

function recordOf(value: unknown): HookPayload {
  return typeof value === 'object' && value !== null ? (value as HookPayload) : {};
}

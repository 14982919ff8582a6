/** What an agent of a chat did, the same for all of them: providers translate their agents' words into these. */
import type { ChatUsage, PlanStep, toolStatuses, turnOutcomes } from '../../protocol/chat/entry.ts';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { FileChange, Question } from '../../protocol/chat/permission.ts';

export type ToolStatus = (typeof toolStatuses)[number];
export type TurnOutcome = (typeof turnOutcomes)[number];

/** `key` names one entry of the journal: unique within a process, and the same when the same bytes are read again. */
interface Keyed {
  readonly key: string;
  /** Key of the tool call of whose agent within the agent it is. */
  readonly parent?: string | undefined;
}

/** Exactly one of `delta` (comes to the end) and `full` (is all of it); `isDone`: nothing comes any more. */
export interface WrittenEvent extends Keyed {
  readonly type: 'text' | 'thinking';
  readonly delta?: string;
  readonly full?: string;
  readonly isDone?: boolean;
}

/** What is not given stays as it was. */
export interface ToolEvent extends Keyed {
  readonly type: 'tool';
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
  /** Comes to the end of the output. */
  readonly outputDelta?: string | undefined;
  readonly status?: ToolStatus | undefined;
  readonly changes?: readonly FileChange[] | undefined;
}

export interface AskRequest {
  /** The agent's own name for it. */
  readonly requestId: string;
  /** Key of the tool call that it is about. */
  readonly about?: string | undefined;
  readonly ask: 'tool' | 'plan' | 'question';
  readonly tool: string;
  readonly description: string;
  /** JSON, or the text of a plan. */
  readonly input: string;
  readonly changes: readonly FileChange[];
  readonly questions: readonly Question[];
  readonly canEdit: boolean;
}

export interface TurnEndedEvent {
  readonly type: 'turnEnded';
  readonly outcome: TurnOutcome;
  readonly reason?: string;
  /** The person has to log in. */
  readonly needsSignIn?: boolean;
  /** The limit of the plan is used up until then (ISO instant), as the agent says. */
  readonly limitResetsAt?: string;
  readonly usage?: ChatUsage;
}

export interface DescribedEvent {
  readonly type: 'described';
  readonly model?: string | undefined;
  readonly models?: readonly Choice[] | undefined;
  readonly mode?: string | undefined;
  readonly modes?: readonly Choice[] | undefined;
  readonly commands?: readonly Choice[] | undefined;
}

/** How much of a limit of the person's plan is used. */
export interface PlanLimitSeen {
  /** Whatever the agent calls it, as `5 hours`. */
  readonly name: string;
  readonly usedPercent: number;
  /** ISO instant. */
  readonly resetsAt: string | null;
}

export type ChatEvent =
  /** It takes prompts from now on. */
  | { readonly type: 'ready' }
  /** It does something, asked or by itself. */
  | { readonly type: 'turnStarted' }
  | WrittenEvent
  | ToolEvent
  | (Keyed & { readonly type: 'plan'; readonly steps: readonly PlanStep[] })
  | { readonly type: 'asked'; readonly request: AskRequest }
  | { readonly type: 'askWithdrawn'; readonly requestId: string }
  | { readonly type: 'context'; readonly tokens: number; readonly max?: number | undefined }
  | TurnEndedEvent
  | { readonly type: 'limits'; readonly limits: readonly PlanLimitSeen[] }
  | DescribedEvent
  | { readonly type: 'conversation'; readonly id: string }
  /** Its own work that goes on without a turn. */
  | { readonly type: 'background'; readonly count: number }
  /** A notice of the same key takes the place of the one before. */
  | (Keyed & { readonly type: 'notice'; readonly text: string })
  /** `isFatal`: its process is of no use. `needsSignIn`: before the person has logged in. */
  | {
      readonly type: 'error';
      readonly text: string;
      readonly isFatal: boolean;
      readonly needsSignIn?: boolean;
    }
  /** The answer to what we asked it with that name. */
  | {
      readonly type: 'replied';
      readonly name: string;
      readonly error?: string;
      readonly value?: unknown;
    }
  /** It said something that nobody here knows. */
  | { readonly type: 'unknown'; readonly what: string };

/** What is kept of a chat beside its journal, as one plain value. */
import type { Attachment, ChatUsage } from '../../protocol/chat/entry.ts';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { DescribedEvent, TurnEndedEvent } from '../provider/provider.ts';

type TurnOutcome = TurnEndedEvent['outcome'];

export interface Message {
  readonly id: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly at: string;
  /** It was said to a process that ended before it heard of it: once more is enough. */
  readonly isRepeated?: boolean;
}

export interface Turn {
  readonly number: number;
  readonly startedAt: string;
  /** What it began with, until the agent did something; null too when it began by itself. */
  readonly message: Message | null;
  /** A person asked for its end, then (ISO instant). */
  readonly stoppingSince: string | null;
}

export interface KeptChat {
  readonly agent: string;
  readonly turn: Turn | null;
  /** Turns that there were. */
  readonly turns: number;
  /** Those of them that it was copied with: they were turns of another chat. */
  readonly copied: number;
  /** The next message for the standard input of the process. */
  readonly nextInput: number;
  readonly queue: readonly Message[];
  readonly paused: string | null;
  /** What was being written and was not said. */
  readonly draft: string;
  /** The same, while it stands in the composer of a terminal. */
  readonly lentDraft: string;
  readonly switching: 'terminal' | 'chat' | null;
  /** Since when it is gone on with in a terminal (ISO instant), and the process to which it was handed. */
  readonly terminal: { readonly since: string; readonly generation: number } | null;
  /** Pieces of what was said there since then that stand in the journal, while it is filled. */
  readonly filled: number;
  /** Ids of messages that were taken lately: a repeat changes nothing. */
  readonly seen: readonly string[];
  readonly model: string | null;
  readonly models: readonly Choice[];
  readonly mode: string | null;
  readonly modes: readonly Choice[];
  readonly commands: readonly Choice[];
  readonly usage: ChatUsage;
  readonly context: { readonly tokens: number; readonly max: number } | null;
  readonly forkedFrom: SessionId | null;
  readonly isReady: boolean;
  /** Work of the agent that goes on without a turn. */
  readonly background: number;
  /** How the last turn ended. */
  readonly lastEnd: {
    readonly outcome: TurnOutcome;
    readonly reason: string;
    readonly needsSignIn: boolean;
    readonly limitResetsAt?: string;
  } | null;
  /** The last process of which everything was read. */
  readonly endedGeneration: number;
}

/** How a turn ended, as it is kept. */
export function toLastEnd(
  { outcome, needsSignIn = false, limitResetsAt }: Omit<TurnEndedEvent, 'type'>,
  reason: string,
): NonNullable<KeptChat['lastEnd']> {
  return {
    ...{ outcome, reason, needsSignIn },
    ...(limitResetsAt === undefined ? {} : { limitResetsAt }),
  };
}

export const noUsage: ChatUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  costUsd: null,
};

export function newKeptChat(agent: string): KeptChat {
  return {
    agent,
    turn: null,
    ...{ turns: 0, copied: 0 },
    nextInput: 1,
    queue: [],
    paused: null,
    ...{ draft: '', lentDraft: '', switching: null, terminal: null, filled: 0 },
    seen: [],
    model: null,
    models: [],
    mode: null,
    modes: [],
    commands: [],
    usage: noUsage,
    context: null,
    forkedFrom: null,
    isReady: false,
    background: 0,
    lastEnd: null,
    endedGeneration: -1,
  };
}

export function addUsage(sum: ChatUsage, more: ChatUsage): ChatUsage {
  const isPriced = sum.costUsd !== null || more.costUsd !== null;
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    cachedTokens: sum.cachedTokens + more.cachedTokens,
    costUsd: isPriced ? (sum.costUsd ?? 0) + (more.costUsd ?? 0) : null,
  };
}

/** Fewer than none: what it was before. */
export function contextAfter(
  before: KeptChat['context'],
  { tokens, max }: { readonly tokens: number; readonly max?: number | undefined },
): NonNullable<KeptChat['context']> {
  return {
    tokens: tokens < 0 ? (before?.tokens ?? 0) : tokens,
    max: max ?? before?.max ?? 0,
  };
}

/** What an agent said of itself; the rest stays as it was. */
export function withoutUndefined({ type: _type, ...described }: DescribedEvent): Partial<KeptChat> {
  const known = Object.entries(described).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Partial<KeptChat>;
}

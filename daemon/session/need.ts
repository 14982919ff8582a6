import type { Need, NeedFacts } from '../attention/attention.ts';
import { explain } from './evidence.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';

export type WantedNeed = Omit<Need, 'revision'>;

export interface SessionNeeds {
  /** What its state asks for. */
  readonly own: WantedNeed | undefined;
  /** What its program called a person for, without saying its state. */
  readonly call: WantedNeed | undefined;
}

/** The id of the entry of a call: a session may ask and call. */
export function callIdOf({ id }: Pick<SessionRow, 'id'>): string {
  return `call-${id}`;
}

/** The entries that a session has in "Needs you". */
export function needsOf(row: SessionRow): SessionNeeds {
  return { own: needOfState(row), call: needOfCall(row) };
}

/** `beganAt`: when this daemon began; what was so before is no news. */
export function factsOf(row: SessionRow, beganAt: string): NeedFacts {
  const isResult = row.attention.state === 'finished' || row.attention.state === 'failed';
  const { chosen } = explain(row, row.attention.since);
  const isOlder = (chosen?.at ?? row.attention.since) < beganAt;
  return {
    name: row.name,
    turnMs: isResult ? row.heard.turn.ms : null,
    folder: row.cwd,
    isRestored: row.heard.isRestored || isOlder,
    isPrivate: row.private === true,
  };
}

function needOfState(row: SessionRow): WantedNeed | undefined {
  const { state, kind, sentence, since } = row.attention;
  if (state !== 'asking' && state !== 'failed' && state !== 'finished') return undefined;
  const isAsking = state === 'asking';
  // How a run ended is said of its task.
  if (!isAsking && row.taskId !== undefined) return undefined;
  // What a chat asks has entries of its own, which can be answered.
  if (isAsking && row.mode === 'pipe') return undefined;
  return {
    id: row.id,
    kind: isAsking ? (kind ?? 'permission') : state,
    sessionId: row.id,
    taskId: null,
    text: sentence,
    since,
    actions: [isAsking ? { id: 'review', label: 'Review…' } : dismiss],
  };
}

/** Who says its state by itself needs no bell: its calls tell the same once more. */
function needOfCall(row: SessionRow): WantedNeed | undefined {
  const { call, signals } = row.heard;
  const saysItself = signals.some(
    ({ authority }) => authority === 'events' || authority === 'status' || authority === 'hook',
  );
  if (call === null || saysItself || !isLive(row.status)) return undefined;
  return {
    id: callIdOf(row),
    kind: 'notice',
    sessionId: row.id,
    taskId: null,
    text: call.text,
    since: call.at,
    actions: [dismiss],
  };
}

const dismiss = { id: 'dismiss', label: 'Dismiss' };

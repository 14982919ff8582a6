/**
 * When a person is called, as a pure function of what happened and when. Durations are measured by a clock that never
 * jumps; quiet hours and mutes go by the wall clock. Who is called, and by which means, is decided elsewhere.
 */
import type { Mute, NoticeSettings, Silence } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { NeedKind } from './needs.ts';
import { isQuiet } from './quietHours.ts';

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** Local wall time. */
  readonly minute: number;
}

/** A need as far as calling depends on it. The same id, kind and `since` are the same occurrence. */
export interface Matter {
  readonly id: string;
  readonly kind: NeedKind;
  readonly sessionId: SessionId | null;
  readonly since: string;
  readonly title: string;
  readonly text: string;
  readonly turnMs: number | null;
  readonly isRestored: boolean;
  readonly isPrivate: boolean;
}

type Phase = 'dwelling' | 'held' | 'gathered' | 'decided';

interface Entry {
  readonly matter: Matter;
  readonly phase: Phase;
  readonly putAtMs: number;
}

/** What may reach a person now. */
export interface Reach {
  /** Sessions that are visible in a window which has the focus. */
  readonly visible: ReadonlySet<SessionId>;
  readonly hasWindow: boolean;
  /** Somebody can raise a notice of the operating system. */
  readonly hasSystem: boolean;
}

export interface CallState {
  readonly settings: NoticeSettings;
  readonly mutes: readonly Mute[];
  readonly reach: Reach;
  readonly entries: ReadonlyMap<string, Entry>;
  /** When each session was called for last; forgotten after its cool-down. */
  readonly calledAtMs: ReadonlyMap<string, number>;
  /** When what was gathered is called. */
  readonly ringAtMs: number | null;
}

export type CallAction =
  | { readonly type: 'put'; readonly matter: Matter }
  | { readonly type: 'removed'; readonly id: string }
  | { readonly type: 'reached'; readonly reach: Reach }
  | {
      readonly type: 'configured';
      readonly settings: NoticeSettings;
      readonly mutes: readonly Mute[];
    }
  | { readonly type: 'passed' };

export type CallOutcome =
  | { readonly type: 'silenced'; readonly matter: Matter; readonly silence: Silence }
  /** One call for all of them, the newest first. */
  | { readonly type: 'called'; readonly matters: readonly Matter[] }
  /** What was decided on is over, or was before this daemon ran. */
  | { readonly type: 'over'; readonly matter: Matter }
  /** A session came into sight. */
  | { readonly type: 'seen'; readonly sessionId: SessionId };

/** These call without dwelling. */
const kindsAtOnce: ReadonlySet<NeedKind> = new Set(['permission', 'signIn', 'notice']);

export function createCallState(settings: NoticeSettings, mutes: readonly Mute[]): CallState {
  const reach: Reach = { visible: new Set(), hasWindow: false, hasSystem: false };
  return {
    ...{ settings, mutes, reach },
    ...{ entries: new Map(), calledAtMs: new Map(), ringAtMs: null },
  };
}

export interface Reduced {
  readonly state: CallState;
  readonly outcomes: readonly CallOutcome[];
}

export function reduce(before: CallState, action: CallAction, moment: Moment): Reduced {
  const applied = apply(before, action, moment);
  const settled = settle(applied.state, moment);
  return { state: settled.state, outcomes: [...applied.outcomes, ...settled.outcomes] };
}

/** When something will happen although nobody acts, on the clock that never jumps; null: never. */
export function findDue(state: CallState): number | null {
  const times = [...state.entries.values()].flatMap((entry) => {
    if (entry.phase === 'dwelling') return [dwellEnd(state, entry)];
    return entry.phase === 'held' ? [coolEnd(state, entry)] : [];
  });
  if (state.ringAtMs !== null) times.push(state.ringAtMs);
  return times.length === 0 ? null : Math.min(...times);
}

function apply(state: CallState, action: CallAction, moment: Moment): Reduced {
  switch (action.type) {
    case 'put':
      return put(state, action.matter, moment);
    case 'removed':
      return remove(state, action.id);
    case 'reached': {
      const appeared = [...action.reach.visible].filter((id) => !state.reach.visible.has(id));
      const outcomes = appeared.map((sessionId) => ({ type: 'seen', sessionId }) as const);
      return { state: { ...state, reach: action.reach }, outcomes };
    }
    case 'configured': {
      const { settings, mutes } = action;
      return { state: { ...state, settings, mutes }, outcomes: [] };
    }
    case 'passed':
      return { state, outcomes: [] };
  }
}

function put(state: CallState, matter: Matter, { monotonicMs }: Moment): Reduced {
  const known = state.entries.get(matter.id);
  if (known?.matter.kind === matter.kind && known.matter.since === matter.since) {
    const entries = withEntry(state.entries, { ...known, matter });
    return { state: { ...state, entries }, outcomes: [] };
  }
  const ended = remove(state, matter.id);
  const phase = matter.isRestored ? 'decided' : 'dwelling';
  const entries = withEntry(ended.state.entries, { matter, phase, putAtMs: monotonicMs });
  return { state: { ...ended.state, entries }, outcomes: ended.outcomes };
}

function remove(state: CallState, id: string): Reduced {
  const entry = state.entries.get(id);
  if (entry === undefined) return { state, outcomes: [] };
  const entries = new Map(state.entries);
  entries.delete(id);
  return { state: { ...state, entries }, outcomes: endOf(entry) };
}

/** What went before anybody was to be called for it leaves no trace; what had to wait for a cool-down was missed. */
function endOf({ matter, phase }: Entry): CallOutcome[] {
  const over = { type: 'over', matter } as const;
  if (phase === 'decided') return [over];
  return phase === 'held' ? [{ type: 'silenced', matter, silence: 'coolDown' }, over] : [];
}

function settle(state: CallState, moment: Moment): Reduced {
  const entries = new Map(state.entries);
  const outcomes: CallOutcome[] = [];
  const decide = (entry: Entry): boolean => {
    const silence = judge(state, entry.matter, moment);
    if (silence === undefined) return true;
    entries.set(entry.matter.id, { ...entry, phase: 'decided' });
    outcomes.push({ type: 'silenced', matter: entry.matter, silence });
    return false;
  };
  let { ringAtMs } = state;
  for (const entry of state.entries.values()) {
    if (!isReady(state, entry, moment) || !decide(entry)) continue;
    const isCooling = coolEnd(state, entry) > moment.monotonicMs;
    entries.set(entry.matter.id, { ...entry, phase: isCooling ? 'held' : 'gathered' });
    if (!isCooling) ringAtMs ??= moment.monotonicMs + state.settings.coalesceMs;
  }
  const gathered = { ...state, entries, ringAtMs };
  if (ringAtMs === null || ringAtMs > moment.monotonicMs) return { state: gathered, outcomes };
  const rung = ring(gathered, moment);
  return { state: rung.state, outcomes: [...outcomes, ...rung.outcomes] };
}

function isReady(state: CallState, entry: Entry, { monotonicMs }: Moment): boolean {
  if (entry.phase === 'dwelling') return dwellEnd(state, entry) <= monotonicMs;
  return entry.phase === 'held' || entry.phase === 'gathered';
}

/** Calls for all that was gathered; it was judged in the same moment. */
function ring(state: CallState, { monotonicMs }: Moment): Reduced {
  const called = [...state.entries.values()].filter(({ phase }) => phase === 'gathered');
  const entries = new Map(state.entries);
  const { coolDownMs } = state.settings;
  const calledAtMs = new Map(
    [...state.calledAtMs].filter(([, atMs]) => atMs + coolDownMs > monotonicMs),
  );
  for (const entry of called) {
    entries.set(entry.matter.id, { ...entry, phase: 'decided' });
    calledAtMs.set(coolKey(entry.matter), monotonicMs);
  }
  const matters = called.map(({ matter }) => matter).reverse();
  return {
    state: { ...state, entries, calledAtMs, ringAtMs: null },
    outcomes: matters.length === 0 ? [] : [{ type: 'called', matters }],
  };
}

/** Why nobody is to be called for it now; undefined when somebody is. */
function judge(state: CallState, matter: Matter, moment: Moment): Silence | undefined {
  const { settings, reach } = state;
  const { kind, turnMs, sessionId } = matter;
  if (kind === 'finished' && turnMs !== null && turnMs < settings.finishedAfterMs)
    return 'shortTurn';
  if (sessionId !== null && reach.visible.has(sessionId)) return 'visible';
  if (state.mutes.some((mute) => isMutedBy(mute, sessionId, moment))) return 'muted';
  if (isQuiet(settings.quietHours, moment.minute)) return 'quietHours';
  const { system, toast, sound, command } = settings;
  if (!system && !toast && !sound && command.length === 0) return 'off';
  const isHeard =
    ((toast || sound) && reach.hasWindow) || (system && reach.hasSystem) || command.length > 0;
  return isHeard ? undefined : 'nobody';
}

function isMutedBy(mute: Mute, sessionId: SessionId | null, { wallMs }: Moment): boolean {
  if (mute.sessionId !== null && mute.sessionId !== sessionId) return false;
  return mute.until === null || Date.parse(mute.until) > wallMs;
}

function dwellEnd({ settings }: CallState, { matter, putAtMs }: Entry): number {
  return kindsAtOnce.has(matter.kind) ? putAtMs : putAtMs + settings.dwellMs;
}

function coolEnd({ settings, calledAtMs }: CallState, { matter }: Entry): number {
  const atMs = calledAtMs.get(coolKey(matter));
  return atMs === undefined ? Number.NEGATIVE_INFINITY : atMs + settings.coolDownMs;
}

/** What belongs to no session cools down alone. */
function coolKey({ sessionId, id }: Matter): string {
  return sessionId ?? `need ${id}`;
}

function withEntry(entries: ReadonlyMap<string, Entry>, entry: Entry): Map<string, Entry> {
  return new Map(entries).set(entry.matter.id, entry);
}

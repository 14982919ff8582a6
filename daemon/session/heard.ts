import type { Authority, Signal, Why } from '../../protocol/attention/why.ts';
import { authorities } from '../../protocol/attention/why.ts';
import { toSignal, readStatusReport } from '../signal/signal.ts';

export type IgnoredReport = Why['ignored'][number];

/** The program called the person without saying what state it is in. */
export interface Call {
  /** One cleaned line. */
  readonly text: string;
  readonly at: string;
}

/** Since when it works; how long the last turn took, when that is known. */
export interface Turn {
  readonly since: string | null;
  readonly ms: number | null;
}

/** What the process of this generation, or somebody about it, said last. */
export interface Heard {
  readonly title: string | null;
  /** A person has seen the last result. */
  readonly dismissed: boolean;
  /** The latest of each authority that said anything; one that claims nothing any more is `unknown`. */
  readonly signals: readonly Signal[];
  /** The newest first. */
  readonly ignored: readonly IgnoredReport[];
  readonly call: Call | null;
  readonly turn: Turn;
  /** What holds was said before this daemon listened. */
  readonly isRestored: boolean;
}

export const nothingHeard: Heard = {
  title: null,
  dismissed: false,
  signals: [],
  ignored: [],
  call: null,
  turn: { since: null, ms: null },
  isRestored: false,
};

const ignoredKept = 8;
const noTurn: Turn = { since: null, ms: null };

/** The one that counts: the highest that claims anything. */
export function findChosen(signals: readonly Signal[]): Signal | undefined {
  return byRank(signals).find(({ state }) => state !== 'unknown');
}

/** The highest authority first. */
export function byRank(signals: readonly Signal[]): Signal[] {
  return signals.toSorted((left, right) => rankOf(left.authority) - rankOf(right.authority));
}

function rankOf(authority: Authority): number {
  return authorities.indexOf(authority);
}

/** The same value when the signal says what its authority said already: since then it holds. */
export function takeSignal(before: Heard, signal: Signal, isRestored = false): Heard {
  const known = before.signals.find(({ authority }) => authority === signal.authority);
  if (known !== undefined && isSameClaim(known, signal) && !isOtherCall(known, signal))
    return before;
  const others = before.signals.filter((other) => other !== known && !isOvertaken(other, signal));
  const signals = [...others, signal];
  const [was, is] = [findChosen(before.signals), findChosen(signals)];
  const isCallOver = signal.authority !== 'notification';
  return {
    ...before,
    signals,
    isRestored,
    dismissed: before.dismissed && isSameClaim(was, is),
    call: isCallOver ? null : before.call,
    turn: isSameClaim(was, is) ? before.turn : followTurn(before.turn, is),
  };
}

/** What the program was told or did after it: its dialog or its call is over. */
export function forgetNotification(before: Heard): Heard {
  const signals = before.signals.filter(({ authority }) => authority !== 'notification');
  if (signals.length === before.signals.length && before.call === null) return before;
  const [was, is] = [findChosen(before.signals), findChosen(signals)];
  const turn = isSameClaim(was, is) ? before.turn : followTurn(before.turn, is);
  return { ...before, signals, call: null, turn };
}

/** Kept once, however often it comes. */
export function ignoreReport(before: Heard, report: IgnoredReport): Heard {
  const [newest] = before.ignored;
  const isKnown =
    newest?.authority === report.authority &&
    newest.reason === report.reason &&
    newest.evidence === report.evidence;
  if (isKnown) return before;
  return { ...before, ignored: [report, ...before.ignored].slice(0, ignoredKept) };
}

/**
 * Who is gone has no say left; a notification holds until anything else is said; and a hook that no other hook took back
 * (Esc fires none) is overtaken by a title that says something else.
 */
function isOvertaken(other: Signal, by: Signal): boolean {
  const isLower = rankOf(other.authority) > rankOf(by.authority);
  if (by.state === 'unknown' && by.authority === 'status') return isLower;
  if (other.authority === 'notification') return true;
  const mayBeStale = other.state === 'asking' || other.state === 'working';
  const isTitleOverHook = by.authority === 'title' && other.authority === 'hook';
  return isTitleOverHook && mayBeStale && by.state !== 'unknown' && by.state !== other.state;
}

/** Calls claim nothing, and yet each is another. */
function isOtherCall(known: Signal, signal: Signal): boolean {
  return signal.authority === 'notification' && known.evidence !== signal.evidence;
}

function isSameClaim(left: Signal | undefined, right: Signal | undefined): boolean {
  return (
    left?.state === right?.state && left?.kind === right?.kind && left?.sentence === right?.sentence
  );
}

/** A turn lasts over its questions until its result; one that was cut off took no time. */
function followTurn(turn: Turn, signal: Signal | undefined): Turn {
  switch (signal?.state) {
    case 'working':
      return turn.since === null ? { since: signal.at, ms: null } : turn;
    case 'asking':
      return turn;
    case 'finished':
    case 'failed': {
      if (turn.since === null) return turn;
      return { since: null, ms: Math.max(0, Date.parse(signal.at) - Date.parse(turn.since)) };
    }
    default:
      return noTurn;
  }
}

/** What programs before this kept, as it stands in their rows. */
interface OldHeard {
  readonly report?: {
    readonly state: string;
    readonly kind?: string | null;
    readonly message?: string;
  } | null;
  readonly title?: string | null;
  readonly dismissed?: boolean;
}

/** What was kept of a row, also by a program before this one. */
export function toHeard(
  kept: Heard | OldHeard,
  row: { readonly generation: number; readonly updatedAt: string },
): Heard {
  if ('signals' in kept) return { ...nothingHeard, ...kept };
  const { report, title = null, dismissed = false } = kept;
  const reading = report && readStatusReport(toReportText(report));
  const moment = { at: row.updatedAt, generation: row.generation, seq: null };
  const signals = reading ? [toSignal('status', reading, moment)] : [];
  return { ...nothingHeard, title, dismissed, signals };
}

function toReportText({ state, kind, message = '' }: NonNullable<OldHeard['report']>): string {
  const told = Buffer.from(message).toString('base64');
  const fields = [`state=${state}`, kind && `kind=${kind}`, told && `msg=${told}`];
  return fields.filter(Boolean).join(':');
}

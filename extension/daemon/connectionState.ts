/** The connection to the daemon as a value: what it can be, what can happen to it, and what follows. No effects. */
import type { StartStep } from '../../link/start/start.ts';
import type { ErrorCode } from '../../protocol/wire/errors.ts';

/**
 * `idle`: none runs and nobody asked for one. `seeking`: looks for a running one, or starts it (`mayStart`). `waiting`:
 * until the next attempt. `failed`: does not try again until a person asks.
 */
export type ConnectionState =
  | { readonly kind: 'idle'; readonly known: boolean }
  | {
      readonly kind: 'seeking';
      readonly mayStart: boolean;
      readonly step: StartStep;
      readonly known: boolean;
    }
  | { readonly kind: 'connected'; readonly pid: number; readonly version: string }
  | {
      readonly kind: 'waiting';
      readonly mayStart: boolean;
      readonly code: ErrorCode;
      readonly message: string;
      readonly known: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly fix: string | undefined;
    }
  | { readonly kind: 'disposed' };

export type ConnectionAction =
  /** Somebody needs a daemon: it is started when none runs. */
  | { readonly type: 'required' }
  /** Look whether one runs, start none. */
  | { readonly type: 'probed' }
  | { readonly type: 'progressed'; readonly step: StartStep }
  | { readonly type: 'connected'; readonly pid: number; readonly version: string }
  /** A probe found none. */
  | { readonly type: 'absent' }
  | { readonly type: 'lost' }
  /** The daemon whose connection broke removed its runtime file: it ended on purpose. */
  | { readonly type: 'ended' }
  | {
      readonly type: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly fix?: string | undefined;
    }
  | { readonly type: 'retried' }
  | { readonly type: 'disposed' };

/** Failures that another attempt does not cure; a person has to act. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  'clientTooOld',
  'versionMismatch',
  'startLimit',
  'permissionsTooOpen',
  'runtimeTooOld',
  'newerSchema',
  'unsupportedPlatform',
  'unauthenticated',
  'databaseCorrupt',
]);

/** `known`: sessions were listed before, so their rows stay while the connection is made again. */
export const startState: ConnectionState = { kind: 'idle', known: false };

export function reduce(state: ConnectionState, action: ConnectionAction): ConnectionState {
  if (state.kind === 'disposed') return state;
  switch (action.type) {
    case 'disposed':
      return { kind: 'disposed' };
    case 'required':
      return state.kind === 'connected' ? state : seek(state, true);
    case 'probed':
      return state.kind === 'idle' ? seek(state, false) : state;
    case 'retried':
      return state.kind === 'waiting' ? seek(state, state.mayStart) : state;
    case 'progressed':
      return state.kind === 'seeking' ? { ...state, step: action.step } : state;
    case 'connected':
      return { kind: 'connected', pid: action.pid, version: action.version };
    case 'absent':
      return state.kind === 'seeking' ? { kind: 'idle', known: state.known } : state;
    case 'lost':
      return lose(state);
    case 'ended':
      return state.kind === 'waiting' ? { kind: 'idle', known: state.known } : state;
    case 'failed':
      return fail(state, action);
  }
}

function seek(state: ConnectionState, mayStart: boolean): ConnectionState {
  const keeps = state.kind === 'seeking' && state.mayStart;
  return {
    kind: 'seeking',
    mayStart: mayStart || keeps,
    step: 'connecting',
    known: isKnown(state),
  };
}

function lose(state: ConnectionState): ConnectionState {
  if (state.kind !== 'connected') return state;
  const message = 'The connection to the daemon broke.';
  return { kind: 'waiting', mayStart: true, code: 'daemonUnreachable', message, known: true };
}

function fail(
  state: ConnectionState,
  { code, message, fix }: Extract<ConnectionAction, { type: 'failed' }>,
): ConnectionState {
  if (lasting.has(code)) return { kind: 'failed', code, message, fix };
  const mayStart = state.kind === 'seeking' && state.mayStart;
  return { kind: 'waiting', mayStart, code, message, known: isKnown(state) };
}

function isKnown(state: ConnectionState): boolean {
  return state.kind === 'connected' || ('known' in state && state.known);
}

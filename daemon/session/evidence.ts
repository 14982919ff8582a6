import type { Signal, Why } from '../../protocol/attention/why.ts';
import type { Attention } from '../../protocol/session/attentionState.ts';
import type { Claim } from '../signal/signal.ts';
import { claimOf, nothingClaimed, toSignal } from '../signal/signal.ts';
import { byRank, findChosen } from './heard.ts';
import type { SessionRow } from './row.ts';

/** Everything that is known about what a session wants. */
export type Evidence = Pick<
  SessionRow,
  'status' | 'agent' | 'exit' | 'reason' | 'origin' | 'generation' | 'heard'
>;

export type Explanation = Pick<Why, 'chosen' | 'outranked'>;

/** Codes and signals with which people and terminals end programs on purpose. */
const purposefulCodes = new Set([0, 129, 130, 143]);
const purposefulSignals = new Set(['SIGHUP', 'SIGINT', 'SIGTERM']);

/**
 * The one judgement of what a person sees: the process's own state when it does not run, else what the highest authority
 * claims. A result that was seen is idle, or ended when the process is gone, until something new happens. `since` is when
 * the claim was made; work and states of processes go on since they began.
 */
export function judge(evidence: Evidence, previous: Attention | undefined, now: string): Attention {
  const { chosen } = explain(evidence, now);
  const { state, kind, sentence } = chosen ?? nothingClaimed;
  const isSame = previous?.state === state && previous.kind === kind;
  const isNewEachTime = state === 'asking' || state === 'failed' || state === 'finished';
  const isAgain = isNewEachTime && chosen !== null && chosen.at > (previous?.since ?? '');
  if (isSame && !isAgain) return { state, kind, sentence, since: previous.since };
  const isOwnMoment = isNewEachTime && chosen !== null && chosen.authority !== 'process';
  return { state, kind, sentence, since: isOwnMoment ? chosen.at : now };
}

/** Who says so, and what else was said. `chosen` is null while the process runs and nobody claims anything. */
export function explain(evidence: Evidence, now: string): Explanation {
  const said = evidence.heard.signals.filter(
    ({ generation }) => generation === evidence.generation,
  );
  const own = claimOfProcess(evidence);
  const chosen = own === undefined ? findChosen(said) : toProcessSignal(evidence, own, now);
  const outranked = byRank(said)
    .filter((signal) => signal !== chosen)
    .map((signal) => ({ signal, reason: 'lowerAuthority' as const }));
  if (chosen === undefined) return { chosen: null, outranked };
  const seen = soften(chosen, evidence);
  if (seen === undefined) return { chosen, outranked };
  return { chosen: seen, outranked: [{ signal: chosen, reason: 'seen' }, ...outranked] };
}

interface ProcessClaim {
  readonly claim: Claim;
  readonly rule: string;
}

/** Undefined: the process runs, and others say what it does. */
function claimOfProcess(evidence: Evidence): ProcessClaim | undefined {
  switch (evidence.status) {
    case 'starting':
    case 'asleep':
    case 'killed':
      return {
        claim: claimOf(evidence.status, evidence.status),
        rule: `process.${evidence.status}`,
      };
    case 'running':
      return undefined;
    case 'interrupted': {
      const sentence = evidence.reason ?? 'interrupted by a restart';
      return { claim: claimOf('interrupted', sentence), rule: 'process.interrupted' };
    }
    case 'ended':
      return claimOfEnded(evidence);
  }
}

function claimOfEnded({ agent, exit, reason, origin }: Evidence): ProcessClaim {
  if (reason !== null) return { claim: claimOf('failed', reason), rule: 'process.notStarted' };
  if (origin === 'imported')
    return { claim: claimOf('ended', 'imported'), rule: 'process.imported' };
  if (exit === null) return { claim: claimOf('ended', 'ended'), rule: 'process.ended' };
  const sentence = exit.signal === null ? `exited ${exit.code ?? '?'}` : `ended by ${exit.signal}`;
  const onPurpose =
    exit.signal === null ? purposefulCodes.has(exit.code ?? 0) : purposefulSignals.has(exit.signal);
  const state = onPurpose || agent === 'shell' ? 'ended' : 'failed';
  return {
    claim: claimOf(state, sentence),
    rule: exit.signal === null ? 'exit.code' : 'exit.signal',
  };
}

function toProcessSignal(evidence: Evidence, { claim, rule }: ProcessClaim, now: string): Signal {
  const { exit, generation, reason } = evidence;
  const told =
    exit === null ? (reason ?? evidence.status) : `code ${exit.code}, signal ${exit.signal}`;
  const moment = { at: exit?.at ?? now, generation, seq: null };
  return toSignal('process', { claim, rule, evidence: told }, moment);
}

function soften(chosen: Signal, { heard, status }: Evidence): Signal | undefined {
  const isResult = chosen.state === 'finished' || chosen.state === 'failed';
  if (!heard.dismissed || !isResult) return undefined;
  const state = status === 'ended' ? 'ended' : 'idle';
  return { ...chosen, state, rule: 'person.seen' };
}

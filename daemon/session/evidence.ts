import type { Attention } from '../../protocol/session/attentionState.ts';
import type { SessionStatus } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { SessionExit } from './life.ts';
import type { SessionRow } from './row.ts';
import type { StatusReport } from './statusReport.ts';
import type { TitleState } from './title.ts';

/** Everything that is known about what a session wants. `dismissed`: a person has seen the last result. */
export interface Evidence {
  readonly status: SessionStatus;
  readonly agent: string;
  readonly exit: SessionExit | null;
  readonly reason: string | null;
  readonly report: StatusReport | null;
  readonly titleState: TitleState;
  readonly dismissed: boolean;
  readonly origin?: SessionRow['origin'];
}

type Claim = Pick<Attention, 'state' | 'kind' | 'sentence'>;

/** Codes and signals with which people and terminals end programs on purpose. */
const purposefulCodes = new Set([0, 129, 130, 143]);
const purposefulSignals = new Set(['SIGHUP', 'SIGINT', 'SIGTERM']);

/**
 * The one judgement of what a person sees. `since` stays while the claim stays. A dismissed result is idle, or ended
 * when the process is gone, until something new happens.
 */
export function judge(evidence: Evidence, previous: Attention | undefined, now: string): Attention {
  const claim = soften(claimOf(evidence), evidence);
  const isSame = previous?.state === claim.state && previous.kind === claim.kind;
  return { ...claim, since: isSame ? previous.since : now };
}

function claimOf(evidence: Evidence): Claim {
  switch (evidence.status) {
    case 'starting':
      return claim('starting', 'starting');
    case 'running':
      return claimOfRunning(evidence);
    case 'asleep':
      return claim('asleep', 'asleep');
    case 'killed':
      return claim('killed', 'killed');
    case 'interrupted':
      return claim('interrupted', evidence.reason ?? 'interrupted by a restart');
    case 'ended':
      return claimOfEnded(evidence);
  }
}

function claimOfEnded({ agent, exit, reason, origin }: Evidence): Claim {
  if (reason !== null) return claim('failed', reason);
  if (origin === 'imported') return claim('ended', 'imported');
  if (exit === null) return claim('ended', 'ended');
  const sentence = exit.signal === null ? `exited ${exit.code ?? '?'}` : `ended by ${exit.signal}`;
  const onPurpose =
    exit.signal === null ? purposefulCodes.has(exit.code ?? 0) : purposefulSignals.has(exit.signal);
  return claim(onPurpose || agent === 'shell' ? 'ended' : 'failed', sentence);
}

function claimOfRunning({ report, titleState }: Evidence): Claim {
  if (report !== null && report.state !== 'clear') return claimOfReport(report);
  switch (titleState) {
    case 'working':
      return claim('working', 'working');
    case 'idle':
      return claim('idle', 'idle');
    case 'asking':
      return { state: 'asking', kind: 'permission', sentence: 'needs your permission' };
    case 'unknown':
      return claim('unknown', 'running');
  }
}

function claimOfReport(report: StatusReport): Claim {
  switch (report.state) {
    case 'working':
      return claim('working', report.message === '' ? 'working' : report.message);
    case 'done':
      return claim('finished', 'done');
    case 'error':
      return claim('failed', report.message === '' ? 'stopped by an error' : report.message);
    case 'blocked':
      return claimOfBlocked(report);
    default:
      return claim('idle', 'idle');
  }
}

function claimOfBlocked({ kind, message }: StatusReport): Claim {
  switch (kind) {
    case 'question':
      return asking('question', message.replace(/^answer: /, 'asks: '), 'asks a question');
    case 'auth':
      return asking('signIn', message, 'needs you to sign in');
    default: {
      const command = /^approve Bash: (.+)$/.exec(message)?.[1];
      const sentence =
        command === undefined
          ? message.replace(/^approve /, 'wants to use ')
          : `wants to run \`${command}\``;
      return asking('permission', sentence, 'needs your permission');
    }
  }
}

function asking(kind: NonNullable<Claim['kind']>, sentence: string, otherwise: string): Claim {
  return { state: 'asking', kind, sentence: toPlainLine(sentence === '' ? otherwise : sentence) };
}

function claim(state: Claim['state'], sentence: string): Claim {
  return { state, kind: null, sentence: toPlainLine(sentence) };
}

function soften(found: Claim, evidence: Evidence): Claim {
  const isResult = found.state === 'finished' || found.state === 'failed';
  if (!evidence.dismissed || !isResult) return found;
  return claim(evidence.status === 'ended' ? 'ended' : 'idle', found.sentence);
}

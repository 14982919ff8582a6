import type { Need } from '../../protocol/attention/attention.ts';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Translate } from '../translate.ts';

/** `asking`: somebody waits for the person, the only case with a warning colour. */
export interface StatusText {
  readonly text: string;
  readonly asking: boolean;
}

const asking: ReadonlySet<Need['kind']> = new Set(['permission', 'question', 'signIn']);

/** "2 need you", else "3 working", else nothing but the icon. */
export function describeStatus(
  sessions: readonly Session[],
  needs: readonly Need[],
  t: Translate,
): StatusText {
  const waiting = needs.filter(({ kind }) => asking.has(kind)).length;
  if (waiting > 0)
    return { text: waiting === 1 ? t('1 needs you') : t('{0} need you', waiting), asking: true };
  const working = sessions.filter(({ attention }) => attention.state === 'working').length;
  return { text: working > 0 ? t('{0} working', working) : '', asking: false };
}

/** Who asks first, then who waits longest. */
export function rankSessions(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((left, right) => compareAttention(left.attention, right.attention));
}

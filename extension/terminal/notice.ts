/** The lines that we print into a terminal ourselves, and how a session's state stands in front of its name. */
import { constants } from 'node:os';
import type { ExitMark } from '../../protocol/wire/mark.ts';
import type { AttentionState } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import { nameOfClient } from '../../protocol/wire/clientName.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeClock } from '../clock.ts';
import type { Translate } from '../translate.ts';

/** "exited 0 · R restarts · H history"; "stopped · …" when a person ended it. */
export function describeEnd(exit: ExitMark, isStopped: boolean, t: Translate): string {
  const how = isStopped ? t('stopped') : describeExitMark(exit, t);
  return [how, t('R restarts'), t('H history')].join(' · ');
}

/** "interrupted 08:12 · Enter resumes". */
export function describeInterruption(at: string | undefined, t: Translate): string {
  const when = at === undefined ? t('interrupted') : t('interrupted {0}', describeClock(at));
  return [when, t('Enter resumes')].join(' · ');
}

/** Why a session cannot be attached, where only what is kept of it stands: its end, or what failed. */
export function describeUnattached(
  session: Pick<Session, 'status' | 'origin' | 'reason'> | undefined,
  failure: string,
  t: Translate,
): string {
  const isOver = session !== undefined && !/^(?:running|starting)$/.test(session.status);
  const isImported = session?.origin === 'imported';
  const end = isImported ? t('imported, for reading only') : (session?.reason ?? t('ended'));
  const reason = toPlainLine(isOver ? end : failure, 120);
  return [reason, ...(isImported ? [] : [t('R restarts')]), t('H history')].join(' · ');
}

/** "window api is typing · Enter takes over". */
export function describeRival(writer: string | null, t: Translate): string {
  const name = toPlainLine(nameOfClient(writer) ?? '', 40);
  return name === ''
    ? t('another window is typing · Enter takes over')
    : t('window {0} is typing · Enter takes over', name);
}

function describeExitMark(exit: ExitMark, t: Translate): string {
  const how = exit.signal
    ? t('ended by {0}', nameSignal(exit.signal))
    : t('exited {0}', exit.code ?? '?');
  return exit.background > 0 ? `${how} · ${t('{0} background processes', exit.background)}` : how;
}

/** The kernel's number as the name that people know. */
function nameSignal(signal: number): string {
  const named = Object.entries(constants.signals).find(([, value]) => value === signal);
  return named?.[0] ?? String(signal);
}

const prefixes: Partial<Record<AttentionState, string>> = {
  asking: '? ',
  failed: '! ',
  finished: '✓ ',
};

/** The name of a terminal: its session's, with a sign in front when a person is needed. Unique among `taken`. */
export function nameTerminal(
  session: { readonly name: string; readonly attention: { readonly state: AttentionState } },
  taken: ReadonlySet<string>,
): string {
  const name = `${prefixes[session.attention.state] ?? ''}${session.name}`;
  let unique = name;
  for (let count = 2; taken.has(unique); count += 1) unique = `${name} (${count})`;
  return unique;
}

/** How far a long paste has come; undefined: it is over. */
export function describeTyping(
  state: { readonly sent: number; readonly total: number } | undefined,
  t: Translate,
): string {
  if (state === undefined) return t('All of it was typed.');
  const [sent, total] = [state.sent, state.total].map((count) => (count / 1_000_000).toFixed(1));
  return t('{0} of {1} MB typed · Ctrl+C gives up the rest', sent ?? '', total ?? '');
}

/** One session as words and an icon: the same in tree, quick pick and status bar. Text from agents is cleaned here. */
import type { AttentionState } from '../../protocol/session/attentionState.ts';
import type { Usage } from '../../protocol/session/resources.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';
import { describeAge, describeClock } from '../clock.ts';

/** A codicon and the theme colour it stands in; no colour means the default of the list. */
export interface StateIcon {
  readonly id: string;
  readonly color: string | undefined;
}

export interface RowContext {
  readonly nowMs: number;
  readonly t: Translate;
  /** The branch checked out where the session works. */
  readonly branch?: string | undefined;
  /** What its processes use now. */
  readonly usage?: Usage | undefined;
  /** What Waggle adds to its agent's context. */
  readonly cost?: ContextCost | undefined;
}

/** `tokens`: of tools and their instructions; `noteTokens`: of the notes in the prompt. Estimates. */
export interface ContextCost {
  readonly choice: 'off' | 'core' | 'all';
  readonly tools: readonly unknown[];
  readonly tokens: number;
  readonly noteTokens?: number | undefined;
}

const muted = 'disabledForeground';
// `charts.orange` can hardly be seen on the dark ground of the editor’s own theme.
const orange = 'waggle.askingForeground';

const icons: Record<AttentionState, StateIcon> = {
  asking: { id: 'bell', color: orange },
  failed: { id: 'error', color: 'charts.red' },
  finished: { id: 'pass-filled', color: 'charts.green' },
  working: { id: 'sync~spin', color: 'charts.blue' },
  starting: { id: 'loading~spin', color: undefined },
  idle: { id: 'circle-filled', color: undefined },
  asleep: { id: 'moon', color: muted },
  interrupted: { id: 'debug-pause', color: muted },
  ended: { id: 'circle-slash', color: muted },
  killed: { id: 'stop-circle', color: muted },
  unreachable: { id: 'debug-disconnect', color: muted },
  unknown: { id: 'circle-outline', color: muted },
};

const askingIcons = { permission: 'bell', question: 'question', signIn: 'key' } as const;

/** `still`: for people who asked for less motion. */
export function iconOf(session: Session, still = false): StateIcon {
  const { state, kind } = session.attention;
  const icon = icons[state];
  const id = state === 'asking' ? askingIcons[kind ?? 'permission'] : icon.id;
  return { id: still ? id.replace('~spin', '') : id, color: icon.color };
}

/** A session that has a process, or is about to. */
export function isRunning(session: Session): boolean {
  return session.status === 'starting' || session.status === 'running';
}

/**
 * Ended for good, or brought from elsewhere and not gone on with yet: folds under History. What was interrupted or sleeps can
 * go on and stays in its place.
 */
export function isHistory({ status, origin, exit }: Session): boolean {
  const isUntouched = status === 'asleep' && origin === 'continued' && exit === null;
  return status === 'ended' || status === 'killed' || isUntouched;
}

/** The name as text that is safe to show. */
export function nameOf(session: Session): string {
  return toPlainLine(session.name, 80) || session.agent;
}

/** What the state says: "wants to run `npm test`", "working, 2 min", "exited 0". */
export function describeState(session: Session, { nowMs, t }: RowContext): string {
  const { state, since } = session.attention;
  const sentence = toPlainLine(session.attention.sentence, 120);
  const age = describeAge(since, nowMs, t);
  const isNew = age === t('now');
  switch (state) {
    case 'asking':
      return sentence || t('asks something');
    case 'failed':
      return sentence || toPlainLine(session.reason ?? '', 120) || t('failed');
    case 'finished':
      return isNew ? t('done') : t('done {0} ago', age);
    case 'working':
      return isNew ? t('working') : t('working, {0}', age);
    case 'starting':
      return t('starting');
    case 'idle':
      return isNew ? t('idle') : t('idle, {0}', age);
    case 'asleep':
      return isNew ? t('asleep') : t('asleep, {0}', age);
    case 'interrupted':
      return toPlainLine(session.reason ?? '', 120) || t('interrupted');
    case 'ended':
    case 'killed':
      return describeExit(session, t);
    case 'unreachable':
      return sentence || t('unreachable');
    case 'unknown':
      return isNew ? t('running') : t('running, {0}', age);
  }
}

/** "exited 0", "ended by SIGKILL", "killed", or why it never started. */
export function describeExit(
  session: Pick<Session, 'status' | 'exit' | 'reason'>,
  t: Translate,
): string {
  if (session.status === 'killed') return t('stopped');
  if (session.exit === null) return toPlainLine(session.reason ?? '', 120) || t('ended');
  if (session.exit.signal !== null) return t('ended by {0}', toPlainLine(session.exit.signal, 16));
  return t('exited {0}', session.exit.code ?? '?');
}

/** Beside the name: `claude · main · 2 min`; what it asks, or how it ended, where that matters more than the branch. */
export function describeRow(session: Session, context: RowContext): string {
  const { state, since } = session.attention;
  const age = describeAge(since, context.nowMs, context.t);
  const parts: string[] = [session.agent];
  if (session.mode === 'pipe') parts.push(context.t('chat'));
  if (session.private === true) parts.push(context.t('private'));
  if (state === 'asking' || state === 'failed' || state === 'interrupted' || isHistory(session)) {
    parts.push(describeShortly(session, context));
  } else if (context.branch !== undefined) {
    parts.push(toPlainLine(context.branch, 40));
  }
  if (session.backgroundProcesses > 0) {
    parts.push(context.t('{0} background processes', session.backgroundProcesses));
  }
  // The moment at which it was interrupted says how long ago that is.
  const isTimed = state === 'interrupted' && session.interruptedAt !== undefined;
  return [...parts, ...(isTimed ? [] : [age])].join(' · ');
}

/** Beside the name where rows of all states stand: `wants to run x · 2 min · claude`. */
export function describePick(session: Session, context: RowContext): string {
  const { state, since } = session.attention;
  const isTimed = state === 'asking' || state === 'failed' || isHistory(session);
  const age = isTimed ? describeAge(since, context.nowMs, context.t) : '';
  return [describeShortly(session, context), age, session.agent].filter(Boolean).join(' · ');
}

/** It asks, failed, or has a result that nobody saw. */
export function needsPerson({ attention }: Session): boolean {
  return ['asking', 'failed', 'finished'].includes(attention.state);
}

/** As `describeState`, for a narrow row: when it was interrupted, not by what. */
function describeShortly(session: Session, context: RowContext): string {
  const { status, interruptedAt } = session;
  return status === 'interrupted' && interruptedAt !== undefined
    ? context.t('interrupted {0}', describeClock(interruptedAt))
    : describeState(session, context);
}

/** "CPU 3 % · 212 MB · 4 processes". */
export function describeUsage({ cpuPercent, rssBytes, processes }: Usage, t: Translate): string {
  const parts = [
    ...(cpuPercent === null ? [] : [t('CPU {0} %', Math.round(cpuPercent))]),
    ...(rssBytes === null ? [] : [t('{0} MB', Math.round(rssBytes / 1_000_000))]),
    processes === 1 ? t('1 process') : t('{0} processes', processes),
  ];
  return parts.join(' · ');
}

/** "Waggle adds about 1,320 tokens to its context: 9 tools 1,200, notes 120". */
export function describeCost(
  { choice, tools, tokens, noteTokens }: ContextCost,
  t: Translate,
): string {
  const notes = noteTokens ?? 0;
  if (choice === 'off' && notes === 0) return t('Waggle adds nothing to its context');
  const parts = [
    ...(choice === 'off' ? [] : [t('{0} tools {1}', tools.length, tokens.toLocaleString())]),
    ...(notes === 0 ? [] : [t('notes {0}', notes.toLocaleString())]),
  ];
  const total = (choice === 'off' ? 0 : tokens) + notes;
  const all = total.toLocaleString();
  return t('Waggle adds about {0} tokens to its context: {1}', all, parts.join(', '));
}

/** The tooltip in Markdown. Everything that comes from a session is escaped. */
export function describeTooltip(session: Session, context: RowContext): string {
  const { t } = context;
  const exact = new Date(session.attention.since).toLocaleString();
  const lines = [
    `**${escapeMarkdown(nameOf(session))}**`,
    `${escapeMarkdown(describeState(session, context))} (${escapeMarkdown(exact)})`,
    `${escapeMarkdown(session.agent)} · ${escapeMarkdown(toPlainLine(session.argv.join(' '), 200))}`,
    t('in {0}', escapeMarkdown(toPlainLine(session.cwd))),
  ];
  if (session.tags.length > 0) {
    lines.push(
      t('tags: {0}', session.tags.map((tag) => escapeMarkdown(toPlainLine(tag))).join(', ')),
    );
  }
  if (context.usage !== undefined) lines.push(describeUsage(context.usage, t));
  if (context.cost !== undefined && session.agent !== 'shell' && session.agent !== 'command')
    lines.push(escapeMarkdown(describeCost(context.cost, t)));
  if (session.private === true)
    lines.push(
      t('private: nothing of it is written to disk, and it is forgotten when it has ended'),
    );
  if (session.pid !== null)
    lines.push(t('process {0}, {1} attached', session.pid, session.clients));
  return lines.join('\n\n');
}

/** Text that Markdown shows as it is: no link, image, emphasis, code or HTML can come out of it. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\\`*_{}[\]()#+\-.!|~$:@/]/g, (sign) => `\\${sign}`);
}

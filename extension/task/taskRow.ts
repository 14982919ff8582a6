/** One task or run as words and an icon: the same in tree, page and pick. Text of agents and files is data and cleaned here. Knows no editor. */
import type { Session } from '../../protocol/session/session.ts';
import type { Run, RunOutcome, RunTrigger, Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';
import { describeLength, describeMoment } from './moment.ts';
import { describeSchedule } from './scheduleWords.ts';
import { isPlanned } from './taskShelf.ts';

export interface RowWords {
  readonly label: string;
  readonly description: string;
  /** For ears: what the icon says. */
  readonly spoken: string;
  readonly icon: RowIcon;
}

/** A codicon and the theme colour it stands in; no colour means the default of the list. */
export interface RowIcon {
  readonly id: string;
  readonly color: string | undefined;
}

export interface TaskContext {
  readonly nowMs: number;
  readonly t: Translate;
  /** The session of its newest run, as far as it is known. */
  readonly session?: Session | undefined;
  /** Icons stand still. */
  readonly still?: boolean;
}

const orange = 'waggle.askingForeground';
const muted = 'disabledForeground';
const rowChars = 120;

/** The session of its newest run. */
export function sessionIdOf({ lastRun }: Pick<Task, 'lastRun'>): Session['id'] | undefined {
  return lastRun?.sessionId ?? undefined;
}

export function titleOf({ title }: Pick<Task, 'title'>): string {
  return toPlainLine(title, rowChars) || '…';
}

export function describeTask(task: Task, context: TaskContext): RowWords {
  const { t } = context;
  const label = titleOf(task);
  const state = describeTaskState(task, context);
  const parts = [
    ...(isUrgent(task) ? [namePriority(task, t)] : []),
    state,
    ...(isPlanned(task) ? describePlan(task, context) : []),
  ];
  const description = parts.filter(Boolean).join(' · ');
  const icon = iconOfTask(task, context);
  return { label, description, spoken: [label, nameStatus(task, t), description].join(', '), icon };
}

function isUrgent({ priority }: Task): boolean {
  return priority === 'high' || priority === 'critical';
}

function namePriority({ priority }: Task, t: Translate): string {
  switch (priority) {
    case 'low':
      return t('low priority');
    case 'medium':
      return t('medium priority');
    case 'high':
      return t('high priority');
    case 'critical':
      return t('critical');
  }
}

function describePlan(task: Task, { nowMs, t }: TaskContext): string[] {
  const words = describeSchedule(task.schedule, t);
  if (task.nextRunAt === null) return [words];
  const next = describeMoment(task.nextRunAt, nowMs, t);
  return task.schedule.kind === 'once' ? [next] : [next, words];
}

/** What a row says of its state beside the schedule; empty where that says all. */
function describeTaskState(task: Task, context: TaskContext): string {
  const { nowMs, t, session } = context;
  const { state, lastRun } = task;
  const age = describeAge(lastRun?.finishedAt ?? task.updatedAt, nowMs, t);
  switch (state.status) {
    case 'draft':
      return describeDraft(task, t);
    case 'ready':
      if (task.paused && isPlanned(task)) return t('off');
      return isPlanned(task) || lastRun === null ? '' : describeOutcome(lastRun, t);
    case 'running':
      return describeRunning(task, { ...context, session });
    case 'review':
      return age === t('now') ? t('done') : t('done {0} ago', age);
    case 'blocked':
      return toPlainLine(state.reason, rowChars) || t('blocked');
    case 'done':
      return [age, toPlainLine(state.summary ?? '', 80)].filter(Boolean).join(' · ');
    case 'failed':
      return toPlainLine(state.reason, rowChars) || t('failed');
    case 'cancelled':
      return [t('cancelled'), age].join(' · ');
  }
}

function describeDraft({ source }: Task, t: Translate): string {
  if (source.kind !== 'file')
    return source.kind === 'agent' ? t('made by an agent, off') : t('off');
  if (source.problem !== null) return toPlainLine(source.problem, rowChars);
  return source.changed ? t('changed since you enabled it, off') : t('off');
}

function describeRunning(task: Task, { nowMs, t, session }: TaskContext): string {
  const { lastRun, progress } = task;
  const asked = session === undefined ? '' : describeAsking(session, t);
  if (asked !== '') return asked;
  if (lastRun === null || lastRun.state === 'finished') return t('its tasks run');
  if (lastRun.state === 'waiting') {
    const why = toPlainLine(lastRun.reason ?? '', rowChars);
    return why || t('waits for its turn');
  }
  const since = lastRun.startedAt ?? lastRun.claimedAt ?? lastRun.plannedAt;
  const parts = [toPlainLine(progress ?? '', 80), describeAge(since, nowMs, t)];
  return parts.filter(Boolean).join(' · ');
}

/** What its session waits for; empty when it does not. */
export function describeAsking({ attention }: Session, t: Translate): string {
  if (attention.state !== 'asking') return '';
  return toPlainLine(attention.sentence, rowChars) || t('asks something');
}

/** What the icon and its colour say. */
export function nameStatus({ state }: Pick<Task, 'state'>, t: Translate): string {
  switch (state.status) {
    case 'draft':
      return t('not enabled');
    case 'ready':
      return t('ready');
    case 'running':
      return t('running');
    case 'review':
      return t('to review');
    case 'blocked':
      return t('blocked');
    case 'done':
      return t('done');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('cancelled');
  }
}

function iconOfTask(task: Task, { session, still, t }: TaskContext): RowIcon {
  switch (task.state.status) {
    case 'draft':
      return task.source.kind === 'file'
        ? { id: 'file', color: undefined }
        : { id: 'circle-outline', color: muted };
    case 'ready':
      if (!isPlanned(task)) return { id: 'circle-outline', color: undefined };
      return { id: 'watch', color: task.paused ? muted : undefined };
    case 'running':
      if (session !== undefined && describeAsking(session, t) !== '')
        return { id: 'bell', color: orange };
      if (task.lastRun?.state === 'waiting') return { id: 'history', color: muted };
      return { id: still === true ? 'sync' : 'sync~spin', color: 'charts.blue' };
    case 'review':
      return { id: 'checklist', color: 'charts.green' };
    case 'blocked':
      return { id: 'warning', color: orange };
    case 'done':
      return { id: 'pass-filled', color: 'charts.green' };
    case 'failed':
      return { id: 'error', color: 'charts.red' };
    case 'cancelled':
      return { id: 'circle-slash', color: muted };
  }
}

/** A run beside its time: "12 s", "exited 1 · 12 s", "left out: …". */
export function describeRun(run: Run, { nowMs, t }: TaskContext): RowWords {
  const at = run.startedAt ?? run.plannedAt;
  const label = describeMoment(at, nowMs, t);
  const outcome = describeOutcome(run, t);
  const length =
    run.startedAt === null || run.finishedAt === null
      ? ''
      : describeLength(Date.parse(run.finishedAt) - Date.parse(run.startedAt), t);
  const parts = [
    outcome,
    length,
    run.attempt > 1 ? t('attempt {0}', run.attempt) : '',
    nameTrigger(run.trigger, t),
    describeCost(run, t),
  ];
  const description = parts.filter(Boolean).join(' · ');
  return { label, description, spoken: `${label}, ${description}`, icon: iconOfRun(run) };
}

function describeCost({ cost }: Run, t: Translate): string {
  if (cost === null || cost.tokens === 0) return '';
  const tokens = t('{0} tokens', cost.tokens.toLocaleString());
  return cost.dollars === null || cost.dollars === 0
    ? tokens
    : `${tokens}, $${cost.dollars.toFixed(2)}`;
}

export function describeOutcome(run: Run, t: Translate): string {
  const reason = toPlainLine(run.reason ?? '', rowChars);
  if (run.outcome === null) return describeUnfinished(run, reason, t);
  if (run.outcome === 'succeeded') return t('succeeded');
  if (run.outcome === 'failed' && reason === '') return describeExit(run, t);
  const name = nameOutcome(run.outcome, t);
  return reason === '' || reason.toLowerCase() === name ? name : `${name}: ${reason}`;
}

function describeUnfinished({ state }: Run, reason: string, t: Translate): string {
  switch (state) {
    case 'waiting':
      return reason === '' ? t('waits for its turn') : reason;
    case 'claimed':
      return t('starting');
    case 'started':
    case 'delivered':
    case 'finished':
      return t('running');
  }
}

function describeExit({ exitCode, signal }: Run, t: Translate): string {
  if (signal !== null) return t('ended by {0}', toPlainLine(signal, 16));
  return exitCode === null ? t('failed') : t('exited {0}', exitCode);
}

function nameOutcome(outcome: RunOutcome, t: Translate): string {
  switch (outcome) {
    case 'succeeded':
      return t('succeeded');
    case 'failed':
      return t('failed');
    case 'timedOut':
      return t('timed out');
    case 'cancelled':
      return t('cancelled');
    case 'lost':
      return t('lost');
    case 'unknown':
      return t('nobody knows whether it ran');
    case 'skipped':
      return t('left out');
    case 'overBudget':
      return t('over its budget');
    case 'limited':
      return t('the plan of the agent is used up');
  }
}

function nameTrigger(trigger: RunTrigger, t: Translate): string {
  switch (trigger) {
    case 'schedule':
      return '';
    case 'missed':
      return t('made up for a missed time');
    case 'person':
      return t('run by you');
    case 'retry':
      return t('tried again');
    case 'changes':
      return t('after your changes');
    case 'check':
      return t('after its check');
    case 'limit':
      return t('after the limit was reset');
  }
}

function iconOfRun({ outcome, state }: Run): RowIcon {
  if (outcome === null)
    return state === 'waiting'
      ? { id: 'history', color: muted }
      : { id: 'sync', color: 'charts.blue' };
  switch (outcome) {
    case 'succeeded':
      return { id: 'pass', color: 'charts.green' };
    case 'failed':
    case 'timedOut':
    case 'overBudget':
      return { id: 'error', color: 'charts.red' };
    case 'lost':
    case 'unknown':
    case 'limited':
      return { id: 'question', color: orange };
    case 'cancelled':
    case 'skipped':
      return { id: 'circle-slash', color: muted };
  }
}

/** All that is known about a task or a run, as a page of plain text. Knows no editor. */
import { nextTimes } from '../../link/schedule/schedule.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { AwayPolicy, Run, Task, Work } from '../../protocol/task/task.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { joinCommand } from '../commandLine.ts';
import type { Translate } from '../translate.ts';
import { describeExactly, describeLength } from './moment.ts';
import { describeMissed, describeOverlap, describeSchedule } from './scheduleWords.ts';
import type { TaskContext } from './taskRow.ts';
import { describeRun, describeTask, nameStatus, titleOf } from './taskRow.ts';

type Line = readonly [label: string, value: string];

export function nameAway(away: AwayPolicy, t: Translate): string {
  switch (away) {
    case 'readOnly':
      return t('Read Only');
    case 'editInWorktree':
      return t('Edit in a Worktree');
    case 'ask':
      return t('Ask and Wait');
  }
}

export function explainAway(away: AwayPolicy, t: Translate): string {
  switch (away) {
    case 'readOnly':
      return t('it looks and reports; everything else is denied');
    case 'editInWorktree':
      return t('it also edits files, in a worktree of its own; everything else is denied');
    case 'ask':
      return t('whatever it asks waits for you in Needs You');
  }
}

/** What it does, in one line. */
export function describeWork(work: Work, t: Translate, maxChars: number): string {
  switch (work.kind) {
    case 'prompt':
      return t('{0}: {1}', work.agent, toPlainLine(work.prompt, maxChars));
    case 'command':
      return `$ ${toPlainLine(joinCommand(work.command), maxChars)}`;
    case 'none':
      return t('What its parts come to');
  }
}

export interface PageContext extends TaskContext {
  /** Its parent, if it has one. */
  readonly parent: Task | undefined;
  readonly children: readonly Task[];
  /** Newest first. */
  readonly runs: readonly Run[];
}

export function describePage(task: Task, context: PageContext): string {
  const { t, children, runs } = context;
  const parts = [
    titleOf(task),
    layOut(listLines(task, context)),
    ...textSection(t('What Is to Be Done'), describeWhole(task.work)),
    ...textSection(t('Description'), task.description),
    ...listSection(t('Parts'), children.map(toPart(context))),
    ...listSection(
      t('Results'),
      task.results.map(({ title, target }) => [toPlainLine(title, 80), toPlainLine(target, 200)]),
    ),
    ...listSection(t('Runs'), runs.map(toRunLine(context))),
  ];
  return `${parts.join('\n\n')}\n`;
}

function toPart(context: TaskContext): (task: Task) => Line {
  return (task) => [titleOf(task), nameStatus(task, context.t)];
}

function toRunLine(context: TaskContext): (run: Run) => Line {
  return (run) => [
    describeExactly(run.startedAt ?? run.plannedAt),
    describeRun(run, context).description,
  ];
}

function listLines(task: Task, context: PageContext): Line[] {
  const { t, parent } = context;
  const words = describeTask(task, context);
  const status = nameStatus(task, t);
  return [
    [t('State'), [status, words.description].filter((part) => part !== '').join(' · ')],
    ...(parent === undefined ? [] : [[t('Part of'), titleOf(parent)] as const]),
    ...listWhen(task, context),
    [
      t('Where'),
      toPlainLine(task.cwd, 400) + (task.worktree ? `, ${t('in a worktree of its own')}` : ''),
    ],
    ...listAgent(task.work, t),
    ...listLimits(task, t),
    ...listOrigin(task, t),
  ];
}

function listWhen(task: Task, { nowMs, t }: PageContext): Line[] {
  if (task.schedule.kind === 'none') return [];
  const next = listNext(task, 5, nowMs);
  return [
    [t('When'), describeSchedule(task.schedule, t)],
    ...(next.length === 0 ? [] : [[t('Next'), next.join(', ')] as const]),
    [t('Missed times'), describeMissed(task.policies.missed, t)],
    [t('Overlap'), describeOverlap(task.policies.overlap, t)],
  ];
}

function listAgent(work: Work, t: Translate): Line[] {
  if (work.kind !== 'prompt') return [];
  return [
    [t('Agent'), [work.agent, work.model ?? ''].filter(Boolean).join(' · ')],
    [t('It may'), `${nameAway(work.away, t)}: ${explainAway(work.away, t)}`],
  ];
}

function listLimits(task: Task, t: Translate): Line[] {
  const { timeoutMs, retries, budget, check, review } = task;
  const ceilings = [
    ...(budget.tokens === null ? [] : [t('{0} tokens', budget.tokens.toLocaleString())]),
    ...(budget.dollars === null ? [] : [`$${budget.dollars}`]),
    ...(budget.minutes === null ? [] : [t('{0} min', budget.minutes)]),
  ];
  return [
    ...(timeoutMs === null ? [] : [[t('Time-out'), describeLength(timeoutMs, t)] as const]),
    ...(retries.max === 0 ? [] : [[t('Retries'), String(retries.max)] as const]),
    ...(ceilings.length === 0 ? [] : [[t('Budget'), ceilings.join(', ')] as const]),
    ...(check === null
      ? []
      : [
          [
            t('Repeats until'),
            t(
              '{0} passes, at most {1} times',
              toPlainLine(joinCommand(check.command), 200),
              check.max,
            ),
          ] as const,
        ]),
    ...(review ? [[t('Review'), t('you approve what it did')] as const] : []),
  ];
}

function listOrigin({ source, labels }: Task, t: Translate): Line[] {
  const made =
    source.kind === 'person'
      ? t('you')
      : source.kind === 'agent'
        ? t('an agent')
        : toPlainLine(source.path, 400);
  return [
    [t('Made by'), made],
    ...(labels.length === 0
      ? []
      : [[t('Labels'), labels.map((one) => toPlainLine(one, 64)).join(', ')] as const]),
  ];
}

export function listNext({ schedule, nextRunAt }: Task, count: number, nowMs: number): string[] {
  if (nextRunAt === null) return [];
  return nextTimes(schedule, nowMs, count).map((at) => describeExactly(new Date(at).toISOString()));
}

function describeWhole(work: Work): string {
  if (work.kind === 'prompt') return work.prompt;
  return work.kind === 'command' ? `$ ${joinCommand(work.command)}` : '';
}

function textSection(title: string, text: string): string[] {
  if (text.trim() === '') return [];
  const lines = toVisibleText(text.trim()).split('\n');
  return [[title, '', ...lines.map((line) => `  ${line}`)].join('\n')];
}

function listSection(title: string, lines: readonly Line[]): string[] {
  return lines.length === 0 ? [] : [[title, layOut(lines)].join('\n\n')];
}

/** One below the other, the values in one column. */
function layOut(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  return lines.map(([label, value]) => `  ${label.padEnd(width)}${value}`).join('\n');
}

/** What a run wrote, below what is known about it. */
export function describeOutput(
  { run, output, isTail }: MethodResult<'task/output'>,
  task: Task | undefined,
  context: TaskContext,
): string {
  const { t } = context;
  const lines: Line[] = [
    ...(task === undefined ? [] : [[t('Task'), titleOf(task)] as const]),
    [t('Run'), describeExactly(run.startedAt ?? run.plannedAt)],
    [t('Outcome'), describeRun(run, context).description],
  ];
  const text = toVisibleText(output);
  const body = text.trim() === '' ? t('It wrote nothing that was kept.') : text;
  const head = isTail ? [t('The beginning was not kept.'), ''] : [];
  return `${[layOut(lines), '', ...head, body].join('\n')}\n`;
}

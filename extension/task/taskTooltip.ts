/** A task in short, in Markdown. Everything that comes from a task is escaped. */
import type { Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { escapeMarkdown } from '../session/session.ts';
import { describeMissed } from './scheduleWords.ts';
import type { TaskContext } from './taskRow.ts';
import { describeTask, nameStatus, titleOf } from './taskRow.ts';
import { describeWork, listNext } from './taskText.ts';

export function describeTooltip(task: Task, context: TaskContext): string {
  const { t, nowMs } = context;
  const words = describeTask(task, context);
  const lines = [
    `**${escapeMarkdown(titleOf(task))}**`,
    escapeMarkdown([nameStatus(task, t), words.description].filter(Boolean).join(' · ')),
    escapeMarkdown(describeWork(task.work, t, 300)),
    t('in {0}', escapeMarkdown(toPlainLine(task.cwd))),
  ];
  const next = listNext(task, 3, nowMs);
  if (next.length > 0) {
    lines.push(escapeMarkdown(t('Next: {0}', next.join(', '))));
    lines.push(escapeMarkdown(describeMissed(task.policies.missed, t)));
  }
  if (task.source.kind === 'file')
    lines.push(escapeMarkdown(t('From {0}', toPlainLine(task.source.path, 200))));
  if (task.labels.length > 0)
    lines.push(
      escapeMarkdown(t('labels: {0}', task.labels.map((one) => toPlainLine(one)).join(', '))),
    );
  return lines.join('\n\n');
}

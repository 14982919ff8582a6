/** The rows of the second question: the common times, and what is typed with the next three times it means. */
import * as vscode from 'vscode';
import { checkSchedule } from '../../link/schedule/schedule.ts';
import type { Schedule } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { toPickLabel } from '../editor/editor.ts';
import { toSchedule } from './order.ts';
import type { ScheduleContext } from './scheduleRow.ts';
import { describeNextTimes } from './scheduleRow.ts';
import { describeMissed, describeSchedule } from './scheduleWords.ts';
import type { StepRow } from './stepPick.ts';
import { parseWhen } from './whenText.ts';

export interface WhenRow extends StepRow {
  readonly schedule?: Schedule;
}

export function listWhenRows(typed: string, context: ScheduleContext): readonly WhenRow[] {
  return typed.trim() === '' ? listCommon(context) : [readTyped(typed, context)];
}

function listCommon(context: ScheduleContext): WhenRow[] {
  const { t } = context;
  return [
    {
      label: t('Once…'),
      description: t('a moment: "in 20 min", "tomorrow 9:00", "2026-12-24 18:00"'),
      iconPath: new vscode.ThemeIcon('clock'),
      fill: 'tomorrow 09:00',
    },
    toRow(t('Every hour'), 'every hour', context),
    toRow(t('Weekdays 09:00'), 'weekdays 09:00', context),
    {
      label: t('Cron…'),
      description: t('minute, hour, day, month, weekday'),
      iconPath: new vscode.ThemeIcon('symbol-numeric'),
      fill: '0 9 * * 1-5',
    },
    {
      label: t('Not Scheduled'),
      description: t('it stands in the list and runs when you say so'),
      iconPath: new vscode.ThemeIcon('circle-outline'),
      schedule: { kind: 'none' },
    },
  ];
}

function toRow(label: string, typed: string, context: ScheduleContext): WhenRow {
  const when = parseWhen(typed, context.nowMs);
  const schedule = when === undefined ? undefined : toSchedule(when);
  return {
    label,
    ...(schedule === undefined
      ? {}
      : { schedule, description: describeNextTimes(schedule, context) }),
    iconPath: new vscode.ThemeIcon('watch'),
    alwaysShow: true,
  };
}

function readTyped(typed: string, context: ScheduleContext): WhenRow {
  const { nowMs, t } = context;
  const when = parseWhen(typed, nowMs);
  if (when === undefined) {
    return {
      label: t('This is no time yet'),
      detail: t('in 20 min · tomorrow 9:00 · every 2 h · weekdays 09:00 · 0 9 * * 1-5'),
      iconPath: new vscode.ThemeIcon('lightbulb'),
      alwaysShow: true,
      isHint: true,
    };
  }
  const schedule = toSchedule(when);
  const check = checkSchedule(schedule, nowMs);
  const label = toPickLabel(describeSchedule(schedule, t));
  if (!check.ok) {
    return {
      label: t('It would never run'),
      detail: toPlainLine(`${check.reason} ${check.fix}`, 300),
      iconPath: new vscode.ThemeIcon('warning'),
      alwaysShow: true,
      isHint: true,
    };
  }
  return {
    label,
    description: describeNextTimes(schedule, context),
    detail: describeMissed({ kind: 'once' }, t),
    iconPath: new vscode.ThemeIcon('watch'),
    alwaysShow: true,
    schedule,
  };
}

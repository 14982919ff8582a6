/** A schedule as one line with its next times: "weekdays 09:00 · next Fri 09:00, Mon 09:00, Tue 09:00". Knows no editor. */
import { nextTimes } from '../../link/schedule/schedule.ts';
import type { Schedule } from '../../protocol/task/task.ts';
import type { Translate } from '../translate.ts';
import { describeMoment } from './moment.ts';
import { describeSchedule } from './scheduleWords.ts';

export interface ScheduleContext {
  readonly nowMs: number;
  readonly t: Translate;
}

const shownTimes = 3;

/** The next three times; empty when there are none. */
export function describeNextTimes(schedule: Schedule, { nowMs, t }: ScheduleContext): string {
  return nextTimes(schedule, nowMs, shownTimes)
    .map((at) => describeMoment(new Date(at).toISOString(), nowMs, t))
    .join(' · ');
}

export function describeScheduled(schedule: Schedule, context: ScheduleContext): string {
  const { t } = context;
  if (schedule.kind === 'none') return t('It runs when you say so');
  const words = describeSchedule(schedule, t);
  if (schedule.kind === 'once') return words;
  return t('{0}, next {1}', words, describeNextTimes(schedule, context));
}

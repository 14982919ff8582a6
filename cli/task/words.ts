import { localZone, saySchedule } from '../../link/schedule/schedule.ts';
import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Style } from '../output/output.ts';

/** `2026-11-28 09:00`, in the zone of this machine. */
export function instantText(instant: string): string {
  const at = new Date(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function stateText({ state, lastRun }: Task): string {
  switch (state.status) {
    case 'running':
      return lastRun?.state === 'waiting' ? 'waiting' : 'running';
    case 'review':
      return 'to review';
    default:
      return state.status;
  }
}

export function stateStyle({ state }: Task): Style | undefined {
  switch (state.status) {
    case 'review':
    case 'blocked':
      return 'orange';
    case 'failed':
      return 'red';
    case 'running':
      return 'blue';
    case 'done':
      return 'green';
    default:
      return undefined;
  }
}

/** When it comes next, or why it does not. */
export function whenText({ schedule, nextRunAt, paused, state }: Task): string {
  if (schedule.kind === 'none') return '';
  const said = saySchedule(schedule, localZone());
  if (state.status === 'draft') return `off, ${said}`;
  if (paused) return `paused, ${said}`;
  if (nextRunAt === null) return said;
  return `${instantText(nextRunAt)}, ${said}`;
}

/** What a run came to, or where it is. */
export function runText({ state, outcome, reason, exitCode }: Run): string {
  const came = outcome ?? state;
  const code = exitCode === null || exitCode === 0 ? '' : ` (${exitCode})`;
  return `${came}${code}${reason === null ? '' : `: ${toPlainLine(reason, 300)}`}`;
}

/** How long it took, in seconds; empty while nobody knows. */
export function tookText({ startedAt, finishedAt }: Run): string {
  if (startedAt === null || finishedAt === null) return '';
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { findTask, shownIdChars } from './find.ts';
import { runText, whenText } from './words.ts';

interface Wish {
  readonly reference: string;
  readonly comment?: string | undefined;
}

interface Waiting {
  /** Until the run is over; the exit code says how it came out. */
  readonly wait: boolean;
}

const lookEveryMs = 300;

function quoted({ title }: Task): string {
  return `"${toPlainLine(title, 80)}"`;
}

export async function runTask(context: CommandContext, wish: Wish & Waiting): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const done = await link.call('task/run', { taskId: task.id });
  return told(context, { link, ...done, wait: wish.wait });
}

export async function retryTask(context: CommandContext, wish: Wish & Waiting): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const done = await link.call('task/retry', { taskId: task.id });
  return told(context, { link, ...done, wait: wish.wait });
}

export async function changeTask(context: CommandContext, wish: Wish & Waiting): Promise<number> {
  if (wish.comment === undefined || wish.comment === '')
    throw new CommandError('usage', 'Say what is missing.', 'waggle task change <task> "…"');
  const { link, task } = await findTask(context, wish.reference);
  const asked = { taskId: task.id, feedback: wish.comment };
  const done = await link.call('task/requestChanges', asked);
  return told(context, { link, ...done, wait: wish.wait });
}

export async function approveTask(context: CommandContext, wish: Wish): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const done = await link.call('task/approve', { taskId: task.id, ...commentOf(wish) });
  context.output.result(done, () => [`Approved ${quoted(done.task)}.`]);
  return exitCodes.ok;
}

export async function cancelTask(context: CommandContext, wish: Wish): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const done = await link.call('task/cancel', { taskId: task.id, ...commentOf(wish) });
  context.output.result(done, () => [`Cancelled ${quoted(done.task)}.`]);
  return exitCodes.ok;
}

export async function deleteTask(context: CommandContext, wish: Wish): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const done = await link.call('task/delete', { taskId: task.id });
  const below = done.deleted.length - 1;
  context.output.result(done, () => [
    `Deleted ${quoted(task)}${below === 0 ? '' : `, and ${below} below it`}.`,
  ]);
  return exitCodes.ok;
}

export async function enableTask(context: CommandContext, wish: Wish): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const asked = { taskId: task.id, revision: task.revision };
  const done = await link.call('task/enable', asked);
  const when = whenText(done.task);
  context.output.result(done, () => [
    `Enabled ${quoted(done.task)}${when === '' ? '' : `: ${toPlainLine(when, 160)}`}.`,
  ]);
  noteLogin(context, done.askLogin);
  return exitCodes.ok;
}

export async function pauseTask(
  context: CommandContext,
  { reference, paused }: Wish & { readonly paused: boolean },
): Promise<number> {
  const { link, task } = await findTask(context, reference);
  const done = await link.call('task/pause', { taskId: task.id, paused });
  context.output.result(done, () => [
    paused
      ? `Paused ${quoted(done.task)}; waggle task run still runs it.`
      : `Resumed ${quoted(done.task)}: ${toPlainLine(whenText(done.task), 160) || 'it has no schedule'}.`,
  ]);
  noteLogin(context, done.askLogin);
  return exitCodes.ok;
}

export async function pauseAll(
  context: CommandContext,
  { paused }: { readonly paused: boolean },
): Promise<number> {
  const link = await context.connect();
  const done = await link.call('task/configure', { change: { paused } });
  context.output.result(done, () => [
    paused ? 'Paused all schedules.' : 'All schedules run again; what passed is not made up for.',
  ]);
  return exitCodes.ok;
}

/** With the first schedule a person is told once that it needs Waggle to run. */
export function noteLogin(context: CommandContext, askLogin: boolean): void {
  if (askLogin)
    context.output.note(
      'Schedules run only while Waggle runs. At login too: waggle service install',
    );
}

function commentOf({ comment }: Wish): { readonly comment?: string } {
  return comment === undefined || comment === '' ? {} : { comment };
}

interface Begun extends Waiting {
  readonly link: DaemonLink;
  readonly task: Task;
  readonly run: Run;
}

async function told(context: CommandContext, { link, task, run, wait }: Begun): Promise<number> {
  if (!wait) {
    context.output.result({ task, run }, () => [
      `Runs ${quoted(task)} (${run.id.slice(-shownIdChars)}).`,
    ]);
    return exitCodes.ok;
  }
  const over = await waitFor(link, run);
  context.output.result(over, () => [
    ...over.output.split('\n').map((line) => toPlainLine(line, 2000)),
    runText(over.run),
  ]);
  return over.run.outcome === 'succeeded' ? exitCodes.ok : exitCodes.failure;
}

async function waitFor(link: DaemonLink, { id }: Run) {
  for (;;) {
    const read = await link.call('task/output', { runId: id });
    if (read.run.state === 'finished') return read;
    await delay(lookEveryMs);
  }
}

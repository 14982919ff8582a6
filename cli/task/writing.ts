import { resolve } from 'node:path';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { noteLogin } from './acting.ts';
import { findTask, shownIdChars } from './find.ts';
import type { TaskWish } from './wish.ts';
import { toFields } from './wish.ts';
import { whenText } from './words.ts';

interface Placed {
  /** The parent; `none` takes it away. */
  readonly parent: string | undefined;
}

export async function addTask(
  context: CommandContext,
  { parent, draft, ...wish }: TaskWish & Placed & { readonly draft: boolean },
): Promise<number> {
  const link = await context.connect();
  const fields = await toFields(wish, { link });
  const { title = '', work = { kind: 'none' } as const, cwd = resolve('.'), ...rest } = fields;
  const parentId = parent === undefined ? null : (await findTask(context, parent)).task.id;
  const done = await link.call('task/create', {
    ...withoutUndefined(rest),
    title,
    work,
    cwd,
    parentId,
    draft,
  });
  const when = toPlainLine(whenText(done.task), 160);
  context.output.result(done, () => [
    `Added "${toPlainLine(done.task.title, 80)}" (${done.task.id.slice(-shownIdChars)})${when === '' ? '' : `: ${when}`}.`,
  ]);
  noteLogin(context, done.askLogin);
  return exitCodes.ok;
}

export async function editTask(
  context: CommandContext,
  { reference, parent, ...wish }: TaskWish & Placed & { readonly reference: string },
): Promise<number> {
  const { link, task } = await findTask(context, reference);
  const fields = await toFields(wish, { link, before: task });
  const parentId = parent === undefined ? undefined : await parentOf(context, parent);
  const change = { ...fields, ...(parentId === undefined ? {} : { parentId }) };
  if (Object.keys(change).length === 0)
    throw new CommandError('usage', 'Change what?', 'waggle task edit --help');
  const done = await link.call('task/edit', { taskId: task.id, revision: task.revision, change });
  context.output.result(done, () => [`Changed "${toPlainLine(done.task.title, 80)}".`]);
  noteLogin(context, done.askLogin);
  return exitCodes.ok;
}

async function parentOf(context: CommandContext, parent: string) {
  return parent === 'none' ? null : (await findTask(context, parent)).task.id;
}

function withoutUndefined<T extends object>(
  value: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  const known = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]: Exclude<T[K], undefined> };
}

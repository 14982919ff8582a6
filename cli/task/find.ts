import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Task } from '../../protocol/task/task.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError } from '../output/output.ts';

export interface Meant {
  readonly link: DaemonLink;
  readonly task: Task;
}

/** Digits of an id's end: its beginning is a time, the same for what was made together. */
export const shownIdChars = 8;

/**
 * By its title, its id, or an end of its id.
 * @throws WaggleError `notFound`, CommandError `ambiguous`.
 */
export async function findTask(context: CommandContext, reference: string): Promise<Meant> {
  const link = await context.connect();
  const { tasks } = await link.call('task/list', {});
  const wanted = reference.toLowerCase();
  const byTitle = tasks.filter(({ title }) => title.toLowerCase() === wanted);
  const byId = tasks.filter(
    ({ id }) => id === wanted || (wanted.length >= 4 && id.endsWith(wanted)),
  );
  const found = byId.length > 0 ? byId : byTitle;
  const [task, ...others] = found;
  const shown = toPlainLine(reference, 64);
  if (task === undefined)
    throw new WaggleError('notFound', `There is no task "${shown}".`, { fix: 'waggle task list' });
  if (others.length === 0) return { link, task };
  throw new CommandError(
    'ambiguous',
    `"${shown}" means ${found.length} tasks.`,
    `Give the id: ${found.map(({ id }) => id.slice(-shownIdChars)).join(', ')}`,
  );
}

import type { Need, NeedSource } from '../attention/attention.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Book } from './book.ts';
import type { KeptTask } from './rows.ts';

type WantedNeed = Omit<Need, 'revision'>;

/** What of tasks stands in "Needs you": what awaits review, what failed, what is blocked. */
export class TaskNeeds {
  readonly #source: NeedSource;
  readonly #dismissed = new Map<string, number>();

  constructor(source: NeedSource) {
    this.#source = source;
  }

  follow(book: Book): void {
    for (const task of book.list()) this.#show(task, true);
    book.onDidChange(({ tasks, deleted }) => {
      for (const task of tasks) this.#show(task, false);
      for (const id of deleted) this.#source.remove(idOf({ id }));
    });
  }

  /** Not shown until something else becomes of it. */
  dismiss(book: Book, taskId: string): void {
    const task = book.list().find(({ id }) => id === taskId);
    if (task === undefined) return;
    this.#dismissed.set(taskId, Date.parse(sinceOf(task)));
    this.#source.remove(idOf(task));
  }

  #show(task: KeptTask, isRestored: boolean): void {
    const need = needOf(task);
    const isDismissed = this.#dismissed.get(task.id) === Date.parse(sinceOf(task));
    if (need === undefined || isDismissed) return this.#source.remove(idOf(task));
    const folder = task.worktreePath ?? task.cwd;
    this.#source.put(need, { name: nameOf(task), turnMs: null, folder, isRestored });
  }
}

function idOf({ id }: Pick<KeptTask, 'id'>): string {
  return `task-${id}`;
}

function nameOf({ title }: KeptTask): string {
  return toPlainLine(title, 80);
}

function sinceOf({ lastRun, updatedAt }: KeptTask): string {
  return lastRun?.finishedAt ?? updatedAt;
}

function needOf(task: KeptTask): WantedNeed | undefined {
  const { state } = task;
  const shared = {
    ...{ id: idOf(task), taskId: task.id, since: sinceOf(task) },
    sessionId: task.lastRun?.sessionId ?? null,
  };
  const name = nameOf(task);
  switch (state.status) {
    case 'review':
      return {
        ...{ ...shared, kind: 'question', isReview: true, text: `"${name}" waits for your review` },
        actions: [review, { id: 'approve', label: 'Approve' }],
      };
    case 'failed':
      return {
        ...{ ...shared, kind: 'failed', text: toPlainLine(`"${name}": ${state.reason}`, 250) },
        actions: [review, { id: 'retry', label: 'Retry' }, dismiss],
      };
    case 'blocked':
      return {
        ...{ ...shared, kind: 'question' },
        text: toPlainLine(`"${name}" is blocked: ${state.reason}`, 250),
        actions: [review],
      };
    default:
      return undefined;
  }
}

const review = { id: 'review', label: 'Review…' };
const dismiss = { id: 'dismiss', label: 'Dismiss' };

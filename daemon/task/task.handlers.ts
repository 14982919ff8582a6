import type { NounHandlers } from '../../protocol/protocol.ts';
import type { RunId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';
import type { Acting } from './acting.ts';
import type { Book } from './book.ts';
import type { Editing } from './editing.ts';
import type { KeptRun } from './rows.ts';
import { toRun } from './rows.ts';

export interface HandlerParts {
  readonly book: Book;
  readonly editing: Editing;
  readonly acting: Acting;
  /** Task files are read again where that is due. */
  readonly refresh: () => Promise<void>;
}

type Handlers = NounHandlers<'task', Caller>;

export function createHandlers(parts: HandlerParts): Handlers {
  return { ...listing(parts), ...editing(parts), ...acting(parts), ...reading(parts) };
}

type Listing = 'task/list' | 'task/subscribe' | 'task/get' | 'task/configure';

function listing({ book, editing, refresh }: HandlerParts): Pick<Handlers, Listing> {
  const list = () => ({
    tasks: book.list().map(({ id }) => book.toWire(id)),
    settings: book.toSettings(),
    revision: book.revision,
  });
  return {
    async 'task/list'() {
      await refresh();
      return list();
    },
    async 'task/subscribe'(_params, caller) {
      caller.subscribe('task');
      await refresh();
      return list();
    },
    'task/get': ({ taskId }) => ({ task: book.toWire(taskId) }),
    async 'task/configure'({ change }) {
      if (change !== undefined) await editing.configure(change);
      return { settings: book.toSettings() };
    },
  };
}

type Editings = 'task/create' | 'task/edit' | 'task/enable' | 'task/pause' | 'task/delete';

function editing({ editing: edits, acting: acts }: HandlerParts): Pick<Handlers, Editings> {
  return {
    'task/create': (params, { principal }) =>
      edits.create(params, { by: principal, source: { kind: 'person' } }),
    'task/edit': (params, { principal }) => edits.edit(params, principal),
    'task/enable': ({ taskId, revision }, { principal }) =>
      edits.enable(taskId, revision, principal),
    'task/pause': ({ taskId, paused }) => edits.pause(taskId, paused),
    'task/delete': async ({ taskId }) => ({ deleted: [...(await acts.delete(taskId))] }),
  };
}

type Acts = 'run' | 'approve' | 'requestChanges' | 'cancel' | 'retry' | 'reopen' | 'restore';
type Results = 'addResult' | 'removeResult';

function acting({ book, acting: acts }: HandlerParts): Pick<Handlers, `task/${Acts | Results}`> {
  const begun = async (runId: RunId) => {
    const run = book.findActive(runId) ?? (await readRun(book, runId));
    return { task: book.toWire(run.taskId), run: toRun(run) };
  };
  return {
    'task/run': async ({ taskId }) => begun(await acts.run(taskId)),
    'task/requestChanges': async ({ taskId, feedback }) =>
      begun(await acts.requestChanges(taskId, feedback)),
    'task/retry': async ({ taskId }) => begun(await acts.retry(taskId)),
    async 'task/approve'({ taskId, comment }) {
      await acts.approve(taskId, comment);
      return { task: book.toWire(taskId) };
    },
    async 'task/cancel'({ taskId, comment }) {
      await acts.cancel(taskId, comment);
      return { task: book.toWire(taskId) };
    },
    async 'task/reopen'({ taskId }) {
      await acts.reopen(taskId);
      return { task: book.toWire(taskId) };
    },
    async 'task/restore'({ taskIds }) {
      const restored = await acts.restore(taskIds);
      return { tasks: restored.map((id) => book.toWire(id)) };
    },
    async 'task/addResult'({ taskId, ...result }) {
      await acts.addResult(taskId, { ...result, by: 'person' });
      return { task: book.toWire(taskId) };
    },
    async 'task/removeResult'({ taskId, resultId }) {
      await acts.removeResult(taskId, resultId);
      return { task: book.toWire(taskId) };
    },
  };
}

function reading({ book }: HandlerParts): Pick<Handlers, 'task/history' | 'task/output'> {
  return {
    async 'task/history'({ taskId, after, limit }) {
      if (taskId !== undefined) book.get(taskId);
      const page = { taskId: taskId ?? null, after: after ?? null, limit: limit + 1 };
      const runs = await book.store.history(page);
      const shown = runs.slice(0, limit);
      const next = runs.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { runs: shown.map(toRun), next };
    },
    async 'task/output'({ runId }) {
      const found = await book.store.output({ runId });
      if (found === undefined) throw noRun();
      return { run: toRun(found.run), output: found.output, isTail: found.isTail };
    },
  };
}

async function readRun(book: Book, runId: RunId): Promise<KeptRun> {
  const found = await book.store.output({ runId });
  if (found === undefined) throw noRun();
  return found.run;
}

function noRun(): WaggleError {
  return new WaggleError('notFound', 'There is no such run.', { fix: 'waggle task history' });
}

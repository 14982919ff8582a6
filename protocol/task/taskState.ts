/**
 * The life of a task as a union, and the one function that changes it. Pure: what happened goes in, what holds now comes
 * out, or why it cannot be. Who may do what, and what follows (a run, a kill), is the caller's.
 */
import { z } from 'zod';
import { runIdSchema } from '../wire/brand.ts';

export const taskStatuses = [
  'draft',
  'ready',
  'running',
  'review',
  'blocked',
  'done',
  'failed',
  'cancelled',
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

const reason = z.string().max(1024);

export const taskStateSchema = z.discriminatedUnion('status', [
  /** Nobody enabled it yet: it never runs. */
  z.object({ status: z.literal('draft') }),
  z.object({ status: z.literal('ready') }),
  /** So many runs are not over; a parent: so many children. */
  z.object({ status: z.literal('running'), active: z.int().min(1) }),
  /** A person looks at what a run did; null: a parent, whose children are done. */
  z.object({ status: z.literal('review'), runId: runIdSchema.nullable() }),
  z.object({ status: z.literal('blocked'), reason }),
  z.object({ status: z.literal('done'), summary: reason.nullable() }),
  z.object({ status: z.literal('failed'), reason }),
  z.object({ status: z.literal('cancelled'), reason: reason.nullable() }),
]);
export type TaskState = z.infer<typeof taskStateSchema>;

export type TaskEvent =
  | { readonly kind: 'enabled' }
  /** A task file changed: a person must look again. */
  | { readonly kind: 'disabled' }
  | { readonly kind: 'started' }
  /**
   * A run is over. `reviewed`: a person must approve. `again`: further runs follow by its schedule or a retry.
   * `reason`: null when it succeeded.
   */
  | {
      readonly kind: 'settled';
      readonly runId: z.infer<typeof runIdSchema>;
      readonly failure: string | null;
      readonly reviewed: boolean;
      readonly again: boolean;
    }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'approved'; readonly summary: string | null; readonly again: boolean }
  | { readonly kind: 'changesRequested' }
  | { readonly kind: 'cancelled'; readonly reason: string | null }
  | { readonly kind: 'retried' }
  | { readonly kind: 'reopened' }
  /** What a parent's children come to; see `rollUp`. */
  | { readonly kind: 'childrenChanged'; readonly roll: RollUp };

/** What the children of a task come to. */
export type RollUp =
  | { readonly kind: 'open'; readonly active: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string };

export type Transition =
  | { readonly ok: true; readonly state: TaskState }
  | { readonly ok: false; readonly reason: string };

const ended: readonly TaskStatus[] = ['done', 'failed', 'cancelled'];

/** Whether nothing more happens to it unless a person or its schedule begins again. */
export function isEnded(status: TaskStatus): boolean {
  return ended.includes(status);
}

function to(state: TaskState): Transition {
  return { ok: true, state };
}

function no(state: TaskState, doing: string): Transition {
  return { ok: false, reason: `A task that is ${statusWords[state.status]} cannot be ${doing}.` };
}

/** As said in a sentence: "is …". */
export const statusWords: Readonly<Record<TaskStatus, string>> = {
  draft: 'a draft',
  ready: 'ready',
  running: 'running',
  review: 'waiting for review',
  blocked: 'blocked',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

type Settled = Extract<TaskEvent, { kind: 'settled' }>;

function settle(state: TaskState, event: Settled): Transition {
  if (state.status !== 'running') {
    return to(state);
  }
  if (state.active > 1) {
    return to({ status: 'running', active: state.active - 1 });
  }
  if (event.failure !== null) {
    return to({ status: 'failed', reason: event.failure });
  }
  if (event.reviewed) {
    return to({ status: 'review', runId: event.runId });
  }
  return to(event.again ? { status: 'ready' } : { status: 'done', summary: null });
}

function start(state: TaskState): Transition {
  if (state.status === 'running') {
    return to({ status: 'running', active: state.active + 1 });
  }
  return state.status === 'draft' || state.status === 'cancelled'
    ? no(state, 'started')
    : to({ status: 'running', active: 1 });
}

function roll(state: TaskState, up: RollUp, reviewed: boolean): Transition {
  if (state.status === 'draft' || state.status === 'cancelled' || state.status === 'blocked') {
    return to(state);
  }
  switch (up.kind) {
    case 'open':
      return to(up.active > 0 ? { status: 'running', active: up.active } : { status: 'ready' });
    case 'failed':
      return to({ status: 'failed', reason: up.reason });
    case 'done':
      if (state.status === 'done' || state.status === 'review') {
        return to(state);
      }
      return to(reviewed ? { status: 'review', runId: null } : { status: 'done', summary: null });
  }
}

/** `reviewed`: of a parent, whether a person must approve it once its children are done. */
export function reduceTask(state: TaskState, event: TaskEvent, reviewed = false): Transition {
  switch (event.kind) {
    case 'enabled':
      return state.status === 'draft' ? to({ status: 'ready' }) : to(state);
    case 'disabled':
      return state.status === 'running' ? no(state, 'made a draft') : to({ status: 'draft' });
    case 'started':
      return start(state);
    case 'settled':
      return settle(state, event);
    case 'blocked':
      return isEnded(state.status) || state.status === 'draft'
        ? no(state, 'blocked')
        : to({ status: 'blocked', reason: event.reason });
    case 'approved':
      if (state.status !== 'review') {
        return no(state, 'approved');
      }
      return to(event.again ? { status: 'ready' } : { status: 'done', summary: event.summary });
    case 'changesRequested':
      return state.status === 'review' || state.status === 'blocked' || state.status === 'failed'
        ? to({ status: 'ready' })
        : no(state, 'sent back with changes');
    case 'cancelled':
      return isEnded(state.status) && state.status !== 'failed'
        ? no(state, 'cancelled')
        : to({ status: 'cancelled', reason: event.reason });
    case 'retried':
      return state.status === 'failed' || state.status === 'cancelled' || state.status === 'blocked'
        ? to({ status: 'ready' })
        : no(state, 'tried again');
    case 'reopened':
      return isEnded(state.status) ? to({ status: 'ready' }) : no(state, 'reopened');
    case 'childrenChanged':
      return roll(state, event.roll, reviewed);
  }
}

/** What the children come to: open while one is neither done, failed nor cancelled; failed when one failed. */
export function rollUp(children: readonly TaskState[]): RollUp {
  const open = children.filter((child) => !isEnded(child.status));
  if (open.length > 0) {
    return { kind: 'open', active: open.filter((child) => child.status === 'running').length };
  }
  const failed = children.filter((child) => child.status === 'failed').length;
  return failed === 0
    ? { kind: 'done' }
    : {
        kind: 'failed',
        reason: failed === 1 ? 'One of its tasks failed.' : `${failed} of its tasks failed.`,
      };
}

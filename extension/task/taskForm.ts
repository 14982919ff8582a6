/** The form of a task in an editor tab: what is typed is judged at once, and saved as one act. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { localZone, nextTimes } from '../../link/schedule/schedule.ts';
import type { Agent } from '../../protocol/agent/agent.ts';
import type { FormJudgement, FormValues } from '../../protocol/form/form.ts';
import type { Role } from '../../protocol/role/role.ts';
import type { Task } from '../../protocol/task/task.ts';
import { taskDefaults } from '../../protocol/task/task.ts';
import { taskIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { policiesSchema } from '../../protocol/task/schedule.ts';
import { budgetSchema } from '../../protocol/task/work.ts';
import { translate as t } from '../editor/editor.ts';
import type { FormContent } from '../form/form.ts';
import { openForm, restoreForms } from '../form/form.ts';
import { describeForm } from './formView.ts';
import type { ReadForm } from './formValues.ts';
import { readForm, toValues } from './formValues.ts';
import { offerLogin } from './loginOffer.ts';
import { describeExactly } from './moment.ts';
import type { Order } from './order.ts';
import { toParams } from './order.ts';
import type { TaskParts } from './parts.ts';
import { describeSchedule } from './scheduleWords.ts';
import { titleOf } from './taskRow.ts';
import { tellDone } from './told.ts';

const shownTimes = 5;

/** A new task, with what has been answered so far. */
export async function openNewForm(parts: TaskParts, order: Order): Promise<void> {
  openForm(parts.extensionUri, await describeNew(parts, order));
}

export async function openEditForm(parts: TaskParts, task: Task): Promise<void> {
  openForm(parts.extensionUri, await describeEdit(parts, task));
}

/** Forms come back after a reload with what was typed. */
export function restoreTaskForms(parts: TaskParts): Disposable {
  return restoreForms(parts.extensionUri, async (subject) => {
    const [, kind, id = ''] = /^(new|edit):(.*)$/.exec(subject) ?? [];
    const taskId = taskIdSchema.safeParse(id);
    if (kind === 'new')
      return describeNew(parts, toEmptyOrder(taskId.success ? taskId.data : null));
    if (!taskId.success) return undefined;
    await parts.connection.require();
    const { tasks } = await parts.connection.call('task/list', {});
    const task = tasks.find((one) => one.id === taskId.data);
    return task && describeEdit(parts, task);
  });
}

/** What was typed comes from the page. */
function toEmptyOrder(parentId: Order['parentId']): Order {
  const what = { kind: 'prompt', prompt: '-' } as const;
  const where = { cwd: '', agent: undefined };
  return { what, where, schedule: { kind: 'none' }, away: 'readOnly', parentId };
}

async function describeNew(parts: TaskParts, order: Order): Promise<FormContent> {
  const { parentId, ...given } = toParams(order);
  const values = toValues({
    ...taskDefaults,
    labels: [],
    policies: policiesSchema.parse({}),
    budget: budgetSchema.parse({}),
    ...(given as Pick<Task, 'title' | 'work' | 'cwd' | 'schedule'>),
    worktree: given.worktree ?? false,
    review: given.review ?? false,
  });
  const key = randomUUID();
  const subject = `new:${parentId ?? ''}`;
  return describe(parts, { values, before: undefined, subject }, async (filled) => {
    const params = { ...filled, parentId: parentId ?? null, idempotencyKey: key };
    return parts.connection.call('task/create', params);
  });
}

/** Only what is another value now is changed, so that nobody's change of the rest is lost. */
function describeEdit(parts: TaskParts, task: Task): Promise<FormContent> {
  const { connection } = parts;
  const shown = { values: toValues(task), before: task, subject: `edit:${task.id}` };
  return describe(parts, shown, async (filled) => {
    const changed = Object.entries(filled).filter(
      ([key, value]) => !isDeepStrictEqual(value, task[key as keyof Filled]),
    );
    return connection.call('task/edit', { taskId: task.id, change: Object.fromEntries(changed) });
  });
}

interface Shown {
  readonly values: FormValues;
  readonly before: Task | undefined;
  readonly subject: string;
}

type Filled = NonNullable<ReadForm['filled']>;
type Save = (filled: Filled) => Promise<{ readonly task: Task; readonly askLogin: boolean }>;

async function describe(
  parts: TaskParts,
  { values, before, subject }: Shown,
  save: Save,
): Promise<FormContent> {
  const agents = await listAgents(parts, values['agent'] ?? '');
  const context = {
    t,
    title: before === undefined ? '' : titleOf(before),
    isNew: before === undefined,
    agents,
    zones: Intl.supportedValuesOf('timeZone'),
    roles: await listRoles(parts),
  };
  const read = (typed: FormValues): ReadForm => readForm(typed, { nowMs: Date.now(), t, before });
  return {
    subject,
    name: context.isNew ? t('New Agent Task') : t('Edit {0}', context.title),
    view: describeForm(context),
    values: { ...values, agent: values['agent'] || (agents[0]?.id ?? '') },
    judge: (typed) => judge(read(typed)),
    async press(button, typed) {
      if (button === 'cancel') return true;
      const { filled } = read(typed);
      if (filled === undefined) throw new Error(t('Something in the form is not right yet.'));
      const { task, askLogin } = await save(filled);
      parts.tasks.put(task);
      if (askLogin) offerLogin(parts);
      if (button === 'runOnce') await run(parts, task);
      else tellSaved(task, before);
      return true;
    },
  };
}

async function run({ connection, tasks }: TaskParts, { id }: Task): Promise<void> {
  const { task } = await connection.call('task/run', { taskId: id });
  tasks.put(task);
}

function tellSaved(task: Task, before: Task | undefined): void {
  const name = titleOf(task);
  if (before !== undefined) tellDone(t("'{0}' is changed.", name));
  else tellDone(t("'{0}' is in the list.", name));
}

async function listRoles({ connection }: TaskParts): Promise<Role[]> {
  const { roles } = await connection.call('role/list', {});
  return roles.filter(({ isDefault, archived }) => !isDefault && archived !== true);
}

/** What a task names stays in the list, found or not. */
async function listAgents(
  { agents }: TaskParts,
  named: string,
): Promise<Pick<Agent, 'id' | 'label'>[]> {
  const found = (await agents.list()).filter((agent) => agent.found && agent.id !== 'shell');
  const isKnown = named === '' || found.some(({ id }) => id === named);
  return isKnown ? found : [...found, { id: named, label: named } as Pick<Agent, 'id' | 'label'>];
}

/** The words and the next five times stand below what was typed. */
function judge({ errors, schedule }: ReadForm): FormJudgement {
  if (schedule === undefined || schedule.kind === 'none')
    return { errors: { ...errors }, notes: {} };
  const field = ({ once: 'at', every: 'every', cron: 'pattern' } as const)[schedule.kind];
  const times = nextTimes(schedule, Date.now(), shownTimes).map((at) =>
    describeExactly(new Date(at).toISOString()),
  );
  const words = describeSchedule(schedule, t);
  const isElsewhere = schedule.kind === 'cron' && schedule.zone !== localZone();
  const here = isElsewhere ? [t('Shown in the time of this machine:')] : [];
  return { errors: { ...errors }, notes: { [field]: [words, ...here, ...times] } };
}

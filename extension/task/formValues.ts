/** A task as the values of its form, and back, with what is wrong in words. Knows no editor. */
import { checkSchedule, localZone } from '../../link/schedule/schedule.ts';
import type { FormValues } from '../../protocol/form/form.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Schedule, Task, Work } from '../../protocol/task/task.ts';
import { roleIdSchema } from '../../protocol/wire/brand.ts';
import { promptMaxChars } from '../../protocol/task/work.ts';
import { joinCommand, parseCommandLine } from '../commandLine.ts';
import type { Translate } from '../translate.ts';
import { splitLength } from './scheduleWords.ts';
import { createFields } from './formParts.ts';
import { toSchedule } from './order.ts';
import { parseWhen } from './whenText.ts';

/** What `task/create` takes and `task/edit` changes. */
export type Filled = Omit<
  Required<MethodParams<'task/create'>>,
  'parentId' | 'draft' | 'paused' | 'idempotencyKey'
>;

export interface ReadForm {
  /** By field; empty: all is well. */
  readonly errors: Readonly<Record<string, string>>;
  /** Undefined while something is wrong. */
  readonly filled: Filled | undefined;
  /** As far as it can be read, for what it means. */
  readonly schedule: Schedule | undefined;
}

type Shown = Omit<Filled, 'work'> & { readonly work: Work };

/** `local`: instants are shown as this machine's clock shows them. */
export function toValues(task: Pick<Task, keyof Shown>): FormValues {
  const { work, schedule, policies, budget, check } = task;
  return {
    title: task.title,
    kind: work.kind,
    prompt: work.kind === 'prompt' ? work.prompt : '',
    command: work.kind === 'command' ? joinCommand(work.command) : '',
    agent: work.kind === 'prompt' ? work.agent : '',
    model: work.kind === 'prompt' ? (work.model ?? '') : '',
    away: work.kind === 'prompt' ? work.away : 'ask',
    cwd: task.cwd,
    worktree: flag(task.worktree),
    when: schedule.kind,
    at: schedule.kind === 'once' ? toLocal(schedule.at) : '',
    every: schedule.kind === 'every' ? toLength(schedule.everyMs) : '',
    pattern: schedule.kind === 'cron' ? schedule.pattern : '',
    zone: schedule.kind === 'cron' ? schedule.zone : localZone(),
    missed: policies.missed.kind,
    missedMax: policies.missed.kind === 'all' ? String(policies.missed.max) : '10',
    missedHours:
      policies.missed.kind === 'all' ? String(policies.missed.withinMs / 3_600_000) : '24',
    overlap: policies.overlap.kind,
    overlapMax: policies.overlap.kind === 'parallel' ? String(policies.overlap.max) : '2',
    jitter: orEmpty(policies.jitterMs / 1000),
    unknown: policies.unknown,
    assignee: task.assignee ?? '',
    review: flag(task.review),
    continueAfterLimit: flag(task.continueAfterLimit),
    timeout: task.timeoutMs === null ? '' : String(task.timeoutMs / 60_000),
    retries: orEmpty(task.retries.max),
    budgetMinutes: budget.minutes === null ? '' : String(budget.minutes),
    budgetTokens: budget.tokens === null ? '' : String(budget.tokens),
    budgetDollars: budget.dollars === null ? '' : String(budget.dollars),
    check: check === null ? '' : joinCommand(check.command),
    checkMax: check === null ? '5' : String(check.max),
    priority: task.priority,
    labels: task.labels.join(', '),
    description: task.description,
    environment: Object.entries(task.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  };
}

export interface ReadContext {
  readonly nowMs: number;
  readonly t: Translate;
  /** What is edited: what the form does not show stays as it is. */
  readonly before: Task | undefined;
}

export function readForm(values: FormValues, context: ReadContext): ReadForm {
  const { t, before } = context;
  const fields = createFields(values, t);
  const title = fields.text('title', { max: 200, isNeeded: true });
  const work = readWork(fields, t);
  const schedule =
    work?.kind === 'none' ? ({ kind: 'none' } as const) : readSchedule(fields, context);
  const isPrompt = work?.kind === 'prompt';
  const away = isPrompt ? work.away : undefined;
  const cwd = readFolder(fields, t);
  const policies = readPolicies(fields);
  const rest = {
    title,
    cwd,
    description: fields.text('description', { max: 50_000 }),
    worktree: isPrompt ? away === 'editInWorktree' : fields.isTicked('worktree'),
    environment: fields.environment('environment'),
    timeoutMs: scale(fields.number('timeout', { min: 1 / 60, max: 10_080 }), 60_000),
    retries: {
      max: fields.number('retries', { min: 0, max: 20, isWhole: true }) ?? 0,
      delayMs: before?.retries.delayMs ?? 30_000,
    },
    check: isPrompt ? readCheck(fields, before, t) : null,
    budget: {
      minutes: fields.number('budgetMinutes', { min: 0.1, max: 100_000 }),
      tokens: isPrompt ? fields.number('budgetTokens', { min: 1, isWhole: true }) : null,
      dollars: isPrompt ? fields.number('budgetDollars', { min: 0.01 }) : null,
    },
    continueAfterLimit: isPrompt && fields.isTicked('continueAfterLimit'),
    priority: fields.one('priority', ['low', 'medium', 'high', 'critical']),
    labels: fields.list('labels', { max: 32, maxChars: 64 }),
    review: fields.isTicked('review'),
    assignee: isPrompt ? readRole(fields) : (before?.assignee ?? null),
  };
  const { errors } = fields;
  const isRight = Object.keys(errors).length === 0;
  const filled =
    isRight && work !== undefined && schedule !== undefined
      ? { ...rest, work, schedule, policies }
      : undefined;
  return { errors, filled, schedule };
}

type Fields = ReturnType<typeof createFields>;

function readWork(fields: Fields, t: Translate): Work | undefined {
  const kind = fields.one('kind', ['prompt', 'command', 'none']);
  if (kind === 'none') return { kind };
  if (kind === 'command') {
    const command = readCommand(fields, 'command', t);
    if (command === undefined) fields.refuse('command', t('Say which program runs.'));
    return command && { kind, command };
  }
  const prompt = fields.text('prompt', { max: promptMaxChars, isNeeded: true });
  const agent = fields.raw('agent');
  if (agent === '') fields.refuse('agent', t('Choose an agent.'));
  const away = fields.one('away', ['readOnly', 'editInWorktree', 'ask']);
  const model = fields.text('model', { max: 128 });
  return { kind, prompt, agent, model: model === '' ? null : model, away };
}

function readCommand(fields: Fields, id: string, t: Translate): [string, ...string[]] | undefined {
  const line = fields.raw(id).trim();
  if (line === '') return undefined;
  const command = parseCommandLine(line);
  if (command === undefined) fields.refuse(id, t('A quote is not closed.'));
  return command;
}

/** Absolute on this machine, whichever it is. */
function readFolder(fields: Fields, t: Translate): string {
  const folder = fields.text('cwd', { max: 4096, isNeeded: true });
  const isAbsolute = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(folder);
  if (folder !== '' && !isAbsolute) fields.refuse('cwd', t('Name the whole path of a folder.'));
  return folder;
}

function readSchedule(fields: Fields, { nowMs, t, before }: ReadContext): Schedule | undefined {
  const kind = fields.one('when', ['none', 'once', 'every', 'cron']);
  if (kind === 'none') return { kind };
  const id = ({ once: 'at', every: 'every', cron: 'pattern' } as const)[kind];
  const old = before?.schedule;
  // An anchor, and a moment that has passed, stay as they are until a person types something else.
  if (old?.kind === kind && keeps(fields, old)) return old;
  const when = parseWhen(kind === 'every' ? withEvery(fields.raw(id)) : fields.raw(id), nowMs);
  if (kind === 'cron') {
    const pattern = fields.raw('pattern').trim();
    const zone = fields.raw('zone').trim();
    return checked({ kind, pattern, zone }, fields, nowMs);
  }
  if (when?.kind !== kind) {
    const example =
      kind === 'once'
        ? t('Such as "tomorrow 9:00" or "in 20 min".')
        : t('Such as "15 min", "2 h" or "day".');
    fields.refuse(id, example);
    return undefined;
  }
  return checked(toSchedule(when), fields, nowMs);
}

function keeps(fields: Fields, old: Schedule): boolean {
  if (old.kind === 'once') return fields.raw('at').trim() === toLocal(old.at);
  return old.kind === 'every' && fields.raw('every').trim() === toLength(old.everyMs);
}

function withEvery(text: string): string {
  return /^\s*(every|hourly)\b/i.test(text) ? text : `every ${text}`;
}

function checked(schedule: Schedule, fields: Fields, nowMs: number): Schedule | undefined {
  const check = checkSchedule(schedule, nowMs);
  if (check.ok) return schedule;
  fields.refuse(check.field, `${check.reason} ${check.fix}`);
  return undefined;
}

function readPolicies(fields: Fields): Filled['policies'] {
  const missed = fields.one('missed', ['once', 'skip', 'all']);
  const overlap = fields.one('overlap', ['skip', 'queue', 'parallel', 'replace']);
  const jitter = fields.number('jitter', { min: 0, max: 3600 });
  return {
    missed:
      missed === 'all'
        ? {
            kind: missed,
            max: fields.number('missedMax', { min: 1, max: 100, isWhole: true }) ?? 10,
            withinMs: (fields.number('missedHours', { min: 1, max: 8784 }) ?? 24) * 3_600_000,
          }
        : { kind: missed },
    overlap:
      overlap === 'parallel'
        ? {
            kind: overlap,
            max: fields.number('overlapMax', { min: 2, max: 16, isWhole: true }) ?? 2,
          }
        : { kind: overlap },
    unknown: fields.one('unknown', ['fail', 'retry']),
    jitterMs: scale(jitter, 1000) ?? 0,
  };
}

function readRole(fields: Fields): Filled['assignee'] {
  const parsed = roleIdSchema.safeParse(fields.raw('assignee'));
  return parsed.success ? parsed.data : null;
}

function readCheck(fields: Fields, before: Task | undefined, t: Translate): Filled['check'] {
  const command = readCommand(fields, 'check', t);
  const max = fields.number('checkMax', { min: 1, max: 50, isWhole: true }) ?? 5;
  if (command === undefined) return null;
  return { command, max, timeoutMs: before?.check?.timeoutMs ?? 600_000 };
}

/** "2026-12-01 09:00", as this machine's clock shows it and as it can be typed. */
function toLocal(at: string): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const clock = [two(date.getHours()), two(date.getMinutes())].join(':');
  return date.getSeconds() === 0 ? `${day} ${clock}` : `${day} ${clock}:${two(date.getSeconds())}`;
}

function toLength(everyMs: number): string {
  const [count, unit] = splitLength(everyMs);
  return count === 1 ? unit : `${count} ${unit}s`;
}

function scale(value: number | null, by: number): number | null {
  return value === null ? null : Math.round(value * by);
}

function flag(value: boolean): string {
  return value ? 'true' : '';
}

function orEmpty(value: number): string {
  return value === 0 ? '' : String(value);
}

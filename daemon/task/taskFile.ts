/** A task as a file of a repository: front matter and a prompt. Pure; what it says is data until a person enables it. */
import { isAbsolute, join, normalize, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { checkSchedule, localZone, readDuration } from '../../link/schedule/schedule.ts';
import { agentIdSchema } from '../../protocol/session/session.ts';
import type { Schedule } from '../../protocol/task/schedule.ts';
import { budgetSchema, priorities, promptMaxChars, taskFields } from '../../protocol/task/work.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { KeptTask } from './rows.ts';

/** What a file says of its task. */
export type FileFields = Omit<
  Pick<KeptTask, keyof typeof taskFields>,
  'environment' | 'assignee' | 'continueAfterLimit'
>;

export type ParsedFile =
  | { readonly ok: true; readonly fields: FileFields }
  /** A sentence. */
  | { readonly ok: false; readonly problem: string };

export interface FilePlace {
  /** The repository's folder; a working directory lies in it. */
  readonly root: string;
  /** Without its ending: the title when it gives none. */
  readonly name: string;
  readonly now: number;
}

/** A name of a file may be longer. */
export const titleMaxChars = 200;
const frontMatterMaxChars = 16_384;
const missedWithinMs = 86_400_000;

const duration = z.string().transform((text, context) => {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'is no duration, as 30m or 2h' });
  return z.NEVER;
});
const commandSchema = z.array(z.string().max(4096)).min(1).max(256);

const frontMatterSchema = z
  .strictObject({
    title: taskFields.title,
    description: taskFields.description,
    agent: agentIdSchema,
    model: z.string().min(1).max(128),
    away: z.enum(['read-only', 'edit', 'ask']),
    command: commandSchema,
    cwd: z.string().min(1).max(1024),
    worktree: z.boolean(),
    cron: z.string().min(1).max(256),
    zone: z.string().min(1).max(64),
    every: duration,
    at: z.iso.datetime({ offset: true }),
    missed: z.union([z.enum(['skip', 'once']), z.int().min(1).max(100)]),
    overlap: z.union([z.enum(['skip', 'queue', 'replace']), z.int().min(2).max(16)]),
    jitter: duration,
    timeout: duration,
    retries: z.int().min(0).max(20),
    check: commandSchema,
    checkMax: z.int().min(1).max(50),
    budget: budgetSchema,
    review: z.boolean(),
    priority: z.enum(priorities),
    labels: taskFields.labels,
  })
  .partial();
type FrontMatter = z.infer<typeof frontMatterSchema>;

/** What every task must be; the bounds of what a file says are those. */
const fieldsSchema = z
  .object(taskFields)
  .omit({ environment: true, assignee: true, continueAfterLimit: true });

const rights = { 'read-only': 'readOnly', edit: 'editInWorktree', ask: 'ask' } as const;

/** Reads the text of a file. Everything that is not understood is a problem: nothing is left out silently. */
export function parseTaskFile(text: string, place: FilePlace): ParsedFile {
  const match = /^---\r?\n([^]*?)\r?\n---(?:\r?\n|$)([^]*)$/.exec(text);
  const [, head = '', body = text] = match ?? [];
  if (head.length > frontMatterMaxChars) return no('Its front matter is too long.');
  const read = readFrontMatter(head);
  if (!read.ok) return read;
  const { data } = read;
  const prompt = body.trim();
  if ((data.command === undefined) === (prompt === ''))
    return no('It needs a prompt below its front matter, or a command in it, not both.');
  if (prompt.length > promptMaxChars) return no('Its prompt is too long.');
  const cwd = insideOf(place.root, data.cwd ?? '.');
  if (cwd === undefined) return no('Its working directory lies outside the repository.');
  const schedule = scheduleOf(data, place.now);
  if (typeof schedule === 'string') return no(schedule);
  const fields = fieldsSchema.safeParse(
    toFields(data, { cwd, prompt, schedule, name: place.name }),
  );
  return fields.success ? { ok: true, fields: fields.data } : noFor(fields.error);
}

function no(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: toPlainLine(problem, 400) };
}

/** No aliases, no tags of programs, no key twice. */
function readYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { schema: 'core', uniqueKeys: true });
    const [wrong] = [...document.errors, ...document.warnings];
    return wrong ?? document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch (error) {
    return new Error(errorMessageOf(error));
  }
}

function readFrontMatter(
  head: string,
): { readonly ok: true; readonly data: FrontMatter } | Extract<ParsedFile, { ok: false }> {
  const value = readYaml(head);
  if (value instanceof Error) return no(`Its front matter cannot be read: ${value.message}`);
  const parsed = frontMatterSchema.safeParse(value);
  if (parsed.success) return { ok: true, data: parsed.data };
  return noFor(parsed.error);
}

function noFor({ issues: [issue] }: z.ZodError): Extract<ParsedFile, { ok: false }> {
  const where = issue?.path.join('.') ?? '';
  return no(
    `Its front matter is wrong: ${where === '' ? '' : `${where}: `}${issue?.message ?? ''}`,
  );
}

function insideOf(root: string, cwd: string): string | undefined {
  if (isAbsolute(cwd) || cwd.includes('\0')) return undefined;
  const path = normalize(join(root, cwd)).replace(/[\\/]$/, '');
  return path === root || path.startsWith(root + sep) ? path : undefined;
}

/** A string says what is wrong. */
function scheduleOf({ cron, zone, every, at }: FrontMatter, now: number): Schedule | string {
  const given = [cron, every, at].filter((each) => each !== undefined);
  if (given.length > 1) return 'It has one schedule: cron, every or at.';
  if (at !== undefined) return { kind: 'once', at: new Date(at).toISOString() };
  if (every !== undefined)
    return { kind: 'every', everyMs: every, anchor: new Date(0).toISOString() };
  if (cron === undefined) return { kind: 'none' };
  const schedule = { kind: 'cron', pattern: cron, zone: zone ?? localZone() } as const;
  const check = checkSchedule(schedule, now);
  return check.ok ? schedule : check.reason;
}

function policiesOf({ missed, overlap, jitter }: FrontMatter): z.input<typeof taskFields.policies> {
  return {
    ...(missed === undefined
      ? {}
      : {
          missed:
            typeof missed === 'string'
              ? { kind: missed }
              : { kind: 'all', max: missed, withinMs: missedWithinMs },
        }),
    ...(overlap === undefined
      ? {}
      : {
          overlap:
            typeof overlap === 'string' ? { kind: overlap } : { kind: 'parallel', max: overlap },
        }),
    ...(jitter === undefined ? {} : { jitterMs: jitter }),
  };
}

function toFields(
  data: FrontMatter,
  {
    cwd,
    prompt,
    schedule,
    name,
  }: {
    readonly cwd: string;
    readonly prompt: string;
    readonly schedule: Schedule;
    readonly name: string;
  },
): z.input<typeof fieldsSchema> {
  const { command, agent = 'claude', model = null, away = 'ask', check, checkMax = 5 } = data;
  return {
    ...{
      cwd,
      schedule,
      title: data.title ?? name.slice(0, titleMaxChars),
      description: data.description ?? '',
    },
    work:
      command === undefined
        ? { kind: 'prompt', prompt, agent, model, away: rights[away] }
        : { kind: 'command', command },
    worktree: data.worktree ?? false,
    timeoutMs: data.timeout ?? null,
    retries: { max: data.retries ?? 0, delayMs: 30_000 },
    policies: policiesOf(data),
    check: check === undefined ? null : { command: check, max: checkMax, timeoutMs: 600_000 },
    budget: data.budget ?? {},
    priority: data.priority ?? 'medium',
    labels: data.labels ?? [],
    review: data.review ?? false,
  };
}

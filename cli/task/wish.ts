import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { localZone } from '../../link/schedule/schedule.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Policies, Schedule, Task } from '../../protocol/task/task.ts';
import { priorities, awayPolicies } from '../../protocol/task/work.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { CommandError } from '../output/output.ts';
import { parseDuration } from '../notice/notice.ts';
import { getRole } from '../role/role.ts';

/** What stood on the command line; what is undefined was not given. */
export interface TaskWish {
  readonly title: string | undefined;
  readonly command: readonly string[];
  readonly prompt: string | undefined;
  readonly agent: string | undefined;
  readonly model: string | undefined;
  readonly away: string | undefined;
  readonly description: string | undefined;
  readonly cwd: string | undefined;
  readonly worktree: boolean;
  readonly cron: string | undefined;
  readonly zone: string | undefined;
  readonly every: string | undefined;
  readonly at: string | undefined;
  readonly once: boolean;
  readonly missed: string | undefined;
  readonly overlap: string | undefined;
  readonly unknown: string | undefined;
  readonly jitter: string | undefined;
  readonly timeout: string | undefined;
  readonly retries: number | undefined;
  readonly check: string | undefined;
  readonly checkMax: number | undefined;
  readonly tokens: number | undefined;
  readonly dollars: string | undefined;
  readonly minutes: number | undefined;
  readonly continueAfterLimit: boolean;
  readonly priority: string | undefined;
  readonly labels: readonly string[];
  readonly assignee: string | undefined;
  readonly review: boolean;
  readonly environment: readonly string[];
}

type Change = MethodParams<'task/edit'>['change'];

const missedWithinMs = 86_400_000;
const words = { 'read-only': 'readOnly', edit: 'editInWorktree', ask: 'ask' } as const;

/** The fields that were given. `before`: of the task that is changed. @throws CommandError `usage`. */
export async function toFields(
  wish: TaskWish,
  { link, before }: { readonly link: DaemonLink; readonly before?: Task },
): Promise<Change> {
  const { title, description, cwd, model, labels } = wish;
  const work = workOf(wish, before);
  const schedule = scheduleOf(wish);
  const policies = policiesOf(wish, before?.policies);
  const check = checkOf(wish, before);
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
    ...(work === undefined ? {} : { work }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(policies === undefined ? {} : { policies }),
    ...(check === undefined ? {} : { check }),
    ...(wish.worktree ? { worktree: true } : {}),
    ...(wish.review ? { review: true } : {}),
    ...(wish.continueAfterLimit ? { continueAfterLimit: true } : {}),
    ...(wish.timeout === undefined ? {} : { timeoutMs: parseDuration(wish.timeout) }),
    ...(wish.retries === undefined ? {} : { retries: { max: wish.retries, delayMs: 30_000 } }),
    ...(wish.priority === undefined
      ? {}
      : { priority: oneOf(wish.priority, priorities, 'a priority') }),
    ...(labels.length === 0 ? {} : { labels: [...labels] }),
    ...(wish.assignee === undefined ? {} : { assignee: (await getRole(link, wish.assignee)).id }),
    ...budgetOf(wish, before),
    ...environmentOf(wish, before),
    ...(model === undefined || work !== undefined || before?.work.kind !== 'prompt'
      ? {}
      : { work: { ...before.work, model } }),
  };
}

function workOf(wish: TaskWish, before: Task | undefined): Change['work'] {
  const { command, prompt, agent, model, away } = wish;
  if (command.length > 0 && prompt !== undefined)
    throw new CommandError('usage', 'A task has a prompt or a command, not both.');
  if (command.length > 0) return { kind: 'command', command: [...command] };
  const old = before?.work.kind === 'prompt' ? before.work : undefined;
  const isPrompt = prompt !== undefined || (old !== undefined && (agent ?? away) !== undefined);
  if (!isPrompt) return undefined;
  const known = words[away as keyof typeof words];
  if (away !== undefined && known === undefined)
    throw new CommandError(
      'usage',
      `"${toPlainLine(away, 40)}" is no right.`,
      Object.keys(words).join(', '),
    );
  return {
    kind: 'prompt',
    prompt: prompt === '-' ? readFileSync(0, 'utf8') : (prompt ?? old?.prompt ?? ''),
    agent: agent ?? old?.agent ?? 'claude',
    model: model ?? old?.model ?? null,
    away: known ?? old?.away ?? awayPolicies[2],
  };
}

function scheduleOf({ cron, zone, every, at, once }: TaskWish): Schedule | undefined {
  const given = [cron, every, at].filter((each) => each !== undefined);
  if (given.length > 1 || (once && given.length > 0))
    throw new CommandError('usage', 'A task has one schedule: --cron, --every or --at.');
  if (once) return { kind: 'none' };
  if (cron !== undefined) return { kind: 'cron', pattern: cron, zone: zone ?? localZone() };
  if (every !== undefined)
    return { kind: 'every', everyMs: parseDuration(every), anchor: new Date().toISOString() };
  return at === undefined ? undefined : { kind: 'once', at: instantOf(at) };
}

/** `09:30` is the next time that the clock shows it. */
function instantOf(text: string): string {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock !== null) {
    const at = new Date();
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1);
    return at.toISOString();
  }
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new CommandError(
      'usage',
      `"${toPlainLine(text, 60)}" is no time.`,
      'As in 09:30, or 2026-12-01T09:30',
    );
  return at.toISOString();
}

function policiesOf(wish: TaskWish, before: Policies | undefined): Change['policies'] {
  const { missed, overlap, unknown, jitter } = wish;
  if ((missed ?? overlap ?? unknown ?? jitter) === undefined) return undefined;
  return {
    ...before,
    ...(missed === undefined ? {} : { missed: missedOf(missed) }),
    ...(overlap === undefined ? {} : { overlap: overlapOf(overlap) }),
    ...(jitter === undefined ? {} : { jitterMs: parseDuration(jitter) }),
    ...(unknown === undefined
      ? {}
      : { unknown: oneOf(unknown, ['fail', 'retry'] as const, 'a policy') }),
  };
}

function missedOf(text: string): Policies['missed'] {
  if (text === 'skip' || text === 'once') return { kind: text };
  if (/^\d{1,3}$/.test(text)) return { kind: 'all', max: Number(text), withinMs: missedWithinMs };
  throw new CommandError(
    'usage',
    `"${toPlainLine(text, 40)}" is no policy.`,
    'skip, once, or at most how many of the last day',
  );
}

function overlapOf(text: string): Policies['overlap'] {
  if (text === 'skip' || text === 'queue' || text === 'replace') return { kind: text };
  if (/^\d{1,2}$/.test(text)) return { kind: 'parallel', max: Number(text) };
  throw new CommandError(
    'usage',
    `"${toPlainLine(text, 40)}" is no policy.`,
    'skip, queue, replace, or how many at once',
  );
}

function checkOf(wish: TaskWish, before: Task | undefined): Change['check'] {
  const { check, checkMax } = wish;
  if (check === 'none') return null;
  const command = check === undefined ? before?.check?.command : check.split(/\s+/);
  if (command === undefined || (check === undefined && checkMax === undefined)) return undefined;
  return { command, max: checkMax ?? before?.check?.max ?? 5 };
}

function budgetOf({ tokens, dollars, minutes }: TaskWish, before: Task | undefined): Change {
  if (tokens === undefined && dollars === undefined && minutes === undefined) return {};
  const given = {
    ...(tokens === undefined ? {} : { tokens }),
    ...(dollars === undefined ? {} : { dollars: Number(dollars) }),
    ...(minutes === undefined ? {} : { minutes }),
  };
  if (dollars !== undefined && !(Number(dollars) > 0))
    throw new CommandError('usage', `"${toPlainLine(dollars, 40)}" is no sum.`, 'As in 2.50');
  return { budget: { ...before?.budget, ...given } };
}

function environmentOf({ environment }: TaskWish, before: Task | undefined): Change {
  if (environment.length === 0) return {};
  const given = environment.map((each): [string, string] => {
    const at = each.indexOf('=');
    if (at < 1) throw new CommandError('usage', 'A variable is given as NAME=value.');
    return [each.slice(0, at), each.slice(at + 1)];
  });
  return { environment: { ...before?.environment, ...Object.fromEntries(given) } };
}

function oneOf<T extends string>(text: string, known: readonly T[], what: string): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new CommandError('usage', `"${toPlainLine(text, 40)}" is not ${what}.`, known.join(', '));
}

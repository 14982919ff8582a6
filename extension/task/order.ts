/** What a person is about to hand out, while it is being asked for, and as the daemon is told. Knows no editor. */
import { basename } from 'node:path';
import { localZone } from '../../link/schedule/schedule.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { AwayPolicy, Schedule, Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { TypedWhen } from './whenText.ts';

export type What =
  | { readonly kind: 'prompt'; readonly prompt: string }
  | { readonly kind: 'command'; readonly command: [string, ...string[]]; readonly line: string };

export interface Where {
  /** Absolute. */
  readonly cwd: string;
  /** With a prompt only. */
  readonly agent: string | undefined;
}

export interface Order {
  readonly what: What;
  readonly schedule: Schedule;
  readonly where: Where;
  readonly away: AwayPolicy;
  readonly parentId: Task['id'] | null;
}

const titleChars = 80;

export function toSchedule(when: TypedWhen): Schedule {
  switch (when.kind) {
    case 'once':
      return { kind: 'once', at: new Date(when.atMs).toISOString() };
    case 'every':
      return {
        kind: 'every',
        everyMs: when.everyMs,
        anchor: new Date(when.anchorMs).toISOString(),
      };
    case 'cron':
      return { kind: 'cron', pattern: when.expression, zone: localZone() };
  }
}

/** The beginning of what was typed: a person changes it in the form. */
export function titleOfWhat(what: What): string {
  const text = what.kind === 'prompt' ? what.prompt : what.line;
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  const plain = toPlainLine(line.replace(/^[#>*\-\s]+/, ''), titleChars);
  return plain || (what.kind === 'prompt' ? 'Prompt' : basename(what.command[0]));
}

export function toParams(order: Order): MethodParams<'task/create'> {
  const { what, where, away, schedule, parentId } = order;
  const common = { title: titleOfWhat(what), cwd: where.cwd, schedule, parentId };
  if (what.kind === 'command')
    return { ...common, work: { kind: 'command', command: what.command } };
  return {
    ...common,
    work: { kind: 'prompt', prompt: what.prompt, agent: where.agent ?? 'claude', away },
    worktree: away === 'editInWorktree',
    // What an agent did alone is looked at, unless it only looked itself.
    review: away !== 'readOnly',
  };
}

/** The prompt about a piece of a document, which goes with it as a quotation. */
export function quoteSelection(asked: string, selection: Selection): string {
  const fence = '`'.repeat(Math.max(3, longestRun(selection.text) + 1));
  const place = `${selection.path}, lines ${selection.firstLine}-${selection.lastLine}:`;
  const parts = [place, '', `${fence}${selection.language}`, selection.text, fence];
  return asked.trim() === '' ? selection.text : [asked.trim(), '', ...parts].join('\n');
}

export interface Selection {
  readonly text: string;
  /** Relative to its folder. */
  readonly path: string;
  readonly language: string;
  /** From 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

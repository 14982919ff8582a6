import type { TerminalReport } from './escapeScanner.ts';
import type { Heard, SessionRow } from './row.ts';
import type { RowPatch } from './sessions.ts';
import type { ShellFacts } from './shellMark.ts';
import { followMark, forgetPrompt, parseShellMark } from './shellMark.ts';
import { parseStatusReport } from './statusReport.ts';
import { readTitleState, toAutomaticName } from './title.ts';

/**
 * What a row becomes by what its program said, in order. Empty when nothing changes that a person would see: spinners
 * write a title ten times a second.
 */
export function hear(row: SessionRow, reports: readonly TerminalReport[]): RowPatch {
  const heard = reports.reduce((before, report) => hearOne(row.agent, before, report), row.heard);
  const name = nameFor(row, heard);
  const isNews = !isSameHeard(heard, row.heard);
  const shell = row.shell && reports.reduce(hearShell, row.shell);
  return {
    ...(shell === row.shell ? {} : { shell }),
    ...(isNews ? { heard } : {}),
    ...(name === row.name ? {} : { name, nameSource: 'title' as const }),
  };
}

/** Of a flood at most `max` of what a shell said of itself, and as many of everything else: floods are titles. */
export function keepNewest(reports: readonly TerminalReport[], max: number): TerminalReport[] {
  if (reports.length <= max) return [...reports];
  const marks = reports.filter(isAboutShell).slice(-max);
  return [...marks, ...reports.filter((report) => !isAboutShell(report)).slice(-max)];
}

function isAboutShell({ type }: TerminalReport): boolean {
  return type === 'mark' || type === 'gap';
}

/** The name that a session has while no person chose one. */
export function automaticName(row: SessionRow): Pick<SessionRow, 'name' | 'nameSource'> {
  const { title } = row.heard;
  return title === null
    ? { name: row.defaultName, nameSource: 'default' }
    : { name: title, nameSource: 'title' };
}

function nameFor(row: SessionRow, heard: Heard): string {
  if (row.nameSource === 'person' || heard.title === null) return row.name;
  return heard.title;
}

function hearShell(before: ShellFacts, report: TerminalReport): ShellFacts {
  if (report.type === 'gap') return forgetPrompt(before);
  const mark = report.type === 'mark' ? parseShellMark(report.text) : undefined;
  return mark === undefined ? before : followMark(before, mark);
}

function hearOne(agent: string, before: Heard, report: TerminalReport): Heard {
  if (report.type === 'mark' || report.type === 'gap') return before;
  if (report.type === 'title') {
    const titleState = readTitleState(agent, report.text);
    const title = toAutomaticName(agent, report.text) ?? before.title;
    const isDismissed = before.dismissed && titleState === before.titleState;
    return { ...before, title, titleState, dismissed: isDismissed };
  }
  const parsed = parseStatusReport(report.text);
  return parsed === undefined ? before : { ...before, report: parsed, dismissed: false };
}

function isSameHeard(left: Heard, right: Heard): boolean {
  return (
    left.title === right.title &&
    left.titleState === right.titleState &&
    left.dismissed === right.dismissed &&
    left.report?.state === right.report?.state &&
    left.report?.kind === right.report?.kind &&
    left.report?.message === right.report?.message
  );
}

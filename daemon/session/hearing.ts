import type { Authority } from '../../protocol/attention/why.ts';
import type { Notification, Reading, TerminalReport, TitleReader } from '../signal/signal.ts';
import {
  nothingClaimed,
  readNotification,
  readStatusReport,
  toAutomaticName,
  toCallText,
  toEvidence,
  toSignal,
} from '../signal/signal.ts';
import type { Heard } from './heard.ts';
import { forgetNotification, ignoreReport, takeSignal } from './heard.ts';
import type { SessionRow } from './row.ts';
import type { RowPatch } from './sessions.ts';
import type { ShellFacts } from './shellMark.ts';
import { followMark, forgetPrompt, parseShellMark } from './shellMark.ts';

/** A report and when it was received. */
export interface Said {
  readonly report: TerminalReport;
  readonly at: string;
  /** It was said before this daemon listened. */
  readonly isRestored?: boolean;
}

interface Hearing {
  readonly agent: string;
  readonly generation: number;
  readonly titles: TitleReader;
}

/**
 * What a row becomes by what its program said, in order. Empty when nothing changes that a person would see: spinners
 * write a title ten times a second.
 */
export function hear(row: SessionRow, said: readonly Said[], titles: TitleReader): RowPatch {
  const { agent, generation } = row;
  const hearing = { agent, generation, titles };
  const heard = said.reduce((before, one) => hearOne(hearing, before, one), row.heard);
  const name = nameFor(row, heard);
  const shell = row.shell && said.reduce(hearShell, row.shell);
  const hasRun = shell !== undefined && shell !== row.shell && shell.prompt === 'running';
  const after = hasRun ? forgetNotification(heard) : heard;
  return {
    ...(shell === row.shell ? {} : { shell }),
    ...(after === row.heard ? {} : { heard: after }),
    ...(name === row.name ? {} : { name, nameSource: 'title' as const }),
  };
}

/** What a process said whose session has another one by now: only that it was, for whoever asks why. */
export function ignoreOld(row: SessionRow, said: readonly Said[]): RowPatch {
  const newest = said.findLast(({ report }) => authorityOf(report) !== undefined);
  if (newest === undefined) return {};
  const { report, at } = newest;
  const authority = authorityOf(report);
  if (authority === undefined) return {};
  const text = 'text' in report ? report.text : 'bell';
  const ignored = { authority, reason: 'An earlier process of the session said it.', at };
  return { heard: ignoreReport(row.heard, { ...ignored, evidence: toEvidence(text) }) };
}

function authorityOf(report: TerminalReport): Authority | undefined {
  switch (report.type) {
    case 'title':
    case 'status':
    case 'notification':
      return report.type;
    case 'oversized':
      return report.about;
    default:
      return undefined;
  }
}

/** Of a flood the newest `max` of each sort: a flood of one must not hide what another said. */
export function keepNewest(said: readonly Said[], max: number): Said[] {
  if (said.length <= max) return [...said];
  const counts = new Map<string, number>();
  const kept = said.toReversed().filter(({ report }) => {
    const sort = report.type === 'gap' ? 'mark' : report.type;
    const count = (counts.get(sort) ?? 0) + 1;
    counts.set(sort, count);
    return count <= max;
  });
  return kept.toReversed();
}

/** The name that a session has while no person chose one. */
export function automaticName(row: SessionRow): Pick<SessionRow, 'name' | 'nameSource'> {
  const { title } = row.heard;
  return title === null
    ? { name: row.defaultName, nameSource: 'default' }
    : { name: title, nameSource: 'title' };
}

/** Output that came at once, up to `seq`. */
export interface Wrote {
  readonly seq: number;
  readonly bytes: number;
  readonly at: string;
}

const lapseAfterMs = 1000;
/** A sign that blinks in an open dialog takes some 50. */
const repaintBytes = 200;

/**
 * What a row becomes when its program has painted its screen again: a dialog that only a notification told of was answered
 * or left.
 */
export function lapse(row: SessionRow, wrote: Wrote): RowPatch {
  return isLapsed(row, wrote) ? { heard: forgetNotification(row.heard) } : {};
}

export function isLapsed({ heard }: SessionRow, { seq, bytes, at }: Wrote): boolean {
  const told = heard.signals.find(({ authority }) => authority === 'notification');
  if (told?.state !== 'asking' || seq <= (told.seq ?? 0) || bytes < repaintBytes) return false;
  return Date.parse(at) - Date.parse(told.at) > lapseAfterMs;
}

function nameFor(row: SessionRow, heard: Heard): string {
  if (row.nameSource === 'person' || heard.title === null) return row.name;
  return heard.title;
}

function hearShell(before: ShellFacts, { report }: Said): ShellFacts {
  if (report.type === 'gap') return forgetPrompt(before);
  const mark = report.type === 'mark' ? parseShellMark(report.text) : undefined;
  return mark === undefined ? before : followMark(before, mark);
}

function hearOne(hearing: Hearing, before: Heard, said: Said): Heard {
  const { report } = said;
  switch (report.type) {
    case 'mark':
    case 'gap':
      return before;
    case 'title': {
      const title = toAutomaticName(hearing.agent, report.text) ?? before.title;
      const named = title === before.title ? before : { ...before, title };
      const reading = hearing.titles.read(hearing.agent, report.text);
      return take(hearing, named, { ...said, authority: 'title', reading });
    }
    case 'status': {
      const reading = readStatusReport(report.text);
      const ignored = { authority: 'status', reason: 'It is not a status report.' } as const;
      if (reading === undefined)
        return ignoreReport(before, { ...ignored, ...about(report.text, said) });
      return take(hearing, before, { ...said, authority: 'status', reading });
    }
    case 'notification':
      return hearNotification(hearing, before, { said, notification: report.notification });
    case 'doubt': {
      const known = before.signals.find(({ authority }) => authority === 'status');
      if (known?.state !== 'idle') return before;
      const rule = `status.doubted.${hearing.agent}`;
      const reading = { claim: nothingClaimed, rule, evidence: report.text };
      return take(hearing, before, { ...said, authority: 'status', reading });
    }
    case 'oversized': {
      const reason = 'It is longer than 8 KiB.';
      return ignoreReport(before, { authority: report.about, reason, ...about(report.text, said) });
    }
  }
}

function about(text: string, { at }: Said): { evidence: string; at: string } {
  return { evidence: toEvidence(text), at };
}

function take(
  { generation }: Hearing,
  before: Heard,
  { authority, reading, ...said }: Said & { authority: Authority; reading: Reading },
): Heard {
  const moment = { at: said.at, generation, seq: said.report.seq };
  return takeSignal(before, toSignal(authority, reading, moment), said.isRestored);
}

/** A bell beside a notification says nothing more. */
function hearNotification(
  hearing: Hearing,
  before: Heard,
  { said, notification }: { readonly said: Said; readonly notification: Notification },
): Heard {
  const known = before.signals.find(({ authority }) => authority === 'notification');
  const isBell = notification.channel === 'bell';
  if (isBell && (known?.state === 'asking' || before.call !== null)) return before;
  const claimed = readNotification(hearing.agent, notification);
  const told = { ...said, authority: 'notification' as const };
  if (claimed !== undefined) {
    const taken = take(hearing, before, { ...told, reading: claimed });
    return taken.call === null ? taken : { ...taken, call: null };
  }
  const text = toCallText(notification);
  const reading = {
    claim: nothingClaimed,
    rule: `notification.${notification.channel}.call`,
    evidence: notification.text,
  };
  const taken = take(hearing, before, { ...told, reading });
  return taken.call?.text === text ? taken : { ...taken, call: { text, at: said.at } };
}

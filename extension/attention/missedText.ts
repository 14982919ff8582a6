/** A notice as a row: what it said, when, and why nobody was called. Knows no editor. */
import type { Notice, Silence } from '../../protocol/attention/notice.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';

/** What the person dealt with, looked at or does not care for was not missed; what was kept silent was, also when it is over. */
export function wasMissed({ silence, settledAt }: Notice): boolean {
  if (silence === undefined) return settledAt === undefined;
  return silence !== 'visible' && silence !== 'shortTurn';
}

export interface NoticeRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export function describeNoticeRow(notice: Notice, nowMs: number, t: Translate): NoticeRow {
  const { title, text, at, silence, settledAt } = notice;
  const age = describeAge(at, nowMs, t);
  const ago = age === t('now') ? age : t('{0} ago', age);
  const state = settledAt === undefined ? '' : t('settled');
  const silent = silence === undefined ? '' : describeSilence(silence, t);
  const name = toPlainLine(title, 80);
  return {
    label: name || toPlainLine(text, 120),
    description: [ago, state].filter(Boolean).join(' · '),
    detail: [name === '' ? '' : toPlainLine(text, 160), silent].filter(Boolean).join(' · '),
  };
}

function describeSilence(silence: Silence, t: Translate): string {
  switch (silence) {
    case 'visible':
      return t('not called: you were looking at it');
    case 'muted':
      return t('not called: muted');
    case 'quietHours':
      return t('not called: quiet hours');
    case 'coolDown':
      return t('not called: it had just called');
    case 'shortTurn':
      return t('not called: it took only a moment');
    case 'off':
      return t('not called: notices are off');
    case 'nobody':
      return t('not called: no window was open');
  }
}

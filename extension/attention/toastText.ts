/** What a toast says. Knows no editor. */
import type { Notice } from '../../protocol/attention/notice.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';

const titleChars = 60;
const textChars = 160;

/** "fix-login: wants to run `npm test`"; of several sessions how many they are. The newest comes first. */
export function describeToast(notices: readonly Notice[], t: Translate): string {
  const [newest] = latestOfEach(notices);
  const count = latestOfEach(notices).length;
  if (newest === undefined) return '';
  if (count === 1) return describeNotice(newest, t);
  const areSessions = notices.every(({ sessionId }) => sessionId !== null);
  return areSessions ? t('{0} sessions need you', count) : t('{0} need you', count);
}

function describeNotice(notice: Notice, t: Translate): string {
  const name = toPlainLine(notice.title, titleChars);
  if (notice.kind === 'finished') return t('{0} is done', name);
  return [name, describeWords(notice, t)].filter(Boolean).join(': ');
}

/** Without whose it is. */
export function describeWords({ kind, text }: Notice, t: Translate): string {
  return toPlainLine(text, textChars) || (kind === 'finished' ? t('done') : '');
}

/** One for each session; those without a session each for itself. */
export function latestOfEach(notices: readonly Notice[]): Notice[] {
  const seen = new Set<string>();
  return notices.filter(({ id, sessionId }) => {
    const key = sessionId ?? id;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** A permission as one line, once it is a matter of the past, or while its card stands elsewhere. */
import type { Permission } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { t } from './words.ts';

interface SettledLine {
  readonly icon: string;
  readonly said: string;
  readonly state: string;
}

/** `shorten`: makes paths in a line shorter. */
export function settledLine(
  permission: Permission,
  shorten: (line: string) => string,
): SettledLine {
  const { state, answer, ask } = permission;
  const what = shorten(describe(permission));
  if (state === 'open') return { icon: 'bell', said: t('asked, below: {0}', what), state };
  if (state !== 'answered' || answer === null)
    return { icon: 'circle-slash', said: t('not asked any more: {0}', what), state };
  if (answer.behavior === 'deny') {
    const reason = answer.message === null ? '' : ` · ${toPlainLine(answer.message, 200)}`;
    return { icon: 'circle-slash', said: t('you denied: {0}', what) + reason, state: 'denied' };
  }
  if (ask === 'question') {
    const given = Object.values(answer.answers ?? {}).join(' · ');
    return { icon: 'comment', said: `${what} → ${toPlainLine(given, 200)}`, state: 'allowed' };
  }
  if (answer.by === 'rule')
    return { icon: 'law', said: t('allowed by your rule: {0}', what), state: 'allowed' };
  const said =
    answer.input === null ? t('you allowed: {0}', what) : t('you allowed it changed: {0}', what);
  return { icon: 'check', said, state: 'allowed' };
}

function describe({ ask, line, tool, pattern, questions }: Permission): string {
  if (ask === 'plan') return t('its plan');
  if (ask === 'question') return toPlainLine(questions[0]?.text ?? tool, 160);
  return toPlainLine(line ?? (pattern === null ? tool : `${tool} ${pattern}`), 160);
}

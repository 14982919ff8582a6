/** One entry of "Needs You" as words, and what can be done about it in its row. Knows no editor. */
import type { Need, NeedKind } from '../../protocol/attention/attention.ts';
import { kindOfNeed } from '../../protocol/attention/attention.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';

/**
 * `answer`: it is answered here, because the whole action can be read in the row. `dismiss`: it was seen. `review`: its
 * session holds the whole.
 */
export type NeedAction = 'answer' | 'dismiss' | 'review' | 'none';

export interface NeedRow {
  readonly label: string;
  readonly description: string;
  /** For ears: what the icon and its colour say. */
  readonly spoken: string;
}

export interface NeedContext {
  /** Of its session; empty when it has none. */
  readonly name: string;
  readonly nowMs: number;
  readonly t: Translate;
}

const rowChars = 120;
const results: ReadonlySet<Need['kind']> = new Set(['failed', 'finished', 'notice']);

export function describeNeed(need: Need, { name, nowMs, t }: NeedContext): NeedRow {
  const text = toPlainLine(need.text, rowChars);
  const age = describeAge(need.since, nowMs, t);
  const isDone = need.kind === 'finished' && name !== '';
  const label = isDone ? name : text || name;
  const done = age === t('now') ? t('done') : t('done {0} ago', age);
  const parts = isDone ? [done] : [label === name ? '' : name, age];
  const description = parts.filter(Boolean).join(' · ');
  return {
    label,
    description,
    spoken: [nameKind(kindOfNeed(need), t), label, description].join(', '),
  };
}

/** What the button of the row does. Text that was cut, here or on its way, is not the whole action. */
export function actionOf({ kind, text, actions, sessionId, taskId }: Need): NeedAction {
  const ids = actions.map(({ id }) => id);
  if (results.has(kind) && ids.includes('dismiss')) return 'dismiss';
  // What a task did can be read in no row.
  if (taskId !== null) return 'review';
  const isWhole = text.length <= rowChars && !/[\n\r]|…$/.test(text);
  if (isWhole && ids.some((id) => id !== 'review' && id !== 'dismiss')) return 'answer';
  return sessionId === null ? 'none' : 'review';
}

export function nameKind(kind: NeedKind, t: Translate): string {
  switch (kind) {
    case 'permission':
      return t('asks for permission');
    case 'question':
      return t('asks a question');
    case 'signIn':
      return t('asks you to sign in');
    case 'failed':
      return t('failed');
    case 'review':
      return t('to review');
    case 'finished':
      return t('done');
    case 'notice':
      return t('calls you');
  }
}

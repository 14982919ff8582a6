/** The settings `waggle.notify.*` as the daemon takes them. A value that is not one is left out and named. */
import type { NoticeSettings } from '../../protocol/attention/notice.ts';
import { noticeSettingsChangeSchema } from '../../protocol/attention/notice.ts';
import type { NotifyKey } from '../editor/editor.ts';

type Change = Partial<NoticeSettings>;

export interface NoticeChange {
  readonly change: Change;
  /** Settings whose value nobody understands. */
  readonly refused: readonly NotifyKey[];
}

interface Field {
  readonly name: keyof NoticeSettings;
  readonly read: (value: unknown) => unknown;
}

const asIs = (value: unknown): unknown => value;

const fields: Readonly<Record<NotifyKey, Field>> = {
  command: { name: 'command', read: asIs },
  dwell: { name: 'dwellMs', read: toMs },
  coolDown: { name: 'coolDownMs', read: toMs },
  finishedAfter: { name: 'finishedAfterMs', read: toMs },
  quietHours: { name: 'quietHours', read: readQuietHours },
  system: { name: 'system', read: asIs },
  toast: { name: 'toast', read: asIs },
  sound: { name: 'sound', read: asIs },
  titlePatterns: { name: 'titlePatterns', read: asIs },
};

export function toNoticeChange(
  values: Readonly<Partial<Record<NotifyKey, unknown>>>,
): NoticeChange {
  const refused: NotifyKey[] = [];
  let change: Change = {};
  for (const [key, value] of Object.entries(values) as [NotifyKey, unknown][]) {
    const { name, read } = fields[key];
    const parsed = noticeSettingsChangeSchema.safeParse({ [name]: read(value) });
    if (parsed.success) change = { ...change, ...withoutAbsent(parsed.data) };
    else refused.push(key);
  }
  return { change, refused };
}

/** What the wire calls absent is not there at all. */
function withoutAbsent(change: object): Change {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function toMs(seconds: unknown): unknown {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : seconds;
}

/** "22:00-07:00"; empty: none. */
function readQuietHours(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return null;
  const [from, to, ...rest] = value.split(/[-–]/).map((part) => part.trim().padStart(5, '0'));
  return rest.length === 0 ? { from, to } : value;
}

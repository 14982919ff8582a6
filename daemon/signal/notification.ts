/** Notifications that a program gives its terminal: OSC 9, OSC 777, OSC 99, and the bell. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Reading } from './claim.ts';
import { asking, needsPermission, wantsToRun } from './claim.ts';

/** By which sequence it came. */
export type NotificationChannel = 'osc9' | 'osc777' | 'osc99' | 'bell';

export interface Notification {
  readonly channel: NotificationChannel;
  /** As it was received; empty for a bell. */
  readonly text: string;
}

interface AskingText {
  readonly agent: string;
  readonly pattern: RegExp;
  toClaim(match: RegExpExecArray): Reading['claim'];
}

/** Texts of the agents that stand for an open dialog, as recorded. */
const askingTexts: readonly AskingText[] = [
  {
    agent: 'claude',
    pattern: /^Claude needs your (?:permission|approval)/,
    toClaim: () => asking('permission', '', needsPermission),
  },
  {
    agent: 'codex',
    pattern: /^Approval requested(?:: (.+))?$/s,
    toClaim: (match) => wantsToRun(match[1] ?? ''),
  },
];

/** What a notification of a known agent claims; undefined: it is only a call to the person. */
export function readNotification(
  agent: string,
  { channel, text }: Notification,
): Reading | undefined {
  for (const known of askingTexts) {
    const match = known.agent === agent ? known.pattern.exec(text) : null;
    if (match !== null)
      return { claim: known.toClaim(match), rule: `notification.${channel}`, evidence: text };
  }
  return undefined;
}

/** What a person reads of a call: one cleaned line. */
export function toCallText({ text }: Notification): string {
  const line = toPlainLine(text, 200);
  return line === '' ? 'rang the bell' : line;
}

/** `OSC 9 ; text`. Undefined for ConEmu's commands under the same number (`4;…` is progress). */
export function parseOsc9(rest: string): Notification | undefined {
  const isCommand = /^\d{1,2}(?:;|$)/.test(rest);
  return isCommand || rest === '' ? undefined : { channel: 'osc9', text: rest };
}

/** `OSC 777 ; notify ; title ; body`. */
export function parseOsc777(rest: string): Notification | undefined {
  const [command, title = '', ...body] = rest.split(';');
  if (command !== 'notify') return undefined;
  const text = body.join(';') === '' ? title : body.join(';');
  return text === '' ? undefined : { channel: 'osc777', text };
}

const keptNotifications = 8;
const keptChars = 4096;

/** Puts kitty's notifications (OSC 99) together: they come in pieces that carry an id. Bounded. */
export class KittyNotifications {
  readonly #pieces = new Map<string, { title: string; body: string }>();

  /** The notification that this piece completed. */
  push(rest: string): Notification | undefined {
    const cut = rest.indexOf(';');
    if (cut === -1) return undefined;
    const fields = readFields(rest.slice(0, cut));
    const part = fields.get('p') ?? 'title';
    if (part !== 'title' && part !== 'body') return undefined;
    const id = fields.get('i') ?? '';
    const pieces = this.#piecesOf(id);
    const text = decode(rest.slice(cut + 1), fields.get('e') === '1');
    pieces[part] = (pieces[part] + text).slice(0, keptChars);
    if (fields.get('d') === '0') return undefined;
    // Its last piece may be empty and come after one that was shown already.
    const shown = pieces.body === '' ? pieces.title : pieces.body;
    this.#pieces.delete(id);
    return shown === '' ? undefined : { channel: 'osc99', text: shown };
  }

  #piecesOf(id: string): { title: string; body: string } {
    const known = this.#pieces.get(id) ?? { title: '', body: '' };
    this.#pieces.delete(id);
    this.#pieces.set(id, known);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > keptNotifications && oldest !== undefined) this.#pieces.delete(oldest);
    return known;
  }
}

function readFields(metadata: string): Map<string, string> {
  return new Map(
    metadata.split(':').map((field): [string, string] => {
      const equals = field.indexOf('=');
      return equals === -1 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
    }),
  );
}

function decode(text: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text;
}

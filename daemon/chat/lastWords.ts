import { constants } from 'node:os';
import type { EntryContent } from '../../protocol/chat/entry.ts';
import type { HostLink } from '../../link/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const tailChars = 4000;

/** What a process wrote to its standard error last, as one plain line; empty when nobody knows. Never rejects. */
export async function readLastWords(
  link: HostLink | undefined,
  session: SessionId,
): Promise<string> {
  try {
    const read = await link?.call('host/readErrors', { session });
    const text = Buffer.from(read?.data ?? '', 'base64')
      .toString('utf8')
      .slice(-tailChars);
    const lines = text.split(/[\r\n]+/).map((line) => toPlainLine(line, 300));
    return lines.findLast((line) => /\p{L}{2}/u.test(line)) ?? '';
  } catch (error) {
    return nobodyKnows(error);
  }
}

/** The host is gone, and with it what was written. */
function nobodyKnows(_error: unknown): string {
  return '';
}

const names = new Map(Object.entries(constants.signals).map(([name, code]) => [code, name]));

/** `Claude Code ended (exit code 1): no such conversation`. */
export function describeEnd(
  label: string,
  end: { readonly code: number | null; readonly signal: number | null },
  said: string,
): string {
  const signal = end.signal ?? 0;
  const by = signal === 0 ? '' : ` (${names.get(signal) ?? `signal ${signal}`})`;
  const how = end.code === null || signal !== 0 ? by : ` (exit code ${end.code})`;
  return `${label} ended${how}${said === '' ? '.' : `: ${said}`}`;
}

/** What stands in the journal when something went wrong, with what to do. */
export function toError(
  code: 'signIn' | 'process' | 'start' | 'output',
  { text, fix, label }: { readonly text: string; readonly fix: string; readonly label: string },
): Extract<EntryContent, { kind: 'error' }> {
  const signIn = `Log in: start ${label} in a terminal, then say it again.`;
  const shown = toPlainLine(text, 2000);
  return { kind: 'error', code, text: shown, fix: code === 'signIn' ? signIn : fix };
}

/** Said once in a turn in which it writes what nobody reads; undefined: an event that is only not known here. */
export function garbledText(
  label: string,
  what: 'tooLong' | 'unknown',
  detail: string,
): string | undefined {
  if (what === 'tooLong')
    return `${label} wrote more in one line than any event has; it was left out.`;
  return detail.startsWith('no JSON')
    ? `${label} wrote what is no event; it was left out.`
    : undefined;
}

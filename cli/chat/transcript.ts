/** `waggle transcript`: what was said and done in a chat, to read or to keep. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { linesOfEntry } from './entryLines.ts';
import { findChat } from './open.ts';

export interface TranscriptOptions {
  readonly reference: string;
  /** The first position. */
  readonly from: number;
  /** With what tools were given and gave back. */
  readonly whole: boolean;
  readonly markdown: boolean;
}

export async function showTranscript(
  context: CommandContext,
  { reference, from, whole, markdown }: TranscriptOptions,
): Promise<number> {
  const link = await context.connect();
  const session = await findChat(link, reference);
  const { output } = context;
  if (markdown) {
    const text = await exportMarkdown(link, session.id);
    output.result({ session, markdown: text }, () => [text.trimEnd()]);
    return exitCodes.ok;
  }
  const entries = await readAll(link, session.id, from);
  output.result({ session, entries }, () =>
    entries.flatMap((entry) => linesOfEntry(entry, { paint: output.paint, isWhole: whole })),
  );
  return exitCodes.ok;
}

async function readAll(link: DaemonLink, sessionId: SessionId, first: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = first; ;) {
    const page = await link.call('chat/read', { sessionId, from, limit: 1000 });
    entries.push(...page.entries);
    const last = page.entries.at(-1)?.position;
    if (!page.more || last === undefined) return entries;
    from = last + 1;
  }
}

async function exportMarkdown(link: DaemonLink, sessionId: SessionId): Promise<string> {
  const parts: string[] = [];
  for (let from = 1; ;) {
    const page = await link.call('chat/export', { sessionId, from });
    parts.push(page.text);
    if (page.next === null) return parts.join('');
    from = page.next;
  }
}

/**
 * The kept output of a session, in pages, with gaps said on stderr: to a pipe or a file as it was, to a terminal what can
 * be read of it, because the terminal would answer to what a program once asked.
 */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { findMeant } from './change.ts';
import { describeKeep } from './keep.ts';
import { listSessions } from './list.ts';
import { ReadableOutput } from './readableOutput.ts';

interface HistoryOptions {
  readonly reference: string | undefined;
  readonly generation: number | undefined;
  /** Position of the first byte that is wanted. */
  readonly start: number;
  /** Takes bytes; resolves when more may come. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** `waggle history`: without a session the table with everything that ended. */
export async function showHistory(
  context: CommandContext,
  { reference, generation, start, write }: HistoryOptions,
): Promise<number> {
  if (reference === undefined) return listSessions(context, { all: true });
  const { link, session } = await findMeant(context, reference);
  if (context.output.json) {
    const page = await readPage(link, { session, generation, from: start });
    context.output.result({ sessionId: session.id, ...page }, () => []);
    return exitCodes.ok;
  }
  const readable = context.output.isTerminal ? new ReadableOutput() : undefined;
  let from = start;
  let isEmpty = true;
  for (;;) {
    const page = await readPage(link, { session, generation, from });
    for (const gap of page.gaps) context.output.note(`[${gap.to - gap.from} bytes not kept]`);
    if (page.from > from) context.output.note(`[${page.from - from} bytes not kept]`);
    const data = Buffer.from(page.data, 'base64');
    isEmpty &&= data.length === 0;
    await write(readable === undefined ? data : Buffer.from(readable.push(data)));
    if (page.next >= page.end || page.next <= from) break;
    from = page.next;
  }
  if (readable !== undefined) await write(Buffer.from(readable.end()));
  if (isEmpty) noteNothingKept(context, session);
  return exitCodes.ok;
}

/** Nothing at all may be a choice, or too long ago. */
function noteNothingKept({ output }: CommandContext, { keep, private: isPrivate }: Session): void {
  if (isPrivate === true) output.note('[nothing is kept of a private session]');
  else if (keep !== undefined) output.note(`[nothing is here: ${describeKeep(keep)}]`);
}

interface PagePlace {
  readonly session: Session;
  readonly generation: number | undefined;
  readonly from: number;
}

function readPage(link: DaemonLink, { session, generation, from }: PagePlace) {
  const which = generation === undefined ? {} : { generation };
  return link.call('session/history', { sessionId: session.id, from, ...which });
}

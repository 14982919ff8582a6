import { EscapeScanner } from '../signal/signal.ts';
import type { TerminalReport } from '../signal/signal.ts';
import type { SessionRow } from './row.ts';
import type { Spool } from './spool.ts';

/** Longer output of one command hides the mark that began it, and then nobody can tell what the shell does. */
const tailBytes = 64 * 1024;

/**
 * What a shell said of itself at the end of what is kept of it. A gap, when it does not wait at its prompt any more but
 * nothing is kept of how it left.
 */
export async function readLastMark(
  spool: Spool,
  { id, generation, shell }: Pick<SessionRow, 'id' | 'generation' | 'shell'>,
): Promise<TerminalReport[]> {
  const { end } = await spool.read(id, { generation, from: 0, maxBytes: 1 });
  if (end === 0) return [];
  const from = Math.max(0, end - tailBytes);
  const { data } = await spool.read(id, { generation, from, maxBytes: tailBytes });
  const marks = new EscapeScanner().push(data).filter(({ type }) => type === 'mark');
  // Output without a mark is what a command does that runs.
  if (marks.length === 0 && shell?.prompt === 'prompt') return [{ type: 'gap', seq: end }];
  return marks;
}

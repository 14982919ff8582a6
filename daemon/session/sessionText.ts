import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { ScreenMaker } from '../screen/screen.ts';
import { findConversationsById, readTranscript } from '../transcript/transcript.ts';
import type { SessionRow } from './row.ts';
import type { Spool } from './spool.ts';

/** What was said and written in a session, as lines of plain text: words of others. */
export interface SessionText {
  /** The agent's own record of what was said, or what stood in the terminal. */
  readonly from: 'conversation' | 'terminal';
  readonly lines: readonly string[];
}

export interface SessionTextContext {
  readonly spool: Pick<Spool, 'read'>;
  readonly maker: Pick<ScreenMaker, 'make'>;
  /** Resolves when everything that the session wrote until now is kept. */
  readonly flush: (row: SessionRow) => Promise<void>;
}

const tailBytes = 512 * 1024;
const transcriptMaxBytes = 64 * 1024 * 1024;
const linesMax = 20_000;
const lineFeed = 0x0a;
const agentsWithTranscript = new Set(['claude', 'codex']);

/**
 * The end of what is known of a session, the last line last; empty when nothing is kept.
 * @throws WaggleError `stopped` when the signal aborts.
 */
export async function readSessionText(
  context: SessionTextContext,
  row: SessionRow,
  signal: AbortSignal,
): Promise<SessionText> {
  const said = await readConversation(row, signal);
  if (said !== undefined) return { from: 'conversation', lines: said };
  await context.flush(row);
  refuseAborted(signal);
  return { from: 'terminal', lines: await readTerminal(context, row) };
}

async function readConversation(
  { agent, agentDirectory, conversations }: SessionRow,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const id = conversations.at(-1)?.id;
  const isKnown = typeof agentDirectory === 'string' && id !== undefined;
  if (!isKnown || !agentsWithTranscript.has(agent)) return undefined;
  const [found] = await findConversationsById(agent, agentDirectory, { beginning: id, limit: 1 });
  if (found === undefined || found.bytes > transcriptMaxBytes) return undefined;
  const lines: string[] = [];
  await readTranscript({ agent, path: found.path }, ({ who, text }) => {
    refuseAborted(signal);
    lines.push(...`${who}: ${text}`.split('\n'));
    if (lines.length > 2 * linesMax) lines.splice(0, lines.length - linesMax);
    return Promise.resolve();
  });
  return lines.slice(-linesMax);
}

/** As an emulator understood it: nothing of how it got there, and no colours. */
async function readTerminal(
  { spool, maker }: SessionTextContext,
  { id, generation, size }: SessionRow,
): Promise<string[]> {
  const { end } = await spool.read(id, { generation, from: 0, maxBytes: 1 });
  const from = Math.max(0, end - tailBytes);
  const page = await spool.read(id, { generation, from, maxBytes: tailBytes });
  // The beginning of a cut line may be the end of a sequence.
  const start = page.from === 0 ? 0 : page.data.indexOf(lineFeed) + 1;
  const bytes = Uint8Array.from(page.data.subarray(start));
  if (bytes.length === 0) return [];
  const { snapshot } = await maker.make({
    seq: 0,
    size,
    pieces: [{ kind: 'output', seq: 0, bytes }],
  });
  const text = snapshot === undefined ? undefined : decodeSnapshot(snapshot)?.text;
  return text === undefined ? [] : toLines(new TextDecoder().decode(text));
}

const cursorForward = /\u001b\[(\d*)C/g;
const sequences =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** How a row that goes on in the next one is drawn. */
const wrapped = / \r(?!\n)/g;

function toLines(drawn: string): string[] {
  const spaced = drawn.replace(cursorForward, (_all, count: string) =>
    ' '.repeat(Number(count) || 1),
  );
  const plain = spaced.replace(sequences, '').replaceAll(wrapped, '');
  const lines = plain.split(/\r?\n/).map((line) => line.trimEnd());
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new WaggleError('stopped', 'The call was cancelled.');
}

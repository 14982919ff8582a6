import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { SessionExit } from './life.ts';
import type { SessionRow } from './row.ts';
import type { Spool } from './spool.ts';

const tailBytes = 16_384;
const maxLength = 200;

/** Not every agent says when it is ready: one that ran for longer was in its conversation. */
const startLimitMs = 60_000;

/**
 * A process that was started for a conversation ended with an error before it reported anything. That it wrote its file of
 * the running ones says nothing: Claude Code does so before it looks for the conversation.
 */
export function isFailedResume(
  { resuming, heard }: Pick<SessionRow, 'resuming' | 'heard'>,
  exit: SessionExit,
): boolean {
  const hasReported = heard.signals.some(
    ({ authority }) => authority === 'status' || authority === 'events',
  );
  if (resuming === null || resuming === undefined || hasReported) return false;
  const ranMs = Date.parse(exit.at) - Date.parse(resuming.at);
  return exit.code !== null && exit.code !== 0 && ranMs < startLimitMs;
}

/** `could not resume: No conversation found with session ID …`, in the program's own last words. */
export async function describeFailedResume(spool: Spool, row: SessionRow): Promise<string> {
  const page = { generation: row.generation, from: 0, maxBytes: tailBytes };
  const { data } = await spool.read(row.id, page);
  const said = findReason(data.toString('utf8'));
  return said === undefined ? 'could not resume its conversation' : `could not resume: ${said}`;
}

/** The first line that speaks of a failure, else the last with words in it; plain text. */
export function findReason(output: string): string | undefined {
  const lines = output.replaceAll(escapes, '').split(/[\r\n]+/);
  const spoken = lines
    .map((line) => toPlainLine(line, maxLength).trim())
    .filter((line) => /\p{L}{2}/u.test(line));
  return spoken.find((line) => failureWords.test(line)) ?? spoken.at(-1);
}

const failureWords =
  /\b(?:error|failed|fatal|not found|no (?:\w+ )?(?:conversation|session|thread)|cannot|could ?n[o']t|unknown|invalid|unable)\b/i;

/** Strings (OSC, DCS, …), then CSI sequences, then what is left of two or three characters. */
const escapes =
  /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;

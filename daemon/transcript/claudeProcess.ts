import { join } from 'node:path';
import { z } from 'zod';
import { readBeginning } from './agentFile.ts';
import { isConversationId } from './conversationId.ts';

/**
 * What a running Claude Code writes of itself to `<config>/sessions/<pid>.json`. It writes the file again when it changes
 * its conversation, removes it at its end, and leaves it behind when it is killed.
 */
const processFileSchema = z.object({
  pid: z.int(),
  sessionId: z.string().refine(isConversationId),
  kind: z.string().optional(),
  /** Start time as the kernel tells it, on Linux. */
  procStart: z.string().optional(),
});

/** Some hundred bytes as a rule; a longer one is cut, and then no JSON. */
const maxBytes = 65_536;

export interface ClaudeProcess {
  readonly conversationId: string;
  readonly isInteractive: boolean;
  /** Undefined where the system tells none. */
  readonly startTime: number | undefined;
}

/** Undefined when there is no such file, or it is of a form that we do not know. */
export async function readClaudeProcess(
  directory: string,
  pid: number,
): Promise<ClaudeProcess | undefined> {
  const path = join(directory, 'sessions', `${pid}.json`);
  const bytes = await readBeginning(path, maxBytes).catch(noFile);
  const parsed = processFileSchema.safeParse(parseJson(bytes?.toString('utf8') ?? ''));
  if (!parsed.success || parsed.data.pid !== pid) return undefined;
  const { sessionId, kind = 'interactive', procStart } = parsed.data;
  return {
    conversationId: sessionId,
    isInteractive: kind === 'interactive',
    startTime: procStart === undefined ? undefined : Number(procStart),
  };
}

/** It is not there, or is being replaced at this moment: the next look finds it. */
function noFile(): undefined {
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

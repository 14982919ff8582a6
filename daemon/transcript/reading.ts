import { readLines } from './agentFile.ts';
import { isConversationId } from './conversationId.ts';
import { findTranscript } from './hasTranscript.ts';
import type { Said } from './said.ts';
import { readLine } from './said.ts';

export interface ReadTranscript {
  readonly id: string | undefined;
  readonly directory: string | undefined;
  readonly messages: number;
  /** Lines that are no JSON, or no line of this agent. */
  readonly malformed: number;
}

/** Reads a whole transcript line by line. Rejects when the file cannot be read; a bad line is counted. */
export async function readTranscript(
  { agent, path }: { readonly agent: string; readonly path: string },
  take: (said: Said) => Promise<void>,
): Promise<ReadTranscript> {
  let [messages, malformed] = [0, 0];
  let id: string | undefined;
  let directory: string | undefined;
  for await (const text of readLines(path)) {
    if (text?.trim() === '') continue;
    const line = text === undefined ? undefined : readLine(agent, text);
    if (line === undefined) malformed += 1;
    if (isConversationId(line?.id)) id ??= line.id;
    directory ??= line?.directory;
    for (const said of line?.said ?? []) {
      messages += 1;
      await take(said);
    }
  }
  return { id, directory, messages, malformed };
}

export interface ReadConversation {
  /** What it worked with last, in the agent's own words. */
  readonly mode: string | undefined;
  readonly model: string | undefined;
}

/**
 * What was said in a conversation after an instant (all of it when that is empty). Undefined when nobody can read it.
 * Rejects when the file cannot be read.
 */
export async function readConversation(
  {
    agent,
    directory,
    id,
  }: { readonly agent: string; readonly directory: string; readonly id: string },
  { since, take }: { readonly since: string; readonly take: (said: Said) => Promise<void> },
): Promise<ReadConversation | undefined> {
  const path = directory === '' ? undefined : findTranscript(agent, directory, id);
  if (path === undefined) return undefined;
  let mode: string | undefined;
  let model: string | undefined;
  for await (const text of readLines(path)) {
    const line = text === undefined ? undefined : readLine(agent, text);
    const isNew = since === '' || (line?.at !== undefined && line.at > since);
    if (line === undefined || !isNew) continue;
    mode = line.mode ?? mode;
    model = line.model ?? model;
    for (const said of line.said) await take(said);
  }
  return { mode, model };
}

/** Whose file it is, by its first lines; undefined when it is nobody's that we know. */
export async function recogniseAgent(path: string): Promise<string | undefined> {
  for (const agent of ['claude', 'codex']) {
    const { id, messages } = await readTranscript({ agent, path }, ignore);
    if (id !== undefined || messages > 0) return agent;
  }
  return undefined;
}

function ignore(): Promise<void> {
  return Promise.resolve();
}

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
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
  const input = createReadStream(path);
  let [messages, malformed] = [0, 0];
  let id: string | undefined;
  let directory: string | undefined;
  // Made by hand, because an error of the file does not reach who iterates over lines.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(told);
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done === true) break;
    if (next.value.trim() === '') continue;
    const line = readLine(agent, next.value);
    if (line === undefined) malformed += 1;
    id ??= line?.id;
    directory ??= line?.directory;
    for (const said of line?.said ?? []) {
      messages += 1;
      await take(said);
    }
  }
  return { id, directory, messages, malformed };
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

/** Whoever waits for the next line hears of it. */
function told(): undefined {
  return undefined;
}

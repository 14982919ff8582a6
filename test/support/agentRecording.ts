/** Recorded conversations with real agents, in test/fixtures/transcripts: what an agent wrote on its standard output. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'fixtures', 'transcripts');

/** Names of the recordings of an agent, without the ending. */
export function listAgentRecordings(agent: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${agent}-`) && name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

export interface RecordedLine {
  /** `in`: what the agent was told. */
  readonly way: 'in' | 'out';
  readonly text: string;
}

/** Some hold both ways, one message in each line; the others what the agent wrote, as it wrote it. */
export function readAgentRecording(name: string): RecordedLine[] {
  const lines = readFileSync(join(folder, `${name}.jsonl`), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const value: { dir?: string; msg?: unknown; d?: string; m?: unknown } = JSON.parse(line);
      const way = value.dir ?? value.d;
      if (way === undefined) return { way: 'out', text: line };
      return { way: way === '>>' ? 'in' : 'out', text: JSON.stringify(value.msg ?? value.m) };
    });
}

/** Recorded terminals of real agents, and of vim, less, htop and tmux (`program-…`), in test/fixtures/pty: what the program wrote, as one run of bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'fixtures', 'pty');

/** Names of all recordings; they were taken as 120×40. */
export function listRecordings(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

/** `name` without the ending. */
export function readRecordedOutput(name: string): Uint8Array {
  const path = join(folder, `${name}.jsonl`);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const chunks = lines.map((line): string => {
    const entry: { o?: string } = JSON.parse(line);
    return entry.o ?? '';
  });
  return new TextEncoder().encode(chunks.join(''));
}

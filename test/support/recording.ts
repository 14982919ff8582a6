/** Recorded terminals of real agents in test/fixtures/pty: what the program wrote, as one run of bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `name` without the ending. */
export function readRecordedOutput(name: string): Uint8Array {
  const path = join(import.meta.dirname, '..', 'fixtures', 'pty', `${name}.jsonl`);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const chunks = lines.map((line): string => {
    const entry: { o?: string } = JSON.parse(line);
    return entry.o ?? '';
  });
  return new TextEncoder().encode(chunks.join(''));
}

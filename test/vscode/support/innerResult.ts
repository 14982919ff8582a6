/** What the suite inside the extension host tells the runner outside: JSON lines in a file named by an environment variable. */
import { readFileSync } from 'node:fs';

/** Names the file; set for the editor, inherited by its extension host. */
export const resultsVariable = 'WAGGLE_TEST_RESULTS';

/** One test's outcome; the last line of a whole run says `finished`. */
export interface InnerLine {
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'finished';
  readonly title: string;
  readonly error?: string;
}

/** The lines written so far; a line that is still being written is left out. */
export function readInnerLines(file: string): InnerLine[] {
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as InnerLine);
}

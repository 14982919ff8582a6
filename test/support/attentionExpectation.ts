/** What each recording shows, read by a person from its screens, inputs and marks; `attentionReplay.ts` says it as code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const interval = z.tuple([z.number(), z.number()]);
const expectationSchema = z.record(
  z.string(),
  z.strictObject({
    agent: z.string(),
    dialogs: z.array(interval),
    turns: z.array(interval),
    states: z.array(z.tuple([z.number(), z.string()])),
  }),
);
export type Expectation = z.infer<typeof expectationSchema>;

export function readExpectation(): Expectation {
  const path = join(import.meta.dirname, '..', 'fixtures', 'attention.json');
  return expectationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

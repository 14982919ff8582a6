/** Asks a person for a yes; anything else is a no. */
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../context.ts';
import { CommandError } from '../output/output.ts';

export interface Question {
  readonly text: string;
  /** `--yes` was given. */
  readonly isAnswered: boolean;
}

/** @throws CommandError `usage` where nobody can be asked. */
export async function askYes(
  { output }: Pick<CommandContext, 'output'>,
  { text, isAnswered }: Question,
): Promise<boolean> {
  if (isAnswered) return true;
  if (output.json || !output.isTerminal || !process.stdin.isTTY)
    throw new CommandError('usage', 'Nobody can be asked here.', 'Add --yes to do it unasked.');
  const question = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await question.question(`${text} [y/N] `);
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } finally {
    question.close();
  }
}

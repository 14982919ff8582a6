/** `waggle memory review`: what was learned, kept or discarded at once. A terminal is asked; a script says which. */
import { createInterface } from 'node:readline/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Fact } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { reasonWords, sourceText, whereOf } from './describe.ts';
import type { PlaceOptions } from './place.ts';
import { findByIds, findPlace, readFacts, shortId } from './place.ts';

export interface ReviewOptions extends PlaceOptions {
  /** Ids, or `all`. */
  readonly accept: readonly string[];
  readonly discard: readonly string[];
}

export async function reviewFacts(
  context: CommandContext,
  options: ReviewOptions,
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const facts = await readFacts(link, { place, unreviewed: true });
  const isAsked = options.accept.length + options.discard.length > 0;
  if (isAsked) return decide(context, link, choiceOf(facts, options));
  output.result({ facts }, () => facts.flatMap((fact, at) => reviewLines(fact, at + 1)));
  if (facts.length === 0) output.hint('Nothing to review.');
  const isInteractive = output.isTerminal && process.stdin.isTTY && !output.json;
  if (facts.length === 0 || !isInteractive) return exitCodes.ok;
  const choice = await ask(facts);
  return choice === undefined ? exitCodes.ok : decide(context, link, choice);
}

interface Choice {
  readonly accept: readonly Fact[];
  readonly discard: readonly Fact[];
}

function choiceOf(facts: readonly Fact[], { accept, discard }: ReviewOptions): Choice {
  const isAll = (words: readonly string[]): boolean => words.includes('all');
  if (isAll(accept) && isAll(discard))
    throw new CommandError('usage', 'Accept all, or discard all?', 'waggle memory review --help');
  const discarded = isAll(discard) ? facts : findByIds(facts, discard);
  const accepted = isAll(accept) ? facts : findByIds(facts, accept);
  return {
    accept: isAll(accept) ? accepted.filter((fact) => !discarded.includes(fact)) : accepted,
    discard: isAll(discard) ? discarded.filter((fact) => !accepted.includes(fact)) : discarded,
  };
}

function reviewLines(fact: Fact, number: number): string[] {
  const held = fact.reasons.map((reason) => reasonWords[reason]).join('; ');
  const waits = fact.state === 'quarantined' ? ` · waits: ${held}` : '';
  return [
    `${number}. ${toPlainLine(fact.text, 400)}`,
    `   ${shortId(fact.id)} · ${fact.type} · ${whereOf(fact)} · ${sourceText(fact.source)}${waits}`,
  ];
}

const question = 'Enter keeps all; numbers (2 4) discard those; none discards all; q leaves: ';

/** Undefined: nothing is decided. */
async function ask(facts: readonly Fact[]): Promise<Choice | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (await lines.question(question)).trim().toLowerCase();
    if (answer === 'q') return undefined;
    if (answer === 'none') return { accept: [], discard: facts };
    const words = answer === '' ? [] : answer.split(/[\s,]+/);
    const numbers = words.map(Number);
    const isWrong = (number: number): boolean =>
      !Number.isInteger(number) || number < 1 || number > facts.length;
    if (numbers.some(isWrong))
      throw new CommandError('usage', `The facts are numbered 1 to ${facts.length}.`);
    const isDiscarded = (_fact: Fact, at: number): boolean => numbers.includes(at + 1);
    return {
      accept: facts.filter((fact, at) => !isDiscarded(fact, at)),
      discard: facts.filter(isDiscarded),
    };
  } finally {
    lines.close();
  }
}

async function decide(
  { output }: CommandContext,
  link: DaemonLink,
  { accept, discard }: Choice,
): Promise<number> {
  const idsOf = (facts: readonly Fact[]): Fact['id'][] => facts.map((fact) => fact.id);
  const done = await link.call('memory/review', {
    accept: idsOf(accept),
    discard: idsOf(discard),
  });
  const undo = done.changeId === null ? '' : ` waggle memory undo ${done.changeId} takes it back.`;
  output.result(done, () => [
    `Kept ${done.accepted.length}, discarded ${done.discarded.length}.${undo}`,
  ]);
  return exitCodes.ok;
}

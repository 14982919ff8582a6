/**
 * List prices of models, in dollars for a million tokens, as their makers published them: an estimate, and old one day. The
 * longest name that a model's name begins with counts; what a person said comes first.
 */
import type { Price, UsageSum } from '../../protocol/usage/usage.ts';

/** The day the list was made. */
export const pricesOf = '2026-11-20';

/** Input, output, read from the cache, written to it: as much as input where nothing else is said. */
function price(...[input, output, cacheRead, cacheWrite = input]: PriceNumbers): Price {
  return { input, output, cacheRead, cacheWrite };
}

type PriceNumbers = readonly [number, number, number, number?];

const list: readonly (readonly [string, Price])[] = [
  ['claude-opus-4-5', price(5, 25, 0.5, 6.25)],
  ['claude-opus-4-6', price(5, 25, 0.5, 6.25)],
  ['claude-opus-4', price(15, 75, 1.5, 18.75)],
  ['claude-3-opus', price(15, 75, 1.5, 18.75)],
  ['claude-sonnet-4', price(3, 15, 0.3, 3.75)],
  ['claude-3-7-sonnet', price(3, 15, 0.3, 3.75)],
  ['claude-3-5-sonnet', price(3, 15, 0.3, 3.75)],
  ['claude-haiku-4-5', price(1, 5, 0.1, 1.25)],
  ['claude-3-5-haiku', price(0.8, 4, 0.08, 1)],
  ['gpt-5', price(1.25, 10, 0.125)],
  ['gpt-5-mini', price(0.25, 2, 0.025)],
  ['gpt-5-nano', price(0.05, 0.4, 0.005)],
  ['gpt-5-pro', price(15, 120, 15)],
  ['gpt-5.2', price(1.75, 14, 0.175)],
  ['gpt-4.1', price(2, 8, 0.5)],
  ['gpt-4o', price(2.5, 10, 1.25)],
  ['o3', price(2, 8, 0.5)],
  ['o4-mini', price(1.1, 4.4, 0.275)],
  ['gemini-2.5-pro', price(1.25, 10, 0.125)],
  ['gemini-2.5-flash', price(0.3, 2.5, 0.03)],
  ['gemini-2.5-flash-lite', price(0.1, 0.4, 0.01)],
  ['gemini-3-pro', price(2, 12, 0.2)],
];

/** A name goes on with a date or a variant, never with a further digit: `gpt-5` is not `gpt-5.5`. */
function isOf(model: string, name: string): boolean {
  return model.startsWith(name) && !/^[\d.]/.test(model.slice(name.length));
}

export type Prices = ReadonlyMap<string, Price>;

export interface ListedPrice {
  readonly model: string;
  readonly price: Price;
  readonly from: 'list' | 'person';
}

export function listPrices(own: Prices): ListedPrice[] {
  const ours = list
    .filter(([model]) => !own.has(model))
    .map(([model, one]) => ({ model, price: one, from: 'list' as const }));
  const theirs = [...own].map(([model, one]) => ({ model, price: one, from: 'person' as const }));
  return [...theirs, ...ours].toSorted((a, b) => a.model.localeCompare(b.model));
}

/** Undefined when nobody told what the model costs. Providers before a name (`anthropic/…`) do not count. */
export function findPrice(model: string, own: Prices): Price | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const longest = (all: Iterable<readonly [string, Price]>): Price | undefined =>
    [...all]
      .filter(([of]) => isOf(name, of.toLowerCase()))
      .toSorted(([a], [b]) => b.length - a.length)[0]?.[1];
  const said = [...own].find(([of]) => of === model)?.[1] ?? longest(own);
  return said ?? longest(list);
}

/** What records of one model come to. `costUsd`: what the agent reckoned itself, of `costed` of them. */
export interface ModelSum {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Reckoned by the agent. */
  readonly costUsd: number;
  /** The part of the four that has no cost of the agent's own. */
  readonly open: readonly [number, number, number, number];
  readonly answers: number;
}

const million = 1_000_000;

export function toSum(sum: ModelSum, own: Prices): UsageSum {
  const [input, output, cacheRead, cacheWrite] = sum.open;
  const known = findPrice(sum.model, own);
  const estimate =
    known === undefined
      ? 0
      : input * known.input +
        output * known.output +
        cacheRead * known.cacheRead +
        cacheWrite * known.cacheWrite;
  return {
    inputTokens: sum.input,
    outputTokens: sum.output,
    cacheReadTokens: sum.cacheRead,
    cacheWriteTokens: sum.cacheWrite,
    costUsd: sum.costUsd + estimate / million,
    unpricedTokens: known === undefined ? input + output + cacheRead + cacheWrite : 0,
    answers: sum.answers,
  };
}

export const noUsage: UsageSum = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...{ costUsd: 0, unpricedTokens: 0, answers: 0 },
};

export function addSums(left: UsageSum, right: UsageSum): UsageSum {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    costUsd: left.costUsd + right.costUsd,
    unpricedTokens: left.unpricedTokens + right.unpricedTokens,
    answers: left.answers + right.answers,
  };
}

/** What a ceiling of tokens counts: not what came from the cache, which costs next to nothing. */
export function countedTokens(sum: UsageSum): number {
  return sum.inputTokens + sum.cacheWriteTokens + sum.outputTokens;
}

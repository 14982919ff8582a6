/**
 * `memory.search`: a search of 20,000 facts, in the thread of the database. `memory.vectors`: exact comparison with 10,000
 * vectors of 384 numbers. `memory.save`: one fact through a real daemon, looked up among thousands and on the disk.
 * `memory.recall5`: the evaluation over 200 written facts and 60 questions.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { VectorSet } from '../daemon/recall/vectors.ts';
import { embedForTest, testDimension } from '../test/support/testEmbedder.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { Score } from './recall/evaluation.ts';
import {
  ask,
  evaluate,
  evaluationFloors,
  openRecall,
  putFacts,
  putTestVectors,
} from './recall/evaluation.ts';
import { writeFacts } from './recall/invented.ts';
import { readFacts, readQuestions } from './recall/material.ts';

const searchedFacts = 20_000;
const comparedVectors = 10_000;
const rememberedFacts = 3000;
const savesPerRound = 40;
const importMost = 250;

async function* measureSearch(context: BenchContext): AsyncIterable<Measurement> {
  const connection = await openRecall();
  try {
    const written = readFacts();
    context.say(`memory.search: ${searchedFacts} facts`);
    await putFacts(connection, [...written, ...writeFacts(searchedFacts - written.length)]);
    yield await timeSearch(context, (text) => ask(connection, text, 'words'), 'words, p99');
    await putTestVectors(connection);
    const fused = await timeSearch(context, (text) => ask(connection, text), 'with vectors, p99');
    yield { ...fused, isVariant: true };
  } finally {
    connection.close();
  }
}

async function timeSearch(
  context: BenchContext,
  search: (text: string) => Promise<unknown>,
  name: string,
): Promise<Measurement> {
  const questions = readQuestions();
  for (const { text } of questions) await search(text);
  const tails: number[] = [];
  const middles: number[] = [];
  const walls: number[] = [];
  for (let turn = 0; turn < context.rounds; turn += 1) {
    context.signal.throwIfAborted();
    const times: number[] = [];
    for (const { text } of questions) {
      const before = process.threadCpuUsage();
      walls.push(await timed(() => search(text)));
      const { user, system } = process.threadCpuUsage(before);
      times.push((user + system) / 1000);
    }
    tails.push(quantile(times, 0.99));
    middles.push(median(times));
  }
  return {
    id: 'memory.search',
    case: name,
    value: median(tails),
    unit: 'ms',
    bound: { floor: 20, goal: 10, better: 'lower' },
    rounds: context.rounds,
    anchor: { p50Ms: median(middles), wallP50Ms: median(walls), wallP99Ms: quantile(walls, 0.99) },
    note: 'time of the processor: it does nothing but compute',
  };
}

function measureVectors(context: BenchContext): Measurement {
  const set = new VectorSet(testDimension);
  const within = new Set<number>();
  for (const [index, { text }] of writeFacts(comparedVectors).entries()) {
    set.put(index, embedForTest(text));
    within.add(index);
  }
  const questions = readQuestions().map(({ text }) => embedForTest(text));
  const times: number[] = [];
  const shares: number[] = [];
  for (let turn = 0; turn < context.rounds; turn += 1) {
    const before = process.threadCpuUsage();
    for (const question of questions) {
      const start = performance.now();
      set.nearest(question, { count: 60, within, spread: 2 });
      times.push(performance.now() - start);
    }
    const { user, system } = process.threadCpuUsage(before);
    shares.push((user + system) / 1000 / questions.length);
  }
  return {
    id: 'memory.vectors',
    case: `${comparedVectors} × ${testDimension}, exact, p50`,
    value: median(shares),
    unit: 'ms',
    bound: { floor: 8, goal: 5, better: 'lower' },
    rounds: context.rounds,
    anchor: { wallP50Ms: median(times), wallP99Ms: quantile(times, 0.99) },
    note: 'time of the processor, which is told in steps of some milliseconds: the mean of a round, the median of rounds',
  };
}

async function* measureSave(context: BenchContext): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'memory-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const middles: number[] = [];
  const tails: number[] = [];
  try {
    const link = await rig.connect();
    const facts = writeFacts(rememberedFacts + savesPerRound * context.rounds);
    context.say(`memory.save: ${rememberedFacts} facts first`);
    for (let from = 0; from < rememberedFacts; from += importMost)
      await link.call('memory/import', {
        scope: 'everywhere',
        accept: true,
        candidates: facts.slice(from, from + importMost).map(({ text, type }) => ({
          ...{ text, type, path: '/bench.md', kind: 'other', as: 'fact', label: null },
        })),
      });
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const from = rememberedFacts + turn * savesPerRound;
      const times: number[] = [];
      for (const { text, type } of facts.slice(from, from + savesPerRound))
        times.push(
          await timed(() => link.call('memory/save', { text, type, scope: 'everywhere' })),
        );
      middles.push(median(times));
      tails.push(quantile(times, 0.99));
    }
    link.dispose();
  } finally {
    await rig.stop();
  }
  yield {
    id: 'memory.save',
    case: `one of ${rememberedFacts}, with duplicate check, p50`,
    value: median(middles),
    unit: 'ms',
    bound: { floor: 10, goal: 5, better: 'lower' },
    rounds: context.rounds,
    anchor: { p99Ms: median(tails) },
    note: 'request to answer; durable, synchronous=FULL',
  };
}

async function* measureRecall(): AsyncIterable<Measurement> {
  const { words, vectors, fused, grep, tokens } = await evaluate();
  const { everything, five } = tokens;
  const gated = { words, vectors, fused };
  for (const ways of ['fused', 'words', 'vectors'] as const) {
    const floor = evaluationFloors[ways];
    yield {
      ...found(ways, gated[ways], floor),
      note: ways === 'words' ? 'BM25' : 'vectors of the deterministic test embedder',
    };
    const { mrr } = gated[ways];
    yield {
      ...found(ways, gated[ways], floor),
      case: `${ways}, MRR`,
      value: mrr,
      bound: atLeast(floor.mrr),
    };
  }
  yield {
    ...found('baseline grep', grep, { recall5: 0, mrr: 0 }),
    anchor: { mrr: grep.mrr },
    isVariant: true,
  };
  yield {
    ...found('baseline everything in context', { recall5: 1, mrr: 1 }, { recall5: 0, mrr: 0 }),
    anchor: { tokens: everything, tokensOfFive: five },
    isVariant: true,
    note: 'finds all at the price of its tokens',
  };
}

function found(name: string, { recall5 }: Score, floor: Score): Measurement {
  return {
    id: 'memory.recall5',
    case: `${name}, recall@5`,
    value: recall5,
    unit: 'ratio',
    bound: atLeast(floor.recall5),
    rounds: 1,
  };
}

function atLeast(floor: number): Measurement['bound'] {
  return { floor, goal: Math.max(floor, 0.9), better: 'higher' };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  if (wanted.has('memory.search')) yield* measureSearch(context);
  if (wanted.has('memory.vectors')) yield measureVectors(context);
  if (wanted.has('memory.save')) yield* measureSave(context);
  if (wanted.has('memory.recall5')) yield* measureRecall();
}

export const memoryRecallFigure: Figure = {
  cases: {
    'memory.search': ['words, p99'],
    'memory.vectors': [`${comparedVectors} × ${testDimension}, exact, p50`],
    'memory.save': [`one of ${rememberedFacts}, with duplicate check, p50`],
    'memory.recall5': ['fused, recall@5', 'fused, MRR', 'words, recall@5', 'vectors, recall@5'],
  },
  measure,
};

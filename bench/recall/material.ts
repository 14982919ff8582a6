/** The written facts, the questions with the facts that answer them, and pairs of facts that are alike or not. */
import { readFileSync } from 'node:fs';
import type { FactType } from '../../protocol/memory/memory.ts';
import { factTypes } from '../../protocol/memory/memory.ts';

export interface WrittenFact {
  readonly id: string;
  readonly type: FactType;
  readonly text: string;
}

export interface Question {
  readonly id: string;
  /** Ids of the facts that answer it; one is enough. */
  readonly answers: readonly string[];
  readonly text: string;
}

export interface Pair {
  readonly relation: string;
  readonly left: string;
  readonly right: string;
}

export function readFacts(): WrittenFact[] {
  return readRows('facts.tsv').map(([id = '', type = '', text = '']) => {
    const known = factTypes.find((one) => one === type);
    if (known === undefined) throw new Error(`${id} is of no known type`);
    return { id, type: known, text };
  });
}

export function readQuestions(): Question[] {
  return readRows('questions.tsv').map(([id = '', answers = '', text = '']) => ({
    ...{ id, text },
    answers: answers.split(','),
  }));
}

export function readPairs(): Pair[] {
  return readRows('pairs.tsv').map(([relation = '', left = '', right = '']) => ({
    ...{ relation, left, right },
  }));
}

function readRows(name: string): string[][] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

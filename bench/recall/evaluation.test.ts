import assert from 'node:assert/strict';
import { compareFacts } from '../../daemon/recall/likeness.ts';
import type { Evaluation } from './evaluation.ts';
import { evaluate, evaluationFloors } from './evaluation.ts';
import { readFacts, readPairs, readQuestions } from './material.ts';

describe('the evaluation of recall', () => {
  let evaluation: Evaluation;
  before(async function () {
    this.timeout(30_000);
    evaluation = await evaluate();
  });

  it('has 200 facts and 60 questions, and each is answered by one of the facts', () => {
    const ids = readFacts().map(({ id }) => id);
    assert.deepEqual([new Set(ids).size, readQuestions().length], [200, 60]);
    for (const { id, answers } of readQuestions())
      assert.ok(
        answers.every((answer) => ids.includes(answer)),
        id,
      );
  });

  for (const ways of ['words', 'vectors', 'fused'] as const)
    it(`finds by ${ways} no less than before`, () => {
      const { recall5, mrr } = evaluation[ways];
      const floor = evaluationFloors[ways];
      assert.ok(recall5 >= floor.recall5, `recall@5 is ${recall5}, not ${floor.recall5}`);
      assert.ok(mrr >= floor.mrr, `MRR is ${mrr}, not ${floor.mrr}`);
    });

  it('finds more than grep, and more by all ways together than by any', () => {
    const { words, vectors, fused, grep } = evaluation;
    assert.ok(words.recall5 > grep.recall5 && words.mrr > grep.mrr);
    assert.ok(fused.recall5 >= Math.max(words.recall5, vectors.recall5));
    assert.ok(fused.mrr >= Math.max(words.mrr, vectors.mrr));
  });

  it('gives five facts for less than a twenty-fifth of what all of them would cost', () => {
    const { everything, five } = evaluation.tokens;
    assert.ok(five * 25 < everything, `${five} of ${everything} tokens`);
  });

  it('tells what says the same from what denies it and from what is about something else', () => {
    for (const { relation, left, right } of readPairs()) {
      assert.equal(compareFacts(left, right).relation, relation, `${left} | ${right}`);
      assert.equal(compareFacts(right, left).relation, relation, `${right} | ${left}`);
    }
  });
});

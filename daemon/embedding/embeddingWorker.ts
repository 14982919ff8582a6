/** The program of the thread of a local model: one question after the other, in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { EmbeddingFailure } from './failure.ts';
import type { LocalModelPlace } from './localModel.ts';
import { LocalModel } from './localModel.ts';
import type { LocalAnswer, LocalQuestion } from './transformers.ts';

const model = new LocalModel(workerData as LocalModelPlace);
let turn = Promise.resolve();

async function answer({ id, texts }: LocalQuestion): Promise<LocalAnswer> {
  try {
    return { id, vectors: await model.embed(texts) };
  } catch (error) {
    if (error instanceof EmbeddingFailure) {
      const { kind, message, fix } = error;
      return { id, failure: { kind, message, fix } };
    }
    const message = `The local model fails: ${toPlainLine(errorMessageOf(error), 200)}`;
    return { id, failure: { kind: 'answer', message, fix: undefined } };
  }
}

parentPort?.on('message', (question: LocalQuestion) => {
  turn = turn.then(async () => parentPort?.postMessage(await answer(question)));
});

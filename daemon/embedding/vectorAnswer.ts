/** What is asked of a provider, and the checks that every answer passes. */
import { EmbeddingFailure } from './failure.ts';

export interface EmbeddingRequest {
  readonly texts: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface EmbeddingProvider {
  /** Kept with each vector: what is not equal is never compared. */
  readonly modelId: string;
  /** As many vectors of length one as texts, in their order and all of one dimension. @throws EmbeddingFailure */
  embed(request: EmbeddingRequest): Promise<Float32Array[]>;
  /** Of what holds something between questions. */
  dispose?(): void;
}

/** @throws EmbeddingFailure when there are more or fewer than asked for, or what is no vector. */
export function toVectors(rows: readonly ArrayLike<number>[], count: number): Float32Array[] {
  if (rows.length !== count)
    throw new EmbeddingFailure(
      'answer',
      `The embedding service answers ${rows.length} vectors to ${count} texts.`,
    );
  const vectors = rows.map((row) => toUnit(row));
  const [first] = vectors;
  return vectors.map((vector) => {
    if (vector === undefined)
      throw new EmbeddingFailure(
        'answer',
        'The embedding service answers a vector without direction.',
      );
    if (vector.length !== first?.length) throw wrongDimension(vector.length, first?.length ?? 0);
    return vector;
  });
}

export function wrongDimension(got: number, expected: number): EmbeddingFailure {
  const message = `The embedding model answers vectors of ${got} numbers where ${expected} are known.`;
  const fix = 'If the model was changed: waggle memory embeddings --reindex';
  return new EmbeddingFailure('dimension', message, { fix });
}

/** Of length one. Undefined for what has no direction or holds what is no number. */
export function toUnit(numbers: ArrayLike<number>): Float32Array | undefined {
  let sum = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    sum += number * number;
  }
  if (!Number.isFinite(sum) || sum === 0) return undefined;
  const length = Math.sqrt(sum);
  return Float32Array.from(numbers, (number) => number / length);
}

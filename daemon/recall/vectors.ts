/** Vectors of one model, held in one memory and compared exactly: below 50,000 that beats every index. */
import { Rows } from './rows.ts';

export interface Neighbour {
  /** Of the fact in the index. */
  readonly fact: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** `spread`: only those that stand out by so many standard deviations; `floor`: by a cosine. */
export interface NearestChoice {
  readonly count: number;
  /** Only these facts are compared with each other. */
  readonly within: ReadonlySet<number>;
  readonly spread?: number;
  readonly floor?: number;
}

/** Below that many, nothing can be said to stand out. */
const spreadFrom = 24;

export class VectorSet {
  readonly dimension: number;
  readonly #rows: Rows;
  readonly #facts: number[] = [];
  readonly #places = new Map<number, number>();

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rows = new Rows(dimension);
  }

  get size(): number {
    return this.#facts.length;
  }

  /** `vector` has length one. Replaces an earlier one of that fact. */
  put(fact: number, vector: Float32Array): void {
    const place = this.#places.get(fact) ?? this.#facts.length;
    this.#rows.put(place, vector);
    this.#facts[place] = fact;
    this.#places.set(fact, place);
  }

  /** The last one takes its place. */
  delete(fact: number): void {
    const place = this.#places.get(fact);
    if (place === undefined) return;
    const last = this.#facts.pop();
    this.#places.delete(fact);
    if (last === undefined || last === fact) return;
    this.#rows.move(this.size, place);
    this.#facts[place] = last;
    this.#places.set(last, place);
  }

  /** The nearest first. `question` has length one. What is near differs by model: hence the spread. */
  nearest(
    question: Float32Array,
    { count, within, spread, floor = -1 }: NearestChoice,
  ): Neighbour[] {
    const similarities = this.#rows.multiply(question, this.size);
    const places = this.#placesOf(within);
    const isSpread = spread !== undefined && places.length >= spreadFrom;
    const least = isSpread ? Math.max(floor, outstanding(similarities, places, spread)) : floor;
    const near: Neighbour[] = [];
    for (const place of places) {
      const similarity = similarities[place] as number;
      if (similarity >= least) near.push({ fact: this.#facts[place] as number, similarity });
    }
    return near.toSorted((left, right) => right.similarity - left.similarity).slice(0, count);
  }

  #placesOf(within: ReadonlySet<number>): Int32Array {
    const places = new Int32Array(this.size);
    let count = 0;
    for (let place = 0; place < places.length; place += 1)
      if (within.has(this.#facts[place] as number)) {
        places[count] = place;
        count += 1;
      }
    return places.subarray(0, count);
  }
}

function outstanding(similarities: Float32Array, places: Int32Array, spread: number): number {
  let sum = 0;
  let squares = 0;
  for (const place of places) {
    const similarity = similarities[place] as number;
    sum += similarity;
    squares += similarity * similarity;
  }
  const mean = sum / places.length;
  return mean + spread * Math.sqrt(Math.max(0, squares / places.length - mean * mean));
}

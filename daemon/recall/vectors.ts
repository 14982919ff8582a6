/** Vectors of one model, held in one array and compared exactly: below 50,000 that beats every index. */

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

const firstRoom = 256;
/** Below that many, nothing can be said to stand out. */
const spreadFrom = 24;

export class VectorSet {
  readonly dimension: number;
  #rows: Float32Array;
  readonly #facts: number[] = [];
  readonly #places = new Map<number, number>();

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rows = new Float32Array(firstRoom * dimension);
  }

  get size(): number {
    return this.#facts.length;
  }

  /** `vector` has length one. Replaces an earlier one of that fact. */
  put(fact: number, vector: Float32Array): void {
    const place = this.#places.get(fact) ?? this.#facts.length;
    this.#makeRoom(place + 1);
    this.#rows.set(vector, place * this.dimension);
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
    this.#rows.copyWithin(
      place * this.dimension,
      this.size * this.dimension,
      (this.size + 1) * this.dimension,
    );
    this.#facts[place] = last;
    this.#places.set(last, place);
  }

  /** The nearest first. `question` has length one. What is near differs by model: hence the spread. */
  nearest(
    question: Float32Array,
    { count, within, spread, floor = -1 }: NearestChoice,
  ): Neighbour[] {
    const similarities = this.#compare(question);
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

  #compare(question: Float32Array): Float32Array {
    const { size } = this;
    const rows = this.#rows;
    // There is always room for four more rows than are held; what they give is cut off.
    const similarities = new Float32Array(size + 4);
    for (let place = 0; place < size; place += 4)
      multiplyFour({ rows, question, similarities }, place);
    return similarities.subarray(0, size);
  }

  #makeRoom(rows: number): void {
    if ((rows + 4) * this.dimension <= this.#rows.length) return;
    const larger = new Float32Array(Math.max(firstRoom, rows * 2) * this.dimension);
    larger.set(this.#rows);
    this.#rows = larger;
  }
}

interface Comparison {
  readonly rows: Float32Array;
  readonly question: Float32Array;
  /** One of each row. */
  readonly similarities: Float32Array;
}

/** Four rows at once: each number of the question is read once for them, and no sum waits for another. */
function multiplyFour({ rows, question, similarities }: Comparison, place: number): void {
  const { length } = question;
  const first = place * length;
  const [second, third, fourth] = [first + length, first + 2 * length, first + 3 * length];
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  // Two numbers in a turn. Of an odd count the last turn reads one of the next row, and takes it for nothing.
  for (let at = 0; at < length; at += 2) {
    const one = question[at] as number;
    const next = at + 1;
    const two = next < length ? (question[next] as number) : 0;
    a += (rows[first + at] as number) * one + (rows[first + next] as number) * two;
    b += (rows[second + at] as number) * one + (rows[second + next] as number) * two;
    c += (rows[third + at] as number) * one + (rows[third + next] as number) * two;
    d += (rows[fourth + at] as number) * one + (rows[fourth + next] as number) * two;
  }
  similarities[place] = a;
  similarities[place + 1] = b;
  similarities[place + 2] = c;
  similarities[place + 3] = d;
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

/** Vectors of one model, held in one array and compared exactly: below 50,000 that beats every index. */

export interface Neighbour {
  readonly id: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** `spread`: only those that stand out by so many standard deviations; `floor`: by a cosine. */
export interface NearestChoice {
  readonly count: number;
  readonly spread?: number;
  readonly floor?: number;
}

const firstRoom = 256;
/** Below that many, nothing can be said to stand out. */
const spreadFrom = 24;

export class VectorSet {
  readonly dimension: number;
  #rows: Float32Array;
  readonly #ids: string[] = [];
  readonly #places = new Map<string, number>();

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rows = new Float32Array(firstRoom * dimension);
  }

  get size(): number {
    return this.#ids.length;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  get(id: string): Float32Array | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#row(place);
  }

  /** `vector` has length one. Replaces an earlier one of that id. */
  put(id: string, vector: Float32Array): void {
    const place = this.#places.get(id) ?? this.#ids.length;
    this.#makeRoom(place + 1);
    this.#rows.set(vector, place * this.dimension);
    this.#ids[place] = id;
    this.#places.set(id, place);
  }

  /** The last one takes its place. */
  delete(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const last = this.#ids.pop();
    this.#places.delete(id);
    if (last === undefined || last === id) return;
    this.#rows.copyWithin(
      place * this.dimension,
      this.size * this.dimension,
      (this.size + 1) * this.dimension,
    );
    this.#ids[place] = last;
    this.#places.set(last, place);
  }

  /** The nearest first. `question` has length one. What is near differs by model: hence the spread. */
  nearest(question: Float32Array, { count, spread, floor = -1 }: NearestChoice): Neighbour[] {
    const similarities = this.#compare(question);
    const isSpread = spread !== undefined && this.size >= spreadFrom;
    const best = new Nearest(
      count,
      isSpread ? Math.max(floor, outstanding(similarities, spread)) : floor,
    );
    for (let place = 0; place < similarities.length; place += 1)
      best.offer(place, similarities[place] ?? 0);
    return best.list().map(({ place, similarity }) => ({ id: this.#ids[place] ?? '', similarity }));
  }

  #row(place: number): Float32Array {
    return this.#rows.subarray(place * this.dimension, (place + 1) * this.dimension);
  }

  /** Four sums at once: the processor does not wait for the one before. */
  #compare(question: Float32Array): Float32Array {
    const { dimension, size } = this;
    const rows = this.#rows;
    const similarities = new Float32Array(size);
    const whole = dimension - (dimension % 4);
    for (let place = 0, at = 0; place < size; place += 1) {
      let [a, b, c, d] = [0, 0, 0, 0];
      let index = 0;
      for (; index < whole; index += 4, at += 4) {
        a += (rows[at] as number) * (question[index] as number);
        b += (rows[at + 1] as number) * (question[index + 1] as number);
        c += (rows[at + 2] as number) * (question[index + 2] as number);
        d += (rows[at + 3] as number) * (question[index + 3] as number);
      }
      for (; index < dimension; index += 1, at += 1)
        a += (rows[at] as number) * (question[index] as number);
      similarities[place] = a + b + c + d;
    }
    return similarities;
  }

  #makeRoom(rows: number): void {
    if (rows * this.dimension <= this.#rows.length) return;
    const larger = new Float32Array(Math.max(firstRoom, rows * 2) * this.dimension);
    larger.set(this.#rows);
    this.#rows = larger;
  }
}

function outstanding(similarities: Float32Array, spread: number): number {
  let [sum, squares] = [0, 0];
  for (const similarity of similarities) {
    sum += similarity;
    squares += similarity * similarity;
  }
  const mean = sum / similarities.length;
  return mean + spread * Math.sqrt(Math.max(0, squares / similarities.length - mean * mean));
}

interface Place {
  readonly place: number;
  readonly similarity: number;
}

/** The best few of many: sorted by insertion, for there are few. */
class Nearest {
  readonly #count: number;
  #floor: number;
  readonly #best: Place[] = [];

  constructor(count: number, floor: number) {
    this.#count = count;
    this.#floor = floor;
  }

  offer(place: number, similarity: number): void {
    if (similarity < this.#floor || this.#count === 0) return;
    let at = this.#best.length;
    while (at > 0 && (this.#best[at - 1]?.similarity ?? Infinity) < similarity) at -= 1;
    this.#best.splice(at, 0, { place, similarity });
    if (this.#best.length <= this.#count) return;
    this.#best.pop();
    this.#floor = this.#best.at(-1)?.similarity ?? this.#floor;
  }

  list(): readonly Place[] {
    return this.#best;
  }
}

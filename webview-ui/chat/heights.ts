/** How high each entry of a journal stands, measured or guessed, and where that puts it. Positions count from 1. */
export class Heights {
  #heights = new Float64Array(0);
  #tops = new Float64Array(1);
  #size = 0;
  /** Tops are right up to here. */
  #rightTo = 0;

  get size(): number {
    return this.#size;
  }

  get total(): number {
    return this.topOf(this.#size + 1);
  }

  /** `guess`: the height of what is new. */
  grow(size: number, guess: number): void {
    if (size <= this.#size) return;
    if (size > this.#heights.length) {
      const room = Math.max(size, this.#heights.length * 2, 64);
      const heights = new Float64Array(room);
      heights.set(this.#heights);
      this.#heights = heights;
      const tops = new Float64Array(room + 1);
      tops.set(this.#tops);
      this.#tops = tops;
    }
    this.#heights.fill(guess, this.#size, size);
    this.#size = size;
  }

  clear(): void {
    this.#size = 0;
    this.#rightTo = 0;
  }

  get(position: number): number {
    return this.#heights[position - 1] ?? 0;
  }

  set(position: number, height: number): void {
    if (position < 1 || position > this.#size || this.get(position) === height) return;
    this.#heights[position - 1] = height;
    this.#rightTo = Math.min(this.#rightTo, position - 1);
  }

  /** `size + 1` is where everything ends. */
  topOf(position: number): number {
    const index = Math.min(Math.max(position - 1, 0), this.#size);
    for (let at = this.#rightTo; at < index; at += 1)
      this.#tops[at + 1] = (this.#tops[at] ?? 0) + (this.#heights[at] ?? 0);
    this.#rightTo = Math.max(this.#rightTo, index);
    return this.#tops[index] ?? 0;
  }

  /** The last position that begins at or above `y` and has a height. */
  positionAt(y: number): number {
    this.topOf(this.#size + 1);
    let low = 0;
    let high = this.#size - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NearestChoice } from './vectors.ts';
import { VectorSet } from './vectors.ts';

const dimension = 5;

function unit(numbers: readonly number[]): Float32Array {
  const length = Math.hypot(...numbers) || 1;
  return Float32Array.from(numbers, (number) => number / length);
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, number, index) => sum + number * (right[index] ?? 0), 0);
}

describe('a set of vectors', () => {
  it('gives the nearest as a comparison with each of them does, whatever was put and deleted before', () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), {
      minLength: dimension,
      maxLength: dimension,
    });
    const step = fc.record({ id: fc.integer({ min: 0, max: 30 }), numbers: fc.option(vector) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), vector, (steps, asked) => {
        const set = new VectorSet(dimension);
        const held = new Map<number, Float32Array>();
        for (const { id, numbers } of steps) {
          if (numbers === null) {
            set.delete(id);
            held.delete(id);
            continue;
          }
          set.put(id, unit(numbers));
          held.set(id, unit(numbers));
        }
        const question = unit(asked);
        const expected = [...held.values()]
          .map((one) => cosine(one, question))
          .toSorted((a, b) => b - a);
        const nearest = set.nearest(question, { count: 7, within: new Set(held.keys()) });
        assert.equal(set.size, held.size);
        assert.equal(nearest.length, Math.min(7, held.size));
        for (const [place, { fact, similarity }] of nearest.entries()) {
          assert.ok(Math.abs(similarity - (expected[place] ?? 9)) < 1e-5);
          assert.ok(Math.abs(similarity - cosine(held.get(fact) ?? unit([]), question)) < 1e-5);
        }
      }),
    );
  });

  it('compares all of many, of an even and an odd count of numbers, and after it grew', () => {
    for (const [width, count] of [
      [1, 3],
      [6, 515],
      [127, 1030],
    ] as const) {
      const set = new VectorSet(width);
      const vectors = Array.from({ length: count }, (_, row) =>
        unit(Array.from({ length: width }, (__, at) => Math.sin(row * 37 + at * 11))),
      );
      for (const [row, vector] of vectors.entries()) set.put(row, vector);
      for (let row = 0; row < count; row += 3) set.delete(row);
      const question = unit(Array.from({ length: width }, (_, at) => Math.cos(at * 5)));
      const within = new Set(vectors.keys());
      const found = set.nearest(question, { count, within });
      assert.equal(found.length, count - Math.ceil(count / 3));
      for (const { fact, similarity } of found)
        assert.ok(Math.abs(similarity - cosine(vectors[fact] ?? unit([]), question)) < 1e-6);
    }
  });

  it('leaves out what does not stand out', () => {
    const set = new VectorSet(2);
    for (let index = 0; index < 40; index += 1) set.put(index, unit([index / 400, 1]));
    set.put(99, unit([1, 0.1]));
    const question = unit([1, 0]);
    const within = new Set([...Array.from({ length: 40 }, (_, index) => index), 99]);
    const nearest = (choice: Partial<NearestChoice>): number[] =>
      set.nearest(question, { count: 10, within, ...choice }).map(({ fact }) => fact);
    assert.deepEqual(nearest({ spread: 2 }), [99]);
    assert.deepEqual(nearest({ floor: 0.9 }), [99]);
    assert.deepEqual(nearest({ within: new Set([3, 7]), spread: 2 }), [7, 3]);
  });
});

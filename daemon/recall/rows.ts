/**
 * Rows of numbers, and the product of each with one more: four rows at once, two numbers in a step, summed in double
 * precision. WebAssembly, because what V8 makes of the same loop in JavaScript takes several times as long.
 */

const pageBytes = 65_536;
const firstRows = 256;
const rowsAtOnce = 4;
/** So many sums lie in the memory at a time; a multiple of four. */
const blockRows = 512;
/** Of one row: those of the even and of the odd places. */
const sumsBytes = 16;

/** What of WebAssembly is used; the types of Node leave it out. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Addresses, the last one behind the sums; at least one row. */
type MultiplyWhere = [row: number, sums: number, sumsEnd: number, rowBytes: number];

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly multiply: (...where: MultiplyWhere) => void;
}

/** In one memory: the question in doubles, the sums of a block, the rows in floats. */
export class Rows {
  readonly #dimension: number;
  /** Even: the last of an odd count is followed by a zero. */
  readonly #stride: number;
  readonly #kernel = createKernel();
  readonly #sumsAt: number;
  readonly #rowsAt: number;

  constructor(dimension: number) {
    this.#dimension = dimension;
    this.#stride = dimension + (dimension % 2);
    this.#sumsAt = this.#stride * Float64Array.BYTES_PER_ELEMENT;
    this.#rowsAt = this.#sumsAt + blockRows * sumsBytes;
    this.#makeRoom(firstRows);
  }

  put(place: number, numbers: Float32Array): void {
    this.#makeRoom(place + 1);
    this.#row(place).set(numbers);
  }

  move(from: number, to: number): void {
    this.#row(to).set(this.#row(from));
  }

  /** Of the first `count` rows with the question. */
  multiply(question: Float32Array, count: number): Float32Array {
    const { memory, multiply } = this.#kernel;
    new Float64Array(memory.buffer, 0, this.#dimension).set(question);
    const sums = new Float64Array(memory.buffer, this.#sumsAt, blockRows * 2);
    const products = new Float32Array(count);
    for (let from = 0; from < count; from += blockRows) {
      const rows = Math.min(blockRows, count - from);
      const end = this.#sumsAt + rows * sumsBytes;
      multiply(this.#addressOf(from), this.#sumsAt, end, this.#rowBytes);
      for (let at = 0; at < rows; at += 1)
        products[from + at] = (sums[at * 2] as number) + (sums[at * 2 + 1] as number);
    }
    return products;
  }

  get #rowBytes(): number {
    return this.#stride * Float32Array.BYTES_PER_ELEMENT;
  }

  #addressOf(place: number): number {
    return this.#rowsAt + place * this.#rowBytes;
  }

  #row(place: number): Float32Array {
    return new Float32Array(this.#kernel.memory.buffer, this.#addressOf(place), this.#dimension);
  }

  /** Of four rows at once the last may be none: they are read, and what they give is left out. */
  #makeRoom(rows: number): void {
    const { memory } = this.#kernel;
    if (this.#addressOf(rows + rowsAtOnce) <= memory.buffer.byteLength) return;
    const missing = this.#addressOf(rows * 2 + rowsAtOnce) - memory.buffer.byteLength;
    memory.grow(Math.ceil(missing / pageBytes));
  }
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Assembly };

let compiled: object | undefined;

function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(moduleBytes()));
  return new WebAssembly.Instance(compiled).exports as Kernel;
}

/** Locals: the four parameters of `multiply`, then what it counts and sums with. */
const [row, sums, sumsEnd, rowBytes, at, from, one, two, three, four, asked] = [
  ...Array(11).keys(),
] as [number, number, number, number, number, number, number, number, number, number, number];

const [i32, v128] = [0x7f, 0x7b];
const simd = 0xfd;
const add = 0x6a;
const end = 0x0b;
const zero = [simd, 0x0c, ...Array<number>(16).fill(0)];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
/** Below 64: one byte. */
const number = (value: number): number[] => [0x41, value];
/** Runs again while the first is below the second. */
const loop = (body: readonly number[], first: number, second: number): number[] => [
  ...[0x03, 0x40, ...body],
  ...[...get(first), ...get(second), 0x49, 0x0d, 0x00, end],
];

/** `sum` and the products of two numbers of the question with two of the row at `from`. */
const addProducts = (sum: number): number[] => [
  ...[...get(sum), ...get(asked)],
  // v128.load64_zero, f64x2.promote_low_f32x4, f64x2.mul, f64x2.add
  ...[...get(from), simd, 0x5d, 2, 0, simd, 0x5f, simd, 0xf2, 1, simd, 0xf0, 1],
  ...set(sum),
];
const nextRow = [...get(from), ...get(rowBytes), add, ...set(from)];
const store = (sum: number, offset: number): number[] => [
  ...[...get(sums), ...get(sum)],
  ...[simd, 0x0b, 3, offset],
];

const step = [
  // The question's numbers are twice as wide.
  ...[...get(at), ...number(1), 0x74, simd, 0x00, 3, 0, ...set(asked)],
  ...[...get(row), ...get(at), add, ...set(from)],
  ...[...addProducts(one), ...nextRow, ...addProducts(two), ...nextRow],
  ...[...addProducts(three), ...nextRow, ...addProducts(four)],
  ...[...get(at), ...number(8), add, ...set(at)],
];

const fourRows = [
  ...[...number(0), ...set(at)],
  ...[one, two, three, four].flatMap((sum) => [...zero, ...set(sum)]),
  ...loop(step, at, rowBytes),
  ...[...store(one, 0), ...store(two, 16), ...store(three, 32), ...store(four, 48)],
  ...[...get(row), ...get(rowBytes), ...number(2), 0x74, add, ...set(row)],
  // 64, in two bytes.
  ...[...get(sums), 0x41, 0xc0, 0x00, add, ...set(sums)],
];

/** A module with one function and one memory, both exported. */
function moduleBytes(): number[] {
  const body = [2, 2, i32, 5, v128, ...loop(fourRows, sums, sumsEnd), end];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 4, i32, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...named('multiply'), 0, 0, ...named('memory'), 2, 0]),
    ...section(10, [1, ...sized(body)]),
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function named(name: string): number[] {
  return sized([...Buffer.from(name)]);
}

/** Its length first, in two bytes when it needs them. */
function sized(content: readonly number[]): number[] {
  const { length } = content;
  return [...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...content];
}

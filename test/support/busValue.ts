/** Values of D-Bus messages, little-endian: as much of the format as a notification service needs. */

export type BusValue =
  | number
  | bigint
  | boolean
  | string
  | readonly BusValue[]
  | { readonly [key: string]: BusValue };

const alignments: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, x: 8, t: 8, d: 8, '(': 8, '{': 8 },
};

function alignmentOf(type: string): number {
  return alignments[type[0] ?? ''] ?? 4;
}

/** Cuts the first complete type off a signature. */
function splitType(signature: string): [first: string, rest: string] {
  const cut = (length: number): [string, string] => [
    signature.slice(0, length),
    signature.slice(length),
  ];
  if (signature.startsWith('a')) return cut(1 + splitType(signature.slice(1))[0].length);
  if (!/^[({]/.test(signature)) return cut(1);
  let depth = 0;
  for (let at = 0; at < signature.length; at += 1) {
    const character = signature.charAt(at);
    if (/[({]/.test(character)) depth += 1;
    if (/[)}]/.test(character)) depth -= 1;
    if (depth === 0) return cut(at + 1);
  }
  throw new Error(`the signature ${signature} has no end`);
}

export function splitTypes(signature: string): string[] {
  const types: string[] = [];
  for (let rest = signature; rest !== '';) {
    const [first, after] = splitType(rest);
    types.push(first);
    rest = after;
  }
  return types;
}

export class BusReader {
  readonly #bytes: Buffer;
  offset: number;

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  align(to: number): void {
    this.offset = Math.ceil(this.offset / to) * to;
  }

  readAll(signature: string): BusValue[] {
    return splitTypes(signature).map((type) => this.read(type));
  }

  read(type: string): BusValue {
    this.align(alignmentOf(type));
    switch (type[0]) {
      case 'y':
        return this.#bytes.readUInt8(this.#take(1));
      case 'b':
        return this.#bytes.readUInt32LE(this.#take(4)) === 1;
      case 'n':
        return this.#bytes.readInt16LE(this.#take(2));
      case 'q':
        return this.#bytes.readUInt16LE(this.#take(2));
      case 'i':
        return this.#bytes.readInt32LE(this.#take(4));
      case 'u':
        return this.readCount();
      case 'x':
      case 't':
        return this.#bytes.readBigInt64LE(this.#take(8));
      case 'd':
        return this.#bytes.readDoubleLE(this.#take(8));
      case 'g':
        return this.#readText(this.#bytes.readUInt8(this.#take(1)));
      case 'v':
        return this.read(String(this.read('g')));
      case 'a':
        return this.#readArray(type.slice(1));
      case '(':
        return this.readAll(type.slice(1, -1));
      default:
        return this.#readText(this.readCount());
    }
  }

  readCount(): number {
    this.align(4);
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  #readArray(type: string): BusValue {
    const length = this.readCount();
    this.align(alignmentOf(type));
    const end = this.offset + length;
    const values: BusValue[] = [];
    const pairs: Record<string, BusValue> = {};
    while (this.offset < end) {
      if (!type.startsWith('{')) {
        values.push(this.read(type));
        continue;
      }
      this.align(8);
      const [key = 's', value = 'v'] = splitTypes(type.slice(1, -1));
      pairs[String(this.read(key))] = this.read(value);
    }
    return type.startsWith('{') ? pairs : values;
  }

  #readText(length: number): string {
    const start = this.#take(length + 1);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #take(count: number): number {
    const start = this.offset;
    this.offset += count;
    return start;
  }
}

/** Writes what a service answers: texts, numbers and lists of texts. */
export class BusWriter {
  readonly #bytes: number[] = [];

  get bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }

  align(to: number): void {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
  }

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  count(value: number): this {
    this.align(4);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.#bytes.push(...bytes);
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    this.count(bytes.length);
    this.#bytes.push(...bytes, 0);
    return this;
  }

  texts(values: readonly string[]): this {
    const inner = new BusWriter();
    for (const value of values) inner.text(value);
    this.count(inner.#bytes.length);
    return this.raw(inner.bytes);
  }

  signature(value: string): this {
    return this.byte(value.length).raw(Buffer.from(`${value}\0`));
  }

  raw(bytes: Buffer): this {
    this.#bytes.push(...bytes);
    return this;
  }
}

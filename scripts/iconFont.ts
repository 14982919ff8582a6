/**
 * Draws `media/waggle.ttf`, the font with our one glyph for the status bar: a cell with a prompt in it. Straight lines
 * only, so that the tables of the font can be written by hand; run it again after changing the drawing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Point = readonly [number, number];

const unitsPerEm = 1000;
const codePoint = 0xe900;

/** Outer contours clockwise, holes counter-clockwise, y upwards. */
const contours: readonly (readonly Point[])[] = [
  hexagon(480),
  hexagon(390).toReversed(),
  stroke([330, 640], [480, 500], [330, 360]),
  [
    [520, 410],
    [690, 410],
    [690, 330],
    [520, 330],
  ],
];

function hexagon(radius: number): Point[] {
  return [90, 30, -30, -90, -150, 150].map((degrees): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [Math.round(500 + radius * Math.cos(angle)), Math.round(500 + radius * Math.sin(angle))];
  });
}

/** A corner of two lines, 80 units thick. */
function stroke([x1, y1]: Point, [x2, y2]: Point, [x3, y3]: Point): Point[] {
  const half = 42;
  return [
    [x1 - half, y1],
    [x1 + half / 2, y1 + half],
    [x2 + half, y2],
    [x3 + half / 2, y3 - half],
    [x3 - half, y3],
    [x2 - half, y2],
  ];
}

function bytes(...parts: readonly (readonly [size: 1 | 2 | 4 | 8, ...values: number[]])[]): Buffer {
  return Buffer.concat(
    parts.flatMap(([size, ...values]) =>
      values.map((value) => {
        const field = Buffer.alloc(size);
        if (size === 8) field.writeBigInt64BE(BigInt(value));
        else
          field.writeIntBE(value < 2 ** (size * 8 - 1) ? value : value - 2 ** (size * 8), 0, size);
        return field;
      }),
    ),
  );
}

function glyph(): Buffer {
  const points = contours.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  let end = -1;
  const ends = contours.map((contour) => (end += contour.length));
  const deltas = (values: number[]): number[] =>
    values.map((value, index) => value - (values[index - 1] ?? 0));
  const data = bytes(
    [2, contours.length, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    [2, ...ends, 0],
    [1, ...points.map(() => 1)],
    [2, ...deltas(xs), ...deltas(ys)],
  );
  return data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)]);
}

function nameTable(): Buffer {
  const names: readonly (readonly [number, string])[] = [
    [1, 'waggle'],
    [2, 'Regular'],
    [4, 'waggle'],
    [6, 'waggle'],
  ];
  const strings = names.map(([, text]) => Buffer.from(text, 'utf16le').swap16());
  let offset = 0;
  const records = names.map(([id], index) => {
    const { length } = strings[index] ?? Buffer.alloc(0);
    const record = bytes([2, 3, 1, 0x409, id, length, offset]);
    offset += length;
    return record;
  });
  const header = bytes([2, 0, names.length, 6 + 12 * names.length]);
  return Buffer.concat([header, ...records, ...strings]);
}

/** Format 4 with one segment for our code point and the closing one. */
function cmapTable(): Buffer {
  const subtable = bytes(
    [2, 4, 32, 0, 4, 4, 1, 0],
    [2, codePoint, 0xffff, 0, codePoint, 0xffff],
    [2, (1 - codePoint) & 0xffff, 1, 0, 0],
  );
  return Buffer.concat([bytes([2, 0, 1, 3, 1], [4, 12]), subtable]);
}

function os2Table(): Buffer {
  return bytes(
    [2, 4, unitsPerEm, 400, 5, 0, 650, 700, 0, 140, 650, 700, 0, 480, 50, 258, 0],
    [1, ...Array.from({ length: 10 }, () => 0)],
    [4, 0, 0, 0, 0, 0x57474c45],
    [2, 64, codePoint, codePoint, unitsPerEm, 0, 0, unitsPerEm, 0],
    [4, 1, 0],
    [2, 500, 700, 0, 32, 1],
  );
}

function tables(): Map<string, Buffer> {
  const drawn = glyph();
  const points = contours.flat().length;
  return new Map([
    ['OS/2', os2Table()],
    ['cmap', cmapTable()],
    ['glyf', drawn],
    [
      'head',
      bytes(
        [4, 0x10000, 0x10000, 0, 0x5f0f3cf5],
        [2, 11, unitsPerEm],
        [8, 0, 0],
        [2, 0, 0, unitsPerEm, unitsPerEm, 0, 8, 2, 0, 0],
      ),
    ],
    [
      'hhea',
      bytes(
        [4, 0x10000],
        [2, unitsPerEm, 0, 0, unitsPerEm, 0, 0, unitsPerEm, 1, 0, 0, 0, 0, 0, 0, 0, 2],
      ),
    ],
    ['hmtx', bytes([2, unitsPerEm, 0, unitsPerEm, 0])],
    ['loca', bytes([2, 0, 0, drawn.length / 2])],
    ['maxp', bytes([4, 0x10000], [2, 2, points, contours.length, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['name', nameTable()],
    ['post', bytes([4, 0x30000, 0], [2, 0, 0], [4, 0, 0, 0, 0, 0])],
  ]);
}

function checksum(table: Buffer): number {
  const padded = Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0;
  return sum;
}

function drawFont(): Buffer {
  const all = [...tables()];
  let offset = 12 + 16 * all.length;
  const records: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const [tag, table] of all) {
    records.push(
      Buffer.concat([Buffer.from(tag), bytes([4, checksum(table), offset, table.length])]),
    );
    const padded = Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
    bodies.push(padded);
    offset += padded.length;
  }
  const header = bytes([4, 0x10000], [2, all.length, 128, 3, all.length * 16 - 128]);
  return Buffer.concat([header, ...records, ...bodies]);
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '..', 'media', 'waggle.ttf'), drawFont());

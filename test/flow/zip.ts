/** Reads a package: the entries of a zip file by its central directory. Only what vsce writes: no zip64, no encryption. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly path: string;
  /** Unix mode, 0 when the archive has none. */
  readonly mode: number;
  read(): Buffer;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

/** Throws when the file is no zip. */
export function readZip(file: string): ZipEntry[] {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || bytes.readUInt32LE(end) !== endSignature) throw new Error(`${file} is no zip`);
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== entrySignature) throw new Error(`${file} is damaged at ${at}`);
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const path = bytes.toString('utf8', at + 46, at + 46 + (name ?? 0));
    entries.push(entryAt(bytes, at, path));
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

function entryAt(bytes: Buffer, at: number, path: string): ZipEntry {
  const isDeflated = bytes.readUInt16LE(at + 10) === 8;
  const size = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  return {
    path,
    mode: (bytes.readUInt32LE(at + 38) >>> 16) & 0o777,
    read() {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + size);
      return isDeflated ? inflateRawSync(data) : Buffer.from(data);
    },
  };
}

/** Writes every entry below `directory`, as an editor does. */
export function extractZip(file: string, directory: string): void {
  for (const entry of readZip(file).filter(({ path }) => !path.endsWith('/'))) {
    const to = join(directory, entry.path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, entry.read());
    if (entry.mode !== 0) chmodSync(to, entry.mode);
  }
}

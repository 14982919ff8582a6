/** Files that agents write, and whatever runs as the same user: opened without waiting, and read with a limit. */
import type { FileHandle } from 'node:fs/promises';
import { constants, open } from 'node:fs/promises';
import { WaggleError } from '../../protocol/wire/errors.ts';

const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;
const chunkBytes = 256 * 1024;
/** Images stand in lines as text; what is longer is no message. */
const lineMaxBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/** For reading. Rejects for what is no regular file: opening a pipe would take a thread of the runtime for ever. */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  const facts = await handle.stat();
  if (facts.isFile()) return handle;
  await handle.close();
  throw new WaggleError('badRequest', 'A transcript is a regular file.');
}

/** The beginning of a file, at most `maxBytes` of it. */
export async function readBeginning(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await openFile(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Line by line, only a line feed ends one; undefined for a line that is too long. */
export async function* readLines(path: string): AsyncGenerator<string | undefined> {
  const handle = await openFile(path);
  const line = new GrowingLine();
  try {
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) break;
      let from = 0;
      const bytes = buffer.subarray(0, bytesRead);
      for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, from)) {
        line.add(bytes.subarray(from, at));
        yield line.take();
        from = at + 1;
      }
      line.add(bytes.subarray(from));
    }
    yield line.take();
  } finally {
    await handle.close();
  }
}

class GrowingLine {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > lineMaxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  take(): string | undefined {
    const isTooLong = this.#bytes > lineMaxBytes;
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#bytes = 0;
    return isTooLong ? undefined : text;
  }
}

import { openFile } from '../transcript/transcript.ts';

/** Whole lines from a position on. `next`: where to go on; the same position: no line has ended since. */
export interface FilePart {
  readonly lines: readonly string[];
  readonly next: number;
  /** After the last line feed, at the end of the file; empty in its middle. */
  readonly rest: string;
}

const partBytes = 1024 * 1024;
/** Pictures stand in lines as text; what is longer is no answer. */
const lineMaxBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/** Reads at most one line more than 1 MiB. Rejects when the file cannot be read. */
export async function readFilePart(path: string, from: number): Promise<FilePart> {
  const handle = await openFile(path);
  try {
    for (let bytes = partBytes; ; bytes *= 2) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from);
      const read = buffer.subarray(0, bytesRead);
      const end = read.lastIndexOf(lineFeed);
      const isAtEnd = bytesRead < bytes;
      if (end !== -1 || isAtEnd)
        return {
          lines: end === -1 ? [] : read.subarray(0, end).toString('utf8').split('\n'),
          next: from + end + 1,
          rest: isAtEnd ? read.subarray(end + 1).toString('utf8') : '',
        };
      // The end of it will be a line that nobody can read.
      if (bytes >= lineMaxBytes) return { lines: [], next: from + bytesRead, rest: '' };
    }
  } finally {
    await handle.close();
  }
}

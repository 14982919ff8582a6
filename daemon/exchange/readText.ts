/** Files that a person, a repository or an agent wrote: read with a limit, and only when they are text. */
import type { FileHandle } from 'node:fs/promises';
import { constants, open } from 'node:fs/promises';
import { hasCode } from '../../link/home/home.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

const textMaxBytes = 1024 * 1024;
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;

/**
 * The whole text, a byte order mark included. @throws WaggleError `limitReached` or `badRequest` for what is no text of
 * at most 1 MiB, and the system's own error when it is not there.
 */
export async function readText(path: string): Promise<string> {
  const handle = await openFile(path);
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw odd('is no file');
    if (facts.size > textMaxBytes)
      throw new WaggleError('limitReached', 'The file is larger than 1 MiB.', {
        fix: 'Split it, or take over the part that matters.',
      });
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(textMaxBytes + 1),
      0,
      textMaxBytes + 1,
      0,
    );
    return decode(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** A pipe or a device would keep us waiting. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
    throw new WaggleError('forbidden', 'The file cannot be read.', {
      cause: error,
      fix: 'Check its permissions.',
    });
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > textMaxBytes) throw odd('grew while it was read');
  if (bytes.includes(0)) throw odd('is no text');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw odd('is not in UTF-8', cause);
  }
}

function odd(why: string, cause?: unknown): WaggleError {
  return new WaggleError('badRequest', `The file ${why}.`, {
    fix: 'Choose a Markdown file.',
    ...(cause === undefined ? {} : { cause }),
  });
}

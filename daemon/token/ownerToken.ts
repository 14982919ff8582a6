/** The owner's token: 32 random bytes in a 0600 file, made once, changed only when asked. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import { checkPrivateFile, readPrivateFile, replacePrivateFile } from '../../link/home/home.ts';
import { randomHex } from '../../link/proof/proof.ts';

const shape = /^[0-9a-f]{64}$/;

/** Reads it, or makes it when there is none. A file of another shape is refused, never overwritten. */
export function loadOwnerToken(path: string): string {
  checkPrivateFile(path);
  const text = readPrivateFile(path)?.trim();
  if (text === undefined || text === '') return rotateOwnerToken(path);
  if (shape.test(text)) return text;
  throw new WaggleError('internal', `${path} does not hold a token.`, {
    fix: `rm ${path}   (a new one is made at the next start)`,
  });
}

/** Writes a new one in its place; the old value is worth nothing from now on. */
export function rotateOwnerToken(path: string): string {
  const token = randomHex(32);
  replacePrivateFile(path, `${token}\n`);
  return token;
}

/** A program that prints bytes nobody can foretell, and puts the hash of all it printed beside: the only judge of what came. */

/** In no answer to a query. */
export const turnKey = 'Z';

export interface HashedOutput {
  readonly bytes: number;
  readonly seed: number;
  /** Gets the SHA-256 of everything, as hex, before the program ends. */
  readonly hashFile: string;
  /** So many at a time; `turnKey` lets the next ones go. What is typed besides are answers to queries among the bytes. */
  readonly turnBytes: number;
}

/**
 * argv. The terminal is raw once `ready` stands there, which does not count, and the output has every value, characters of UTF-8 and sequences that are cut anywhere by the
 * next piece.
 */
export function hashedOutput({ bytes, seed, hashFile, turnBytes }: HashedOutput): string[] {
  const script = `
    const { spawnSync } = require('node:child_process');
    const { createHash } = require('node:crypto');
    const { readSync, writeFileSync, writeSync } = require('node:fs');
    spawnSync('stty', ['raw', '-echo'], { stdio: 'inherit' });
    writeSync(1, 'ready');
    let state = ${seed >>> 0 || 1};
    const below = (limit) => {
      state ^= state << 13; state ^= state >>> 17; state ^= state << 5; state >>>= 0;
      return state % limit;
    };
    const whole = ['漢字', '🙂🚀', 'e\\u0301', '\\x1b[38;5;12m', '\\x1b]0;a title\\x07', '\\x1b[?1049h', '\\x1bP+q544e\\x1b\\\\\\\\',
      '\\x1b[12;40H', '\\r\\n', '\\x1b[?2026h', '\\x1b[?2026l'].map((text) => Buffer.from(text));
    const createTurn = (size) => {
      const turn = Buffer.alloc(size);
      for (let at = 0; at < size; ) {
        if (below(3) > 0) {
          const piece = whole[below(whole.length)];
          at += piece.copy(turn, at, 0, 1 + below(piece.length));
        } else for (let left = below(40); left > 0 && at < size; left -= 1) turn[at++] = below(256);
      }
      return turn;
    };
    const hash = createHash('sha256');
    const key = Buffer.alloc(1);
    for (let at = 0; at < ${bytes}; at += ${turnBytes}) {
      const turn = createTurn(Math.min(${turnBytes}, ${bytes} - at));
      hash.update(turn);
      do readSync(0, key); while (key[0] !== ${turnKey.charCodeAt(0)});
      if (at + turn.length === ${bytes}) writeFileSync(${JSON.stringify(hashFile)}, hash.digest('hex'));
      for (let done = 0; done < turn.length; ) done += writeSync(1, turn, done);
    }`;
  return [process.execPath, '-e', script];
}

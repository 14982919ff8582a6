/**
 * Where output may begin in the middle: not inside an escape sequence, not inside a character. The state before the
 * bytes is unknown, so the first ESC is taken as the point from which it is known; a line's end is preferred.
 */

type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'string' | 'stringEscape';

const escape = 0x1b;
const lineFeed = 0x0a;
/** How far behind the first ground state a line's end is looked for. */
const lineSearchBytes = 4096;

/** Offset in `bytes` at which a reader may start; its length when there is none. */
export function findSafeCut(bytes: Uint8Array): number {
  const firstEscape = bytes.indexOf(escape);
  if (firstEscape === -1) return findPlainCut(bytes);
  const ground = findGround(bytes, firstEscape);
  if (ground === undefined) return bytes.length;
  return findLineEnd(bytes, ground) ?? skipPartialCharacter(bytes, ground);
}

/** No escape at all: after the first line, else behind a character that was cut. */
function findPlainCut(bytes: Uint8Array): number {
  const line = bytes.indexOf(lineFeed);
  return line === -1 ? skipPartialCharacter(bytes, 0) : line + 1;
}

/** At most three bytes of a character can stand before a cut. */
function skipPartialCharacter(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && at < from + 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}

function findGround(bytes: Uint8Array, from: number): number | undefined {
  let state: State = 'ground';
  for (let at = from; at < bytes.length; at += 1) {
    state = advance(state, bytes[at] ?? 0);
    if (state === 'ground') return at + 1;
  }
  return undefined;
}

function findLineEnd(bytes: Uint8Array, from: number): number | undefined {
  let state: State = 'ground';
  const limit = Math.min(bytes.length, from + lineSearchBytes);
  for (let at = from; at < limit; at += 1) {
    const byte = bytes[at] ?? 0;
    state = advance(state, byte);
    if (state === 'ground' && byte === lineFeed) return at + 1;
  }
  return undefined;
}

function advance(state: State, byte: number): State {
  if (byte === 0x18 || byte === 0x1a) return 'ground';
  if (byte === escape) return state === 'string' ? 'stringEscape' : 'escape';
  switch (state) {
    case 'ground':
      return 'ground';
    case 'escape':
    case 'stringEscape':
      return afterEscape(byte);
    case 'intermediate':
      return byte >= 0x30 && byte <= 0x7e ? 'ground' : 'intermediate';
    case 'csi':
      return byte >= 0x40 && byte <= 0x7e ? 'ground' : 'csi';
    case 'string':
      return byte === 0x07 ? 'ground' : 'string';
  }
}

const csiStart = 0x5b;
/** OSC, DCS, SOS, PM, APC: ended by BEL or ST. */
const stringStarts = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]);

function afterEscape(byte: number): State {
  if (byte === csiStart) return 'csi';
  if (stringStarts.has(byte)) return 'string';
  if (byte >= 0x20 && byte <= 0x2f) return 'intermediate';
  return byte < 0x20 ? 'escape' : 'ground';
}

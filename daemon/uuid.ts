import { randomBytes } from 'node:crypto';

const counterMax = 0xfff;
let lastMs = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562): sorts by the millisecond it was made in, and within a process by the order of the calls, also when
 * the clock was set back. Twelve bits count within a millisecond.
 */
export function createUuid(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else if (counter < counterMax) counter += 1;
  else {
    lastMs += 1;
    counter = 0;
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => hex.slice(index === 0 ? 0 : ends[index - 1], end))
    .join('-');
}

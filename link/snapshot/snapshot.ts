/**
 * A stored screen as it lies in a host: made by a daemon, shown by every client. Knows how it is packed and how a
 * terminal is prepared for it; deliberately not what stands in it.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What is not known of a screen, because output was lost before it could be read. */
export interface MissingParts {
  /** Cells of the screen shown. */
  readonly shown: boolean;
  /** Of the main screen, while the alternate one is shown. */
  readonly hidden: boolean;
  /** What was lost may have switched between the two: what is shown may stand on the wrong one. */
  readonly switched?: boolean;
  /** What was lost may have set modes, margins, anything. */
  readonly anything?: boolean;
  /** Where the cursor stands. */
  readonly place?: boolean;
  /** How it writes. */
  readonly looks?: boolean;
  /** Lines above the main screen, which it shows when it grows. */
  readonly above?: boolean;
  /** Where the cursor of the main screen was saved. */
  readonly saved?: boolean;
}

export interface Snapshot {
  /** Escape sequences in UTF-8 that bring a terminal of the snapshot's size from its reset state to the stored one. */
  readonly text: Uint8Array;
  readonly missing: MissingParts;
  /** Anything is missing. */
  readonly approximate: boolean;
}

/**
 * Brings a terminal to its reset state, whatever is open in it: cancels a sequence, then resets. A hidden cursor, what line feeds mean and
 * colours outlast that in xterm; whether the cursor blinks does too and stays, because it is a person's setting.
 */
export const terminalReset =
  '\u0018\u001bc\u001b[?25h\u001b[20l\u001b]104\u0007\u001b]110\u0007\u001b]111\u0007\u001b]112\u0007';

const version = 1;
const shownFlag = 1;
/** From the lowest bit of the flags up. */
const parts = [
  ...(['shown', 'hidden', 'switched', 'anything'] as const),
  ...(['place', 'looks', 'above', 'saved'] as const),
];
const headerBytes = 2;
/** More than any screen comes to; a damaged snapshot must not take the memory of its reader. */
const textBytesMax = 64 * 1024 * 1024;

/** Two bytes, version and flags, then the text deflated. */
export function encodeSnapshot(text: Uint8Array, missing: MissingParts): Uint8Array {
  const flags = parts.reduce((sum, part, bit) => sum | (missing[part] === true ? 1 << bit : 0), 0);
  const header = Uint8Array.of(version, flags);
  return Buffer.concat([header, deflateRawSync(text)]);
}

/** Undefined: damaged, or packed in a way of a later version. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | undefined {
  const [found, flags = 0] = bytes;
  if (found !== version) return undefined;
  try {
    const text = inflateRawSync(bytes.subarray(headerBytes), { maxOutputLength: textBytesMax });
    const missing: MissingParts = {
      ...{ shown: has(flags, 'shown'), hidden: has(flags, 'hidden') },
      ...{ switched: has(flags, 'switched'), anything: has(flags, 'anything') },
      ...{ place: has(flags, 'place'), looks: has(flags, 'looks') },
      ...{ above: has(flags, 'above'), saved: has(flags, 'saved') },
    };
    return { text, missing, approximate: flags !== 0 };
  } catch {
    return undefined;
  }
}

function has(flags: number, part: (typeof parts)[number]): boolean {
  return (flags & (1 << parts.indexOf(part))) !== 0;
}

export function isMissing(missing: MissingParts): boolean {
  return parts.some((part) => missing[part] === true);
}

/** What `decodeSnapshot` says of it, without unpacking; true when it cannot be read. */
export function isApproximate([found, flags = 0]: Uint8Array): boolean {
  return found !== version || flags !== 0;
}

/** The same snapshot, no longer called exact. */
export function markApproximate(bytes: Uint8Array): Uint8Array {
  const marked = Uint8Array.from(bytes);
  marked[1] = (marked[1] ?? 0) | shownFlag;
  return marked;
}

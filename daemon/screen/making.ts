import type { MissingParts } from '../../link/snapshot/snapshot.ts';
import { decodeSnapshot, encodeSnapshot, isMissing } from '../../link/snapshot/snapshot.ts';
import { framePayloadMax } from '../../protocol/wire/frame.ts';
import { CutFinder } from './cut.ts';
import { Emulator, scrollbackLines } from './emulator.ts';
import type { MadeScreen, ScreenPiece, ScreenRequest } from './request.ts';
import { serialise } from './serialise.ts';

/** Tried in this order until the packed screen fits; the last is what later resizes need to be exact. */
const scrollbacks = [scrollbackLines, 240, 60];
/** Cancels a sequence that the missing bytes would have ended. */
const cancel = Uint8Array.of(0x18);

/** Restores, feeds up to the last safe cut, serialises. Throws what the parser throws. */
export function makeScreen(request: ScreenRequest): MadeScreen {
  const emulator = new Emulator(request.size);
  try {
    restore(emulator, request.snapshot);
    const cut = findCut(request);
    play(emulator, request.pieces, cut);
    if (!emulator.isAtRest) throw new Error('The parser is not at rest where a cut was found.');
    const missing = emulator.missing.settle();
    const snapshot = pack(emulator, missing);
    const approximate = isMissing(missing);
    return { seq: cut, size: emulator.size, snapshot, approximate };
  } finally {
    emulator.dispose();
  }
}

/** When the stored screen was not exact, what is blank in it counts as unknown until it is written over. */
export function restore(emulator: Emulator, stored: Uint8Array | undefined): void {
  if (stored === undefined) return;
  const snapshot = decodeSnapshot(stored);
  if (snapshot === undefined) return emulator.missing.lose(undefined);
  emulator.feed(snapshot.text);
  emulator.missing.restore(snapshot.missing);
}

/** The last seq at which the output may be cut. */
export function findCut({ seq, pieces }: ScreenRequest): number {
  let start = seq;
  let finder = new CutFinder();
  for (const piece of pieces) {
    if (piece.kind === 'output') finder.push(piece.bytes);
    if (piece.kind !== 'gap') continue;
    start = piece.to;
    finder = new CutFinder();
  }
  return start + finder.cut;
}

function play(emulator: Emulator, pieces: readonly ScreenPiece[], cut: number): void {
  for (const [index, piece] of pieces.entries()) {
    if (piece.seq > cut) return;
    if (piece.kind === 'resize') emulator.resize(piece.size);
    if (piece.kind === 'output') emulator.feed(piece.bytes.subarray(0, cut - piece.seq));
    if (piece.kind !== 'gap') continue;
    emulator.feed(cancel);
    // What was lost ended at the size that comes next.
    const next = pieces[index + 1];
    if (next?.kind === 'resize') emulator.resize(next.size);
    emulator.missing.lose(piece.lost);
  }
}

function pack(emulator: Emulator, missing: MissingParts): Uint8Array | undefined {
  for (const lines of scrollbacks) {
    const text = new TextEncoder().encode(serialise(emulator, lines));
    const packed = encodeSnapshot(text, missing);
    if (packed.length <= framePayloadMax) return packed;
  }
  return undefined;
}

/** Output played through two terminals: one gets everything, the other a stored screen at some point and then the rest. */
import { CutFinder } from '../../daemon/screen/cut.ts';
import { Emulator } from '../../daemon/screen/emulator.ts';
import { serialise } from '../../daemon/screen/serialise.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { Random } from './hostileOutput.ts';
import type { ScreenState } from './screenState.ts';
import { readScreen } from './screenState.ts';

export interface Play {
  readonly bytes: Uint8Array;
  readonly size: TerminalSize;
  /** In the order of the stream. */
  readonly resizes: readonly { readonly at: number; readonly size: TerminalSize }[];
}

/** The last place at or before `offset` where a stored screen can be made. */
export function cutBefore(bytes: Uint8Array, offset: number): number {
  const finder = new CutFinder();
  finder.push(bytes.subarray(0, offset));
  return finder.cut;
}

/** Up to three resizes anywhere in `bytes`, from narrow to wide. */
export function anyResizes(random: Random, bytes: Uint8Array): Play['resizes'] {
  return Array.from({ length: random.below(4) }, () => ({
    at: random.below(bytes.length),
    size: { cols: 40 + random.below(120), rows: 10 + random.below(40) },
  })).sort((left, right) => left.at - right.at);
}

/** Attaches at a point that `random` chooses and compares there, somewhere later, and at the end. Returns what differs. */
export function findDifferences(play: Play, random: Random): string[] {
  const { bytes } = play;
  const cut = cutBefore(bytes, random.below(bytes.length + 1));
  const later = cut + random.below(bytes.length - cut + 1);
  const witness = new Emulator(play.size);
  feed(play, witness, { from: -1, to: cut });
  const text = serialise(witness, 1000);
  const restored = new Emulator(witness.size);
  restored.feed(new TextEncoder().encode(text));
  const found = differencesOf(witness, restored, `attached at ${cut}`);
  if (serialise(restored, 1000) !== text) found.push(`attached at ${cut}: stored again it differs`);
  let from = cut;
  for (const to of [later, bytes.length]) {
    for (const terminal of [witness, restored]) feed(play, terminal, { from, to });
    found.push(...differencesOf(witness, restored, `attached at ${cut}, at ${to}`));
    from = to;
  }
  witness.dispose();
  restored.dispose();
  return found;
}

/** Resizes at `from` itself have happened already. */
export function feed(
  { bytes, resizes }: Play,
  terminal: Emulator,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  let at = Math.max(0, from);
  for (const resize of resizes) {
    if (resize.at <= from || resize.at > to) continue;
    terminal.feed(bytes.subarray(at, resize.at));
    terminal.resize(resize.size);
    at = resize.at;
  }
  terminal.feed(bytes.subarray(at, to));
}

export function differencesOf(expected: Emulator, actual: Emulator, where: string): string[] {
  return compareStates(readScreen(expected), readScreen(actual)).map((text) => `${where}: ${text}`);
}

export function compareStates(expected: ScreenState, actual: ScreenState): string[] {
  const found: string[] = [];
  for (const part of ['lines', 'hidden'] as const) {
    const pairs = expected[part].map((line, row) => [line, actual[part][row]] as const);
    const row = pairs.findIndex(([left, right]) => left !== right);
    if (row !== -1) found.push(`${part} ${row}: ${pairs[row]?.[0]} | ${pairs[row]?.[1]}`);
    if (expected[part].length !== actual[part].length) found.push(`${part}: another number`);
  }
  for (const part of ['cursor', 'modes', 'names'] as const) {
    if (expected[part] !== actual[part]) {
      found.push(`${part}: ${expected[part]} | ${actual[part]}`);
    }
  }
  return found;
}

import type { Charset } from './xterm.ts';
import { openTerminal } from './xterm.ts';

const finals = ['0', 'A', '4', 'C', '5', 'R', 'Q', 'K', 'Y', 'E', '6', 'Z', 'H', '7', '='] as const;
let known: ReadonlyMap<Charset, string> | undefined;

/** The letter that selects a character set. xterm does not tell; it is asked once which object each letter selects. */
export function charsetFinal(charset: Charset): string {
  known ??= askFinals();
  return known.get(charset) ?? 'B';
}

function askFinals(): ReadonlyMap<Charset, string> {
  const terminal = openTerminal({ cols: 2, rows: 2 }, 0);
  const { _inputHandler: input, _charsetService: charsets } = terminal.core;
  const found = new Map<Charset, string>();
  for (const final of finals) {
    input.parse(new TextEncoder().encode(`\u001b(${final}`));
    const selected = charsets._charsets[0];
    if (!found.has(selected)) found.set(selected, final);
  }
  terminal.dispose();
  return found;
}

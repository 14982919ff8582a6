/**
 * What a person sees of a program, drawn by a real terminal: programs repaint words in pieces, so that what is shown need
 * not stand in the output in one piece.
 */
import xterm from '@xterm/headless';
import { size, until, type Screen } from '../../flow/sessionHome.ts';

interface Drawn {
  readonly terminal: xterm.Terminal;
  length: number;
}

const limitMs = 150_000;
const drawings = new WeakMap<Screen, Drawn>();

/** Waits until `text` stands on the screen or stood in the output; spaces and line ends do not count on the screen. */
export async function untilShown(screen: Screen, text: string): Promise<void> {
  let seen = '';
  const wanted = withoutSpace(text);
  await until(
    async () => {
      if (screen.text.includes(text)) return true;
      seen = await readShown(screen);
      return withoutSpace(seen).includes(wanted);
    },
    () => `${JSON.stringify(text)} on the screen:\n${seen}`,
    limitMs,
  );
}

/** Types a prompt as a person does: the text, then Enter once its end stands in the composer. */
export async function typePrompt(screen: Screen, prompt: string): Promise<void> {
  await screen.typeWhenFree(prompt);
  const end = withoutSpace(prompt).slice(-8);
  let seen = '';
  await until(
    async () => {
      seen = await readShown(screen);
      return withoutSpace(seen).includes(end);
    },
    () => `${JSON.stringify(end)} in the composer:\n${seen}`,
    limitMs,
  );
  await screen.typeWhenFree('\r');
}

/** What stands there now, scrollback included, one line each. */
export async function readShown(screen: Screen): Promise<string> {
  const drawn = drawings.get(screen) ?? {
    terminal: new xterm.Terminal({ ...size, scrollback: 500, allowProposedApi: true }),
    length: 0,
  };
  drawings.set(screen, drawn);
  const bytes = Buffer.from(screen.text.slice(drawn.length), 'latin1');
  drawn.length = screen.text.length;
  await new Promise<void>((resolve) => drawn.terminal.write(bytes, resolve));
  const { active } = drawn.terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) =>
    active.getLine(row)?.translateToString(true),
  );
  return lines.join('\n').trimEnd();
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '');
}

/**
 * Terminals in the window, wherever they stand (editor area or panel): typing by keys, reading by what xterm holds.
 * The whole buffer is read, scrollback included, not only the rows that are painted.
 */
import type { Page } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';
import { until } from './until.ts';

const visibleTerminal = '.terminal-wrapper.active';

/** What VS Code hangs on each `.terminal-wrapper`; only what is used here. */
interface TerminalElement extends HTMLElement {
  readonly xterm?: {
    readonly buffer: {
      readonly active: {
        readonly length: number;
        getLine(
          index: number,
        ):
          | { readonly isWrapped: boolean; translateToString(trimRight: boolean): string }
          | undefined;
      };
    };
  };
}

/** Types into the terminal that shows (the first one, or the `index`th from the left), after giving it the focus. */
export async function typeInTerminal(window: EditorWindow, text: string, index = 0): Promise<void> {
  await focusTerminal(window, index);
  for (const [position, line] of text.split('\n').entries()) {
    if (position > 0) await window.page.keyboard.press('Enter');
    if (line !== '') await window.page.keyboard.type(line);
  }
}

/** Gives a visible terminal the keyboard. Needed before `page.keyboard.press('Control+C')` and the like. */
export async function focusTerminal(window: EditorWindow, index = 0): Promise<void> {
  const terminal = window.page.locator(visibleTerminal).nth(index);
  await terminal.waitFor();
  await terminal.locator('textarea.xterm-helper-textarea').focus();
}

/** The text of a visible terminal, lines joined where they only wrapped, trailing blank lines left out. */
export async function readTerminal(window: EditorWindow, index = 0): Promise<string> {
  const all = await readTerminals(window.page);
  const text = all[index];
  if (text === undefined)
    throw new Error(`Failed to read terminal ${index}: ${all.length} are visible`);
  return text;
}

/** How many terminals can be seen now. */
export async function countTerminals(window: EditorWindow): Promise<number> {
  return (await readTerminals(window.page)).length;
}

/** Waits until a visible terminal's text matches, and returns the whole text. Fails with the text that stood there. */
export async function waitForTerminalText(
  window: EditorWindow,
  expected: RegExp,
  options: { index?: number; withinMs?: number } = {},
): Promise<string> {
  const { index = 0, ...rest } = options;
  const read = async (): Promise<string> =>
    (await readTerminals(window.page))[index] ?? '(no such terminal)';
  const found = await until(
    `terminal ${index} shows ${String(expected)}`,
    async () => {
      const text = await read();
      return expected.test(text) ? { text } : undefined;
    },
    { ...rest, describe: read },
  );
  return found.text;
}

function readTerminals(page: Page): Promise<string[]> {
  return page.locator(visibleTerminal).evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility())
      .map((element) => {
        const buffer = (element as TerminalElement).xterm?.buffer.active;
        if (!buffer) return '';
        let text = '';
        for (let row = 0; row < buffer.length; row++) {
          const line = buffer.getLine(row);
          if (line)
            text += (line.isWrapped || row === 0 ? '' : '\n') + line.translateToString(true);
        }
        return text.trimEnd();
      }),
  );
}

/** Links and command marks in terminals of the window, as a person meets them: by the mouse and by what is painted. */
import type { EditorWindow } from './editorWindow.ts';
import { until } from './until.ts';

interface Cell {
  readonly x: number;
  readonly y: number;
}

interface LinkTerminal extends HTMLElement {
  readonly xterm?: {
    readonly rows: number;
    readonly cols: number;
    readonly buffer: {
      readonly active: {
        readonly viewportY: number;
        getLine(index: number): { translateToString(trimRight: boolean): string } | undefined;
      };
    };
  };
}

const visibleTerminal = '.terminal-wrapper.active';

/** The middle of the last place where the text stands in the visible terminal. The text is narrow and on one row. */
async function findCell(window: EditorWindow, text: string): Promise<Cell> {
  return until(`the terminal shows ${text}`, () =>
    window.page
      .locator(visibleTerminal)
      .first()
      .evaluate((element, wanted) => {
        const terminal = (element as LinkTerminal).xterm;
        const screen = element.querySelector('.xterm-screen')?.getBoundingClientRect();
        if (terminal === undefined || screen === undefined) return undefined;
        const { buffer, rows, cols } = terminal;
        for (let row = rows - 1; row >= 0; row -= 1) {
          const line = buffer.active
            .getLine(buffer.active.viewportY + row)
            ?.translateToString(true);
          const at = line?.lastIndexOf(wanted) ?? -1;
          if (at === -1) continue;
          const x = screen.x + ((at + wanted.length / 2) * screen.width) / cols;
          return { x, y: screen.y + ((row + 0.5) * screen.height) / rows };
        }
        return undefined;
      }, text),
  );
}

/** Follows the link that stands at a text: Ctrl and a click, once the editor has underlined it. */
export async function followLink(window: EditorWindow, text: string): Promise<void> {
  const { x, y } = await findCell(window, text);
  const { mouse, keyboard } = window.page;
  await keyboard.down('Control');
  await until('the text is a link', async () => {
    // Only a mouse that moves asks for links.
    await mouse.move(x + 40, y);
    await mouse.move(x, y);
    return window.page
      .locator(`${visibleTerminal} .xterm-screen`)
      .first()
      .evaluate((element) => {
        const isPointer = (one: Element | null): boolean =>
          one !== null && getComputedStyle(one).cursor === 'pointer';
        return isPointer(element) || isPointer(element.closest('.xterm'));
      });
  });
  await mouse.click(x, y);
  await keyboard.up('Control');
}

/** How the commands ended whose marks are painted beside the visible terminal, from the top. */
export function readCommandMarks(window: EditorWindow): Promise<string[]> {
  return window.page
    .locator(`${visibleTerminal} .terminal-command-decoration`)
    .evaluateAll((marks) =>
      marks
        .filter((mark) => mark.checkVisibility())
        .toSorted((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y)
        .map((mark) => {
          if (mark.classList.contains('codicon-terminal-decoration-error')) return 'error';
          if (mark.classList.contains('codicon-terminal-decoration-success')) return 'success';
          return 'other';
        }),
    );
}

/** The command palette and the quick picks and input boxes that commands open in the same place. */
import type { Page } from 'playwright-core';
import { until } from './until.ts';

/** An `EditorWindow`, as far as it is needed here. */
export interface WindowPage {
  readonly page: Page;
}

const widget = '.quick-input-widget';
const rows = `${widget} .quick-input-list .monaco-list-row`;

/**
 * Runs the command with the title `title` ("Category: Title", as the palette shows it) from the palette.
 * A command whose `when` does not hold yet (a window that just opened) is waited for.
 * @throws when the palette offers no row of exactly that label.
 */
export async function runCommand(window: WindowPage, title: string): Promise<void> {
  await until(
    `the palette offers "${title}"`,
    async () => {
      if (!(await openPalette(window, title))) return undefined;
      const index = (await readPicks(window)).findIndex((row) => row.label === title);
      return index >= 0 && clickAt(window, index);
    },
    {
      withinMs: 120_000,
      everyMs: 300,
      describe: async () => JSON.stringify(await readPicks(window)),
    },
  );
}

/** False when the list closed meanwhile: the editor takes the focus away from it while a window loads. */
async function clickAt({ page }: WindowPage, index: number): Promise<boolean> {
  const clicked = page.locator(rows).nth(index).click({ timeout: 3000 });
  return clicked.then(
    () => true,
    (error: unknown) => {
      ignoreTimeout(error);
      return false;
    },
  );
}

/** Opened anew each time, because the palette does not take in commands that appear while it is open. */
async function openPalette(window: WindowPage, title: string): Promise<boolean> {
  const { keyboard } = window.page;
  const input = window.page.locator(`${widget} input.input`);
  if (await input.isVisible()) await dismissInput(window);
  await until('the command palette opens', async () => {
    await keyboard.press('F1');
    await input.waitFor({ state: 'visible', timeout: 2000 }).catch(ignoreTimeout);
    return (await input.isVisible()) && (await input.inputValue()).startsWith('>');
  });
  // A window that still loads may move the focus, which closes the palette.
  await input.fill(`>${title}`, { timeout: 5000 }).catch(ignoreTimeout);
  return input.isVisible();
}

/** Picks the row of an open quick pick whose label is, or starts with, `label`, by a click. */
export async function pick(window: WindowPage, label: string): Promise<void> {
  await clickRow(window, label);
}

/** Types `text` into the open input box or quick pick, without accepting it. */
export async function fillInput(window: WindowPage, text: string): Promise<void> {
  await window.page.locator(`${widget} input.input`).fill(text);
}

/** Enter in the open input box or quick pick. */
export async function acceptInput(window: WindowPage): Promise<void> {
  await window.page.keyboard.press('Enter');
}

/** Closes the open quick pick or input box. */
export async function dismissInput(window: WindowPage): Promise<void> {
  await window.page.keyboard.press('Escape');
  await window.page.locator(widget).waitFor({ state: 'hidden' });
}

/** One row of a quick pick as it is read: label, description beside it, detail below it. */
export interface PickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** The visible rows of the open quick pick, once there is at least one; none when it closed. */
export async function readPicks(window: WindowPage): Promise<PickRow[]> {
  await window.page.locator(rows).first().waitFor({ timeout: 10_000 }).catch(ignoreTimeout);
  return window.page.locator(rows).evaluateAll((found) => {
    const textIn = (row: Element, selector: string): string =>
      (row.querySelector(selector)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
    return found.map((row) => ({
      label: textIn(row, '.quick-input-list-row .label-name'),
      description: textIn(row, '.quick-input-list-row .label-description'),
      detail: textIn(row, '.quick-input-list-label-meta'),
    }));
  });
}

/** The title, prompt or message that the open quick pick or input box shows. */
export async function readPrompt(window: WindowPage): Promise<string> {
  const { page } = window;
  await page.locator(widget).waitFor();
  const parts = await page
    .locator(`${widget} .quick-input-title, ${widget} .quick-input-message`)
    .allInnerTexts();
  return parts.filter((part) => part.trim() !== '').join('\n');
}

async function clickRow(window: WindowPage, label: string): Promise<void> {
  await until(
    `a quick pick row says "${label}"`,
    async () => {
      const labels = (await readPicks(window)).map((row) => row.label);
      const exact = labels.indexOf(label);
      const found = exact >= 0 ? exact : labels.findIndex((text) => text.startsWith(label));
      return found >= 0 && clickAt(window, found);
    },
    { describe: async () => JSON.stringify(await readPicks(window)) },
  );
}

/** The key was pressed before the workbench listened: `until` presses it again. */
function ignoreTimeout(error: unknown): void {
  if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
}

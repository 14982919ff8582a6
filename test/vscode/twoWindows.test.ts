import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { pick, runCommand } from './support/commandPalette.ts';
import { launchBrowser, openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { focusTerminal, readTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { readTerminalState } from './support/terminalProbe.ts';
import { until } from './support/until.ts';
import { openActivity, openRow } from './support/views.ts';

const prompt = /\$ ?$/;
const refusal = /window api is typing · Enter takes over/;
/** How long a window must be silent before another one of the same person may just type. */
const silenceMs = 3000;

describe('a session in two windows of one person', function () {
  this.timeout(600_000);
  let product: Product;
  let browser: Browser;
  let first: EditorWindow;
  let second: EditorWindow;

  before(async () => {
    product = await startProduct();
    browser = await launchBrowser();
    const place = { server: product.server, folder: product.folder, browser };
    first = await openEditorWindow(place);
    await runCommand(first, 'Waggle: New Session…');
    await pick(first, 'Shell');
    await waitForTerminalText(first, prompt);
    await typeUncontested(first, 'a');
    await waitForTerminalText(first, /\$ a$/);
    second = await openEditorWindow({ ...place, width: 1600, height: 1000 });
    await openActivity(second, 'Waggle');
    await openRow(second, 'Sessions', 'bash');
    await waitForTerminalText(second, /\$ a$/);
  });
  after(async () => {
    await second?.close();
    await first?.close();
    await browser?.close();
    await product?.stop();
  });

  async function type(window: EditorWindow, text: string): Promise<void> {
    await focusTerminal(window);
    await window.page.keyboard.type(text);
  }

  /** Until the shell of the session has taken the keys of a window that nobody contests. */
  async function typeUncontested(window: EditorWindow, text: string): Promise<void> {
    const from = Date.now() + silenceMs;
    await until('the other window was silent long enough', async () => Date.now() > from);
    await type(window, text);
  }

  async function sizeOf(window: EditorWindow): Promise<string> {
    const { cols, rows } = await readTerminalState(window);
    return `${cols}x${rows}`;
  }

  it('shows the one that only watches what the other types, in the size of the other', async () => {
    await until('the second has its own size, as the person has just opened it there', async () => {
      return (await sizeOf(first)) !== (await sizeOf(second));
    });
    await type(first, 'x');
    await waitForTerminalText(second, /\$ ax$/);
    await until('both show one size', async () => (await sizeOf(first)) === (await sizeOf(second)));
    await first.page.keyboard.press('Backspace');
    await waitForTerminalText(second, /\$ a$/);
    assert.doesNotMatch(await readTerminal(second), refusal);
    await second.screenshot('two-windows-observer-dark');
  });

  it('refuses the other while the first one types, says so, and Enter takes over with the keys kept', async () => {
    await type(first, 'b');
    await type(second, 'c');
    await waitForTerminalText(second, refusal);
    assert.match(await readTerminal(second), /\$ ab$/);
    await second.screenshot('two-windows-refused-dark');
    assert.doesNotMatch(await readTerminal(first), refusal);
    await second.page.keyboard.press('Enter');
    await waitForTerminalText(second, /\$ abc$/);
    await waitForTerminalText(first, /\$ abc$/);
  });

  it('has the size of the window that typed last, also when that was because the other was silent', async () => {
    const large = await sizeOf(second);
    await typeUncontested(first, 'd');
    await waitForTerminalText(second, /\$ abcd$/);
    await until('the second shows the size of the first', async () => {
      return (await sizeOf(second)) !== large && (await sizeOf(first)) === (await sizeOf(second));
    });
    await typeUncontested(second, 'e');
    await waitForTerminalText(first, /\$ abcde$/);
    await until('the second has its own size', async () => (await sizeOf(second)) === large);
  });

  it('gets the size of the window that is looked at while the other is silent, without a key', async () => {
    const large = await sizeOf(second);
    await runCommand(first, 'Waggle: New Session…');
    await pick(first, 'Shell');
    await waitForTerminalText(first, /^\$ ?$/);
    const from = Date.now() + silenceMs;
    await until('the second was silent long enough', async () => Date.now() > from);
    assert.equal(await sizeOf(second), large);
    await first.page.locator('.part.editor .tab').first().click();
    await waitForTerminalText(first, /\$ abcde$/);
    await until('the second shows the size of the first', async () => {
      return (await sizeOf(second)) !== large && (await sizeOf(first)) === (await sizeOf(second));
    });
    assert.match(await readTerminal(second), /\$ abcde$/);
  });
});

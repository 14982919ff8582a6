import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { acceptInput, fillInput, pick, readPrompt, runCommand } from './support/commandPalette.ts';
import { launchBrowser, openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import {
  focusTerminal,
  readTerminal,
  typeInTerminal,
  waitForTerminalText,
} from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, openRow, readTabs } from './support/views.ts';

/** The name of the editor's own command in terminals of this server. */
const code = 'code-server';
/** How long a window must be silent before another one of the same person may just type. */
const silenceMs = 3000;

describe('the window that shows a session', function () {
  this.timeout(600_000);
  let product: Product;
  let browser: Browser;
  let first: EditorWindow;
  let second: EditorWindow | undefined;

  before(async () => {
    // This server's command looks for a runtime beside itself that only its other packages have.
    product = await startProduct({ env: { NODE_EXEC_PATH: process.execPath } });
    browser = await launchBrowser();
    first = await openEditorWindow({ server: product.server, folder: product.folder, browser });
    // A session is not kept waiting for the editor's git for long; here it must have what git adds to terminals.
    await first.page.locator('.statusbar-item', { hasText: 'main' }).first().waitFor();
    await runCommand(first, 'Waggle: New Session…');
    await pick(first, 'Shell');
    await waitForTerminalText(first, /\$ ?$/);
  });
  after(async () => {
    await second?.close();
    await first?.close();
    await browser?.close();
    await product?.stop();
  });

  const isOpen = async (window: EditorWindow, name: string): Promise<boolean> =>
    (await readTabs(window)).some(({ title }) => title.startsWith(name));

  /** Asks by `code` for a new file, from the session's terminal, and waits until the window has it. */
  const openByCommand = async (window: EditorWindow, name: string): Promise<void> => {
    writeFileSync(join(product.folder, `${name}.txt`), `${name}\n`);
    await typeInTerminal(window, `clear; ${code} -r ${name}.txt; echo done-$?\n`);
    await until(`${name} is open`, () => isOpen(window, name), {
      describe: () => readTerminal(window),
    });
    await runCommand(window, 'View: Close Editor');
    await focusTerminal(window);
  };

  /** Lets git ask for a name, answers in the editor, and waits for what git reads. */
  const answerGit = async (window: EditorWindow, answer: string): Promise<void> => {
    const question = "Username for 'https://git.invalid':";
    await typeInTerminal(window, `clear; echo got-$($GIT_ASKPASS "${question}")\n`);
    await until('the editor asks', async () => (await readPrompt(window)).includes('git.invalid'), {
      describe: () => readPrompt(window),
    });
    await fillInput(window, answer);
    await acceptInput(window);
    await waitForTerminalText(window, new RegExp(`^got-${answer}$`, 'm'));
  };

  /** Until the window that typed last may be followed by another. */
  const untilSilent = async (): Promise<void> => {
    const silentAt = Date.now() + silenceMs;
    await until('the other window was silent long enough', async () => Date.now() > silentAt);
  };

  it('opens the file that is asked for by the editor’s command', async () => {
    await openByCommand(first, 'alpha');
  });

  it('answers what git asks', async () => {
    await answerGit(first, 'ada');
    await first.screenshot('git-askpass-dark-1400');
  });

  it('does both after a reload', async () => {
    await first.reload();
    await waitForTerminalText(first, /^got-ada$/m);
    await typeInTerminal(first, '\n');
    await openByCommand(first, 'beta');
    await answerGit(first, 'bob');
  });

  it('is the one that attached last, and then the one in which a person types', async () => {
    second = await openEditorWindow({ server: product.server, folder: product.folder, browser });
    await openActivity(second, 'Waggle');
    await openRow(second, 'Sessions', 'bash');
    await waitForTerminalText(second, /^got-bob$/m);
    await untilSilent();
    await openByCommand(second, 'gamma');
    assert.equal(await isOpen(first, 'gamma'), false);
    await untilSilent();
    await openByCommand(first, 'delta');
    assert.equal(await isOpen(second, 'delta'), false);
  });
});

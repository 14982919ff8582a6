import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pick, readPicks, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  answerDialog,
  chooseFromContextMenu,
  openActivity,
  readTree,
  treeRow,
  waitForRow,
} from './support/views.ts';

describe('a private session in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;

  before(async () => {
    product = await startProduct();
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  it('is chosen behind More…, and its row says that it is private', async () => {
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'More…');
    await until('what is kept', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Private Session…'),
    );
    await window.screenshot('keeping-more');
    await pick(window, 'Private Session…');
    await until('the choices again', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Shell'),
    );
    const offered = (await readPicks(window)).map(({ label }) => label);
    assert.ok(!offered.includes('More…'), offered.join());
    await pick(window, 'Shell');
    await waitForTerminalText(window, /\$ ?$/);
    await openActivity(window, 'Waggle');
    const row = await waitForRow(window, 'Sessions', /bash/);
    assert.match(row.description, /shell · private · main · /);
  });

  it('says in its tooltip what it uses', async () => {
    await treeRow(window, 'Sessions', 'bash').hover();
    const hover = window.page.locator('.workbench-hover-container', { hasText: /CPU \d+ %/ });
    const text = await hover.innerText({ timeout: 30_000 });
    await window.screenshot('keeping-tooltip');
    assert.match(text, /CPU \d+ % · \d+ MB · 1 process\b/);
    assert.match(text, /private: nothing of it is written to disk/);
  });

  it('is forgotten when it has ended and its tab is closed', async () => {
    await typeInTerminal(window, 'exit\n');
    await waitForTerminalText(window, /exited 0|ended|Enter/i);
    await runCommand(window, 'View: Close All Editors');
    await until('no row', async () => (await readTree(window, 'Sessions')).length === 0);
  });

  it('differs from one of which nothing is kept any more: that is chosen from its row', async () => {
    const listSpool = async (): Promise<number> => readdirSync(join(product.home, 'spool')).length;
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await until('output is kept', async () => (await listSpool()) === 1);
    await waitForRow(window, 'Sessions', /bash/);
    await chooseFromContextMenu(
      window,
      treeRow(window, 'Sessions', 'bash'),
      'Choose What Is Kept…',
    );
    await until('what is kept', async () => {
      const labels = (await readPicks(window)).map(({ label }) => label);
      return labels.join() === 'Nothing,The Newest,All';
    });
    await window.screenshot('keeping-choice');
    await pick(window, 'Nothing');
    await answerDialog(window, 'Remove');
    await until('nothing is kept', async () => (await listSpool()) === 0);
  });
});

/** The extension host dies while a session is shown: the editor starts another, and the terminal is back in one tab. */
import assert from 'node:assert/strict';
import { listTree } from '../../scripts/processTree.ts';
import { pick, runCommand } from './support/commandPalette.ts';
import type { EditorWindow } from './support/editorWindow.ts';
import { openEditorWindow } from './support/editorWindow.ts';
import type { Product } from './support/product.ts';
import { startProduct } from './support/product.ts';
import { countTerminals, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, readTabs, waitForRow } from './support/views.ts';

describe('a crash of the extension host', function () {
  this.timeout(180_000);
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

  const findHost = (): number | undefined =>
    listTree(product.server.pid).find(({ command }) => command.includes('--type=extensionHost'))
      ?.pid;

  it('costs no session: the terminal is back by itself, once, with the same process', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, /\$ ?$/);
    await typeInTerminal(window, "echo first''=$$\n");
    const before = /first=(\d+)/.exec(await waitForTerminalText(window, /^first=\d+/m))?.[1];
    // One of the editor's own, of the same name: it is nobody's relic.
    await runCommand(window, 'Terminal: Create New Terminal');
    await until('both terminals are shown', async () => (await countTerminals(window)) === 2);
    const crashed = findHost();
    assert.ok(crashed !== undefined);
    process.kill(crashed, 'SIGKILL');
    await until('another extension host runs', async () => {
      const pid = findHost();
      return pid !== undefined && pid !== crashed;
    });
    await waitForRow(window, 'Sessions', /bash/);
    await until('one living tab is left', async () => {
      const tabs = await readTabs(window);
      return tabs.length === 1 && (await countTerminals(window)) === 2;
    });
    await waitForTerminalText(window, /^first=\d+/m);
    await window.screenshot('after-crash-dark-1400');
    await typeInTerminal(window, "echo second''=$$\n");
    const after = /second=(\d+)/.exec(await waitForTerminalText(window, /^second=\d+/m))?.[1];
    assert.equal(after, before);
  });
});

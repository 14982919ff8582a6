/** The extension host dies while a session is shown: the editor starts another, and the terminal is back in one tab. */
import assert from 'node:assert/strict';
import { listTree } from '../../scripts/processTree.ts';
import { pick, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import type { Product } from './support/product.ts';
import { startProduct } from './support/product.ts';
import {
  countTerminals,
  focusTerminal,
  typeInTerminal,
  waitForTerminalText,
} from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, readTabs, waitForRow } from './support/views.ts';

/** Each is crashed twice. */
const windowCount = process.env['WAGGLE_TEST_LONG'] === '1' ? 10 : 1;

describe('a crash of the extension host', function () {
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

  const findHost = (): number | undefined =>
    listTree(product.server.pid).findLast(({ command }) => command.includes('--type=extensionHost'))
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

  it('loses nothing of what is printed meanwhile, however often it comes', async function () {
    this.timeout(600_000 + windowCount * 90_000);
    const address = window.page.url();
    await typeInTerminal(window, 'seq 1 400 | sed s/^/kept/\n');
    await waitForTerminalText(window, /^kept400$/m);
    for (let count = 1; count <= 2 * windowCount; count += 1) {
      // A third crash within minutes makes the editor ask instead of starting another one, so the window is left before.
      if (count % 2 === 1) {
        await window.page.goto('about:blank');
        await window.page.goto(address);
        await waitForTerminalText(window, /^kept400$/m);
      }
      const crashed = findHost();
      assert.ok(crashed !== undefined);
      const begun = new RegExp(`^b${count}egun$`, 'm');
      // What is brought back takes the keyboard once more when it is in its place.
      await until(`command ${count} has begun`, async () => {
        await focusTerminal(window);
        await window.page.keyboard.press('Control+U');
        const command = `n=${count}; echo b$((n))egun; sleep 0.5; seq 1 30; echo n$((n))of\n`;
        await typeInTerminal(window, command);
        return waitForTerminalText(window, begun, { withinMs: 5000 }).catch(ignoreWait);
      });
      process.kill(crashed, 'SIGKILL');
      await until('another extension host runs', async () => {
        const pid = findHost();
        return pid !== undefined && pid !== crashed;
      });
      const shown = await waitForTerminalText(window, new RegExp(`^n${count}of$`, 'm'));
      assert.match(shown, new RegExp(`\\n29\\n30\\nn${count}of`));
    }
    assert.match(await waitForTerminalText(window, /^kept400$/m), /^kept399\nkept400$/m);
  });
});

/** The keys went where the focus was moved to. */
function ignoreWait(error: unknown): undefined {
  if (error instanceof Error && error.message.startsWith('Waited in vain')) return undefined;
  throw error;
}

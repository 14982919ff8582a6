import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptInput, fillInput, pick, readPicks, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import {
  countTerminals,
  readTerminal,
  typeInTerminal,
  waitForTerminalText,
} from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  openActivity,
  readTabs,
  readTree,
  readWelcome,
  treeRow,
  waitForRow,
} from './support/views.ts';

/** Stands in for an agent's program: draws a screen of its own and waits. */
const agentScript = `#!/bin/sh
printf '\\033]0;✳ Claude Code\\007\\033[?1049h\\033[2J\\033[HWelcome to the agent\\r\\nargs: %s\\r\\n> ' "$*"
while read -r line; do printf 'you said %s\\r\\n> ' "$line"; done
`;

describe('the terminals of a window', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;

  before(async () => {
    product = await startProduct({ theme: 'Light Modern' });
    const bin = join(product.userHome, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'claude'), agentScript);
    chmodSync(join(bin, 'claude'), 0o755);
    writeFileSync(join(product.userHome, '.profile'), `PATH="${bin}:$PATH"\n`);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  it('open an agent that is on the PATH of the login shell alone', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await until('the agent is found', async () => {
      const icons = window.page.locator('.quick-input-list-row', { hasText: 'Claude Code' });
      return !(await icons.first().innerText()).includes('not found');
    });
    await window.screenshot('new-session-light-1400');
    await pick(window, 'Claude Code');
    await waitForTerminalText(window, /Welcome to the agent/);
    await waitForTerminalText(window, /args: .*--session-id/);
    await typeInTerminal(window, 'hello\n');
    await waitForTerminalText(window, /you said hello/);
  });

  it('stand beside code, in groups, with their tabs in order', async () => {
    await runCommand(window, 'View: New Editor Group to the Right');
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, /\$ ?$/, { index: 1 });
    await runCommand(window, 'Go to File...');
    await fillInput(window, 'server.py');
    await until(
      'the file alone is offered',
      async () => (await readPicks(window))[0]?.label === 'server.py',
    );
    await acceptInput(window);
    await until('the file is open', async () =>
      (await readTabs(window)).some(({ title }) => title === 'server'),
    );
    await window.screenshot('beside-code-light-1400');
  });

  it('come back in their groups and order, the active ones in front, without the focus', async () => {
    const before = await readTabs(window);
    assert.equal(new Set(before.map(({ group }) => group)).size, 2, JSON.stringify(before));
    await window.reload();
    await until(
      'all tabs are back',
      async () => {
        const tabs = await readTabs(window);
        return JSON.stringify(tabs) === JSON.stringify(before);
      },
      {
        describe: async () =>
          `${JSON.stringify(await readTabs(window))}\nbefore ${JSON.stringify(before)}`,
      },
    );
    await waitForRow(window, 'Sessions', 'bash');
    await window.screenshot('restored-light-1400');
    await until('a click on its row shows the agent', async () => {
      await treeRow(window, 'Sessions', 'Claude Code').click();
      return /you said hello/.test(await readTerminal(window));
    });
  });

  it('fit a narrow window', async () => {
    await window.resize(900, 900);
    await openActivity(window, 'Waggle');
    await window.screenshot('restored-light-900');
    await window.resize(1400, 900);
  });

  it('open in the panel from the + menu', async () => {
    const before = await countTerminals(window);
    // The list closes when a terminal beside it takes the focus.
    await until('the profiles are offered', async () => {
      await runCommand(window, 'Create New Terminal (With Profile)');
      const offered = await readPicks(window);
      return offered.some(({ label }) => label.startsWith('Waggle Session'));
    });
    await pick(window, 'Waggle Session');
    await until('a terminal is there', async () => (await countTerminals(window)) === before + 1);
    await window.screenshot('panel-light-1400');
    const rows = (await readTree(window, 'Sessions')).filter(({ level }) => level === 2);
    assert.equal(rows.length, 3, JSON.stringify(rows));
  });
});

describe('a folder that is not trusted', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;

  before(async () => {
    product = await startProduct({ workspaceTrust: true });
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  it('starts nothing and says why, with the one button that changes it', async () => {
    await openActivity(window, 'Waggle');
    const { text, buttons } = await readWelcome(window, 'Sessions');
    assert.match(text, /^This folder is not trusted, so Waggle starts nothing in it\./);
    assert.deepEqual(buttons, ['Manage Workspace Trust']);
    await window.screenshot('untrusted-dark-1400');
    await runCommand(window, 'Waggle: New Session…');
    const toast = window.page.locator('.notification-toast', { hasText: 'is not trusted' });
    await toast.waitFor();
    await toast.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).click();
    await window.page.locator('.workspace-trust-editor').waitFor();
    assert.equal(product.daemonPid(), undefined);
  });

  it('offers to start something once the person trusts it', async () => {
    await window.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust/ })
      .first()
      .click();
    await openActivity(window, 'Waggle');
    await until('the shell is offered', async () =>
      (await readWelcome(window, 'Sessions')).buttons.includes('Shell'),
    );
  });
});

/** The checklist that gives agents access, and "Remove Everything…": ticked, seen, tried, undone, in two themes and widths. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  acceptInput,
  dismissInput,
  fillInput,
  pick,
  readPicks,
  readPrompt,
  runCommand,
} from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { until } from './support/until.ts';

const themes = [
  ['Dark Modern', 'vs-dark', 'dark'],
  ['Light Modern', 'vs', 'light'],
] as const;
const rows = '.quick-input-list .monaco-list-row';
const title = 'Give Agents Access to Memory and Tasks';

describe('access for agents, in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  const claude = '{\n  "numStartups": 2,\n  "theme": "dark"\n}\n';
  const codex = '# mine\nmodel = "x"\n';
  const files = {
    claude: '.claude.json',
    codex: '.codex/config.toml',
    gemini: '.gemini/settings.json',
  };

  before(async () => {
    product = await startProduct();
    for (const directory of ['.codex', '.gemini']) mkdirSync(join(product.userHome, directory));
    writeFileSync(join(product.userHome, files.claude), claude);
    writeFileSync(join(product.userHome, files.codex), codex);
    writeFileSync(join(product.userHome, files.gemini), '{ "mcpServers": ');
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  const read = (agent: keyof typeof files): string =>
    readFileSync(join(product.userHome, files[agent]), 'utf8');
  let look = '';
  const useTheme = async (theme: string, kind: string): Promise<void> => {
    await runCommand(window, 'Preferences: Color Theme');
    await fillInput(window, theme);
    await until('it is found', async () => (await readPicks(window))[0]?.label === theme);
    await acceptInput(window);
    await window.page.locator(`.monaco-workbench.${kind}`).first().waitFor();
  };
  const picture = async (name: string): Promise<void> => {
    for (const width of [900, 1400]) {
      await window.resize(width, 900);
      await readPicks(window);
      await window.screenshot(`access-${name}-${look}-${width}`);
    }
  };
  const tick = (label: string): Promise<void> =>
    window.page
      .locator(rows, { hasText: label })
      .locator('.monaco-checkbox, input[type=checkbox]')
      .first()
      .click();
  /** After a click on a box the keyboard is there. */
  const pressOk = (): Promise<void> =>
    window.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).first().click();
  const waitForTitle = (wanted: string, row: string): Promise<unknown> =>
    until(
      `"${wanted}" offers "${row}"`,
      async () =>
        (await readPrompt(window)).includes(wanted) &&
        (await readPicks(window)).some(({ label }) => label === row),
      { withinMs: 90_000, describe: async () => JSON.stringify(await readPicks(window)) },
    );
  const described = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await readPicks(window)).map(({ label, description }) => [label, description]),
    );

  for (const [theme, kind, word] of themes) {
    it(`lists who is here, ticked, and who cannot be helped with the reason (${word})`, async () => {
      look = word;
      // The window begins in the dark one.
      if (word !== 'dark') await useTheme(theme, kind);
      await runCommand(window, `Waggle: ${title}…`);
      await waitForTitle(title, 'Claude Code');
      const found = await readPicks(window);
      assert.deepEqual(
        found.map(({ label, description }) => [label, description]),
        [
          ['Claude Code', 'no access yet'],
          ['Codex', 'no access yet'],
          ['Gemini CLI', 'left alone'],
          ['opencode', 'not found on this machine'],
          ['Cursor', 'not found on this machine'],
        ],
      );
      assert.match(found[2]?.detail ?? '', /settings\.json cannot be read: line 1: value expected/);
      await picture('checklist');
    });

    it(`shows each change in the editor’s own diff before anything is written (${word})`, async () => {
      await acceptInput(window);
      await waitForTitle(title, 'Write These 2 Files');
      await until('the diff shows both entries', async () => {
        const text = await window.page.locator('.part.editor').innerText();
        return /"waggle"/.test(text) && /\[mcp_servers\.waggle\]/.test(text);
      });
      assert.deepEqual([read('claude'), read('codex')], [claude, codex]);
      await picture('diff');
    });

    it(`writes, tries each entry with a tool, and says green or red (${word})`, async () => {
      await pick(window, 'Write These 2 Files');
      await waitForTitle('Access to Memory and Tasks', 'Undo');
      const outcomes = await described();
      assert.deepEqual(
        [outcomes['Claude Code'], outcomes['Codex'], outcomes['Undo']],
        ['works', 'works', 'each file as it was'],
      );
      assert.match(
        (await readPicks(window))[0]?.detail ?? '',
        /^\d+ tools; "\w+" answered in \d+ ms$/,
      );
      assert.match(read('codex'), /\[mcp_servers\.waggle\]/);
      assert.equal(await window.page.locator('.tab', { hasText: 'Access to Memory' }).count(), 0);
      await picture('green');
    });

    it(`is undone to the byte (${word})`, async () => {
      await pick(window, 'Undo');
      await until(
        'both are as they were',
        async () => read('claude') === claude && read('codex') === codex,
      );
    });

    it(`says red with the reason where it may not write (${word})`, async () => {
      await runCommand(window, `Waggle: ${title}…`);
      await waitForTitle(title, 'Claude Code');
      await tick('Gemini CLI');
      await tick('Codex');
      await pressOk();
      await waitForTitle(title, 'Write This File');
      await pick(window, 'Write This File');
      await waitForTitle('Access to Memory and Tasks', 'Undo');
      assert.equal((await described())['Gemini CLI'], 'does not work');
      await picture('red');
      await pick(window, 'Undo');
      await until('it is as it was', async () => read('claude') === claude);
    });
  }

  it('takes access back from who is not ticked any more', async () => {
    await runCommand(window, `Waggle: ${title}…`);
    await waitForTitle(title, 'Claude Code');
    await acceptInput(window);
    await waitForTitle(title, 'Write These 2 Files');
    await pick(window, 'Write These 2 Files');
    await waitForTitle('Access to Memory and Tasks', 'Undo');
    await dismissInput(window);
    await runCommand(window, `Waggle: ${title}…`);
    await waitForTitle(title, 'Claude Code');
    assert.equal((await described())['Codex'], 'has access');
    await tick('Codex');
    await pressOk();
    await waitForTitle(title, 'Write This File');
    await pick(window, 'Write This File');
    await until('it is taken back', async () => read('codex') === codex);
    await waitForTitle('Access to Memory and Tasks', 'Codex');
    assert.equal((await described())['Codex'], 'access taken back');
    await dismissInput(window);
  });

  it('removes everything that is ticked, and the data only when that is ticked too', async () => {
    await runCommand(window, 'Waggle: Remove Everything…');
    await waitForTitle('Remove Everything', 'Access of Claude Code');
    await picture('remove');
    await tick('All Data');
    await pressOk();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.screenshot('access-remove-asks');
    await dialog.locator('.monaco-button', { hasText: 'Remove' }).first().click();
    await until(
      'nothing is left',
      async () => read('claude') === claude && !existsSync(product.home),
      { withinMs: 60_000 },
    );
    assert.equal(product.daemonPid(), undefined);
  });
});

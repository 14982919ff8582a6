/** The checklist that gives agents access, and "Remove Everything…": ticked, seen, tried, undone, in two themes and widths. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptInput, pick, readPicks, readPrompt, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { until } from './support/until.ts';

const themes = [
  ['Dark Modern', 'vs-dark', 'dark'],
  ['Light Modern', 'vs', 'light'],
] as const;
const title = 'Give Agents Access to Memory and Tasks';

describe('access for agents, in the editor', function () {
  this.timeout(300_000);
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
  /** The list stays open: settings change from outside. */
  const inEachLook = async (name: string): Promise<void> => {
    for (const [theme, kind, word] of themes) {
      product.changeSettings({ 'workbench.colorTheme': theme });
      await window.page.locator(`.monaco-workbench.${kind}`).first().waitFor();
      for (const width of [1400, 900]) {
        await window.resize(width, 900);
        await readPicks(window);
        await window.screenshot(`${name}-${word}-${width}`);
      }
    }
  };
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

  it('lists who is here, ticked, and who cannot be helped with the reason', async () => {
    await runCommand(window, `Waggle: ${title}…`);
    await waitForTitle(title, 'Claude Code');
    const rows = await readPicks(window);
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['Claude Code', 'no access yet'],
        ['Codex', 'no access yet'],
        ['Gemini CLI', 'left alone'],
        ['opencode', 'not found on this machine'],
        ['Cursor', 'not found on this machine'],
      ],
    );
    assert.match(rows[2]?.detail ?? '', /settings\.json cannot be read: line 1/);
    const ticked = window.page.locator(
      '.quick-input-list .monaco-list-row input:checked, .quick-input-list .monaco-list-row .monaco-checkbox[aria-checked="true"]',
    );
    assert.equal(await ticked.count(), 2);
    await inEachLook('access-checklist');
  });

  it('shows each change in the editor’s own diff before anything is written', async () => {
    await acceptInput(window);
    await waitForTitle(title, 'Write These 2 Files');
    const diff = window.page.locator('.multiDiffEditor, .multi-diff-editor, .monaco-diff-editor');
    await until('the diff shows both entries', async () => {
      const text = (await window.page.locator('.part.editor').innerText()).replaceAll(
        '\u00a0',
        ' ',
      );
      return text.includes('"waggle"') && text.includes('[mcp_servers.waggle]');
    });
    assert.ok((await diff.count()) > 0);
    assert.deepEqual([read('claude'), read('codex')], [claude, codex]);
    await inEachLook('access-diff');
  });

  it('writes, tries each entry with a tool, and says green', async () => {
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
    await inEachLook('access-green');
  });

  it('is undone to the byte', async () => {
    await pick(window, 'Undo');
    await until(
      'both are as they were',
      async () => read('claude') === claude && read('codex') === codex,
    );
  });

  it('says red with the reason, and takes access back from who is not ticked any more', async () => {
    await runCommand(window, `Waggle: ${title}…`);
    await waitForTitle(title, 'Claude Code');
    await window.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Gemini CLI' })
      .locator('.monaco-checkbox, input[type=checkbox]')
      .first()
      .click();
    await acceptInput(window);
    await waitForTitle(title, 'Write These 2 Files');
    await pick(window, 'Write These 2 Files');
    await waitForTitle('Access to Memory and Tasks', 'Undo');
    assert.equal((await described())['Gemini CLI'], 'does not work');
    await inEachLook('access-red');
    await window.page.keyboard.press('Escape');
    await runCommand(window, `Waggle: ${title}…`);
    await waitForTitle(title, 'Claude Code');
    assert.equal((await described())['Codex'], 'has access');
    await window.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Codex' })
      .locator('.monaco-checkbox, input[type=checkbox]')
      .first()
      .click();
    await acceptInput(window);
    await waitForTitle(title, 'Write This File');
    await pick(window, 'Write This File');
    await until('it is taken back', async () => read('codex') === codex);
    await waitForTitle('Access to Memory and Tasks', 'Codex');
    await window.page.keyboard.press('Escape');
  });

  it('removes everything that is ticked, and the data only when that is ticked too', async () => {
    await runCommand(window, 'Waggle: Remove Everything…');
    await waitForTitle('Remove Everything', 'Access of Claude Code');
    await inEachLook('access-remove');
    const data = window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'All Data' });
    await data.locator('.monaco-checkbox, input[type=checkbox]').first().click();
    await acceptInput(window);
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.screenshot('access-remove-asks');
    await dialog.locator('.monaco-button', { hasText: 'Remove' }).first().click();
    await until(
      'nothing is left',
      async () => read('claude') === claude && !existsSync(product.home),
      {
        withinMs: 60_000,
      },
    );
    assert.equal(product.daemonPid(), undefined);
  });
});

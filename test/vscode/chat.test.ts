/** Chats in the real editor with the real Claude Code: what a person sees, does and decides. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClaudeCodeRun } from '../agents/support/claudeCode.ts';
import { prepareClaudeCode } from '../agents/support/claudeCode.ts';
import { installAgents } from '../agents/support/install.ts';
import { chatFrame, composer, say, waitForText } from './support/chatPage.ts';
import { readPicks, runCommand } from './support/commandPalette.ts';
import type { EditorWindow } from './support/editorWindow.ts';
import { openEditorWindow } from './support/editorWindow.ts';
import type { Product } from './support/product.ts';
import { startProduct } from './support/product.ts';
import { until } from './support/until.ts';
import { openActivity, readTabs, waitForRow } from './support/views.ts';

function trustFolder(configDirectory: string, folder: string): void {
  const path = join(configDirectory, '.claude.json');
  const seed: { projects: Record<string, object> } = JSON.parse(readFileSync(path, 'utf8'));
  seed.projects[folder] = { hasTrustDialogAccepted: true };
  writeFileSync(path, JSON.stringify(seed));
}

describe('a chat in the editor', function () {
  this.timeout(180_000);
  let run: ClaudeCodeRun;
  let product: Product;
  let window: EditorWindow;

  before(async function () {
    this.timeout(600_000);
    await installAgents();
    run = await prepareClaudeCode();
    const { HOME: _home, PATH: path, ...agentEnv } = run.env;
    const bin = join(run.home.root, 'bin');
    mkdirSync(bin);
    symlinkSync(run.command[0], join(bin, 'claude'));
    product = await startProduct({
      env: { ...agentEnv, SHELL: '/bin/bash', PATH: `${bin}:${path ?? ''}` },
    });
    writeFileSync(join(product.userHome, '.profile'), `PATH='${bin}':$PATH\n`);
    trustFolder(run.home.configDirectory, product.folder);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
    await run?.stop();
  });

  it('is offered beside the terminal, and opens', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await until('the agent is offered', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Claude Code'),
    );
    const row = window.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'Claude Code',
    });
    await row.hover();
    await row.locator('.action-label[aria-label="as Chat"]').click();
    try {
      await composer(window).waitFor({ timeout: 60_000 });
    } finally {
      await window.screenshot('chat-empty-dark-1400');
      console.log(window.errors.slice(-20), window.refused);
    }
  });

  it('streams what the agent says', async () => {
    await say(window, 'hello [[think hm]] [[say Hello **from** the `script`.]]');
    await waitForText(window, 'Hello from the script.');
    await window.screenshot('chat-first-dark-1400');
    await waitForRow(window, 'Sessions', /hello/);
    assert.equal((await readTabs(window)).length, 1);
    assert.equal(await chatFrame(window).locator('.markdown strong').innerText(), 'from');
  });
});

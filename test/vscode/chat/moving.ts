/** A conversation that goes on in a terminal and comes back, files that go back, and how new ones open. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chatFrame, composer, inPage, waitForText } from '../support/chatPage.ts';
import type { ChatRig } from './rig.ts';
import { isGone } from './rig.ts';
import { readPicks, runCommand } from '../support/commandPalette.ts';
import { connectProduct } from '../support/daemonClient.ts';
import { until } from '../support/until.ts';
import { answerDialog, readTabs } from '../support/views.ts';

async function pressInTitle({ window }: ChatRig, name: string): Promise<void> {
  const button = window.page.locator(
    `.editor-group-container.active .editor-actions .action-label[aria-label^="${name}"]`,
  );
  await button.click();
}

export function tellRestoring(rigOf: () => ChatRig): void {
  it('puts files back to before a turn, by the button of that turn', async () => {
    const { window, product } = rigOf();
    const path = join(product.folder, 'server.py');
    assert.match(readFileSync(path, 'utf8'), /9090/);
    const restore = chatFrame(window)
      .locator('.turn-end')
      .last()
      .getByRole('button', { name: 'Restore Files to before This Turn…' });
    const dialog = window.page.locator('.monaco-dialog-box');
    await until('the turn is over', () =>
      inPage(window.page, () => {
        const last = [...document.querySelectorAll<HTMLElement>('.row')].at(-1);
        return last?.dataset['kind'] === 'turnEnded';
      }),
    );
    await until('it is asked whether', async () => {
      await restore.click({ timeout: 3000 }).catch(isGone);
      return dialog.waitFor({ timeout: 3000 }).then(() => true, isGone);
    });
    await window.screenshot('chat-restore-dark-1400');
    assert.match(await dialog.innerText(), /Restore files to before turn \d+\?[^]*~ server\.py/);
    await answerDialog(window, 'Restore');
    await until('it is as it was', async () => /8080/.test(readFileSync(path, 'utf8')));
  });
}

export function tellMoving(rigOf: () => ChatRig): void {
  it('goes on in a terminal from its title, with what was written, and comes back the same way', async () => {
    const rig = rigOf();
    const { window } = rig;
    // The daemon is another one than at the beginning.
    const link = await connectProduct(rig.product);
    await composer(window).fill('half of a thought');
    // What a hurried press takes along is said in `drafts.test.ts`: here the press may come before the letters.
    await until('the daemon has it', async () =>
      (await link.call('chat/list', {})).chats.some(({ draft }) => draft === 'half of a thought'),
    );
    link.dispose();
    await pressInTitle(rig, 'Switch to Terminal');
    const rows = window.page.locator('.editor-group-container.active .xterm-rows');
    await rows.waitFor({ timeout: 60_000 });
    await until('the text stands in the terminal', async () =>
      (await rows.innerText()).replaceAll('\u00a0', ' ').includes('half of a thought'),
    );
    await window.screenshot('chat-terminal-dark-1400');
    assert.equal(
      (await readTabs(window)).filter(({ title }) => /first chat/.test(title)).length,
      1,
    );
    await pressInTitle(rig, 'Switch to Chat');
    await composer(window).waitFor({ timeout: 60_000 });
    await until(
      'the text is back',
      async () => (await composer(window).inputValue()) === 'half of a thought',
    );
    await composer(window).fill('');
    await waitForText(window, 'alive');
  });

  it('is offered beside the terminal whatever the setting says', async () => {
    const { window } = rigOf();
    const row = window.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'Claude Code',
    });
    const chat = window.page.locator('.part.editor .tab.active', { hasText: 'Claude Code' });
    await until('a new chat is in front', async () => {
      await runCommand(window, 'Waggle: New Session…');
      await row.hover({ timeout: 5000 }).catch(isGone);
      const rows = await readPicks(window);
      assert.ok(!rows.some(({ description }) => description.includes('as chat')));
      await row
        .locator('.action-label[aria-label="as Chat"]')
        .click({ timeout: 5000 })
        .catch(isGone);
      return chat.waitFor({ timeout: 20_000 }).then(() => true, isGone);
    });
    await chatFrame(window).locator('.empty').waitFor();
  });
}

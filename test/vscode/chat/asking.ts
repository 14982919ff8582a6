/** What is asked by several at once, and plans. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { card, chatFrame, press, say, waitForCard, waitForText } from '../support/chatPage.ts';
import type { ChatRig } from './rig.ts';
import { openChat } from './rig.ts';
import { pick } from '../support/commandPalette.ts';
import { pictureLooks } from '../support/looks.ts';
import { until } from '../support/until.ts';

export function tellAsking(rigOf: () => ChatRig): void {
  it('offers to allow once for all chats that ask the same, also when the other one asks later', async () => {
    const { window, product, connect, createChat } = rigOf();
    const sessionId = await createChat('second');
    await openChat(window, 'first chat');
    const asked = '[[tool Bash {"command":"echo both >> both.txt"}]] [[say \\u0062oth]]';
    await say(window, asked);
    await waitForCard(window);
    assert.equal(await card(window).getByRole('button', { name: 'for All' }).count(), 0);
    const link = await connect();
    await link.call('chat/send', { sessionId, messageId: randomUUID(), text: asked });
    await card(window).getByRole('button', { name: 'Allow Once for All 2' }).waitFor();
    await window.screenshot('chat-same-dark-1400');
    await press(window, 'Allow Once for All 2');
    await waitForText(window, 'both');
    await until('the other one is done too', async () => {
      const { chat } = await link.call('chat/get', { sessionId });
      return chat.turn === null && chat.asking.length === 0;
    });
    assert.equal(readFileSync(join(product.folder, 'both.txt'), 'utf8'), 'both\nboth\n');
  });

  it('shows a plan as it reads, and goes on with it or not', async () => {
    const { window, darken } = rigOf();
    await chatFrame(window).locator('.status-line .pick', { hasText: 'Ask' }).click();
    await pick(window, 'Plan');
    await chatFrame(window).locator('.status-line .pick', { hasText: 'Plan' }).waitFor();
    const plan = '# Move the port\\n\\n1. Read `server.py`\\n2. Take **9090**\\n3. Run the tests';
    await say(window, `[[tool ExitPlanMode {"plan":"${plan}"}]] [[say \\u0070lanned]]`);
    const shown = await waitForCard(window);
    assert.equal(await shown.locator('.card-body h1').innerText(), 'Move the port');
    assert.equal(await shown.locator('.card-body li').count(), 3);
    assert.deepEqual(
      (await shown.getByRole('button').allInnerTexts()).map((text) => text.trim()),
      ['Deny', 'Deny and Tell It…', 'Go On'],
    );
    await pictureLooks(window, 'chat-plan', () => card(window).waitFor());
    await darken();
    await press(window, 'Go On');
    await waitForText(window, /you allowed: its plan/);
    await waitForText(window, 'planned');
  });
}

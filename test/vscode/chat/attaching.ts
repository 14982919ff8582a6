/** What goes along with a prompt, and pictures in both directions. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chatFrame, composer, inPage, say, waitForText } from '../support/chatPage.ts';
import type { ChatRig } from './rig.ts';
import { isGone } from './rig.ts';
import { pick, readPrompt, runCommand } from '../support/commandPalette.ts';
import { pictureLooks } from '../support/looks.ts';
import { until } from '../support/until.ts';
import { readTabs } from '../support/views.ts';

/** 40 × 30, red. */
const redPicture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAAK0lEQVR42u3NMQ0AAAgDsEmafxVIQgYcTfo3056IWCwWi8VisVgsFov/xgtTcpFM7B68FwAAAABJRU5ErkJggg==',
  'base64',
);

export function tellAttaching(rigOf: () => ChatRig): void {
  tellPictures(rigOf);
  tellFiles(rigOf);
  tellMentions(rigOf);
  tellEditors(rigOf);
}

function tellPictures(rigOf: () => ChatRig): void {
  it('takes a picture that is pasted, and the agent sees it', async () => {
    const { window, run } = rigOf();
    await window.page.evaluate(
      async (bytes) => {
        const picture = new Blob([Uint8Array.from(bytes)], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
      },
      [...redPicture],
    );
    const part = chatFrame(window).locator('.part img.thumb');
    await until('the picture is beside the text', async () => {
      if ((await part.count()) > 0) return true;
      await composer(window).press('Control+v');
      return part.waitFor({ timeout: 2000 }).then(() => true, isGone);
    });
    await say(window, '[[say \\u0073een]]');
    await waitForText(window, 'seen');
    const shown = chatFrame(window).locator('img.attached-picture').last();
    await until('it stands in the question', async () =>
      shown.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth === 40),
    );
    const isPicture = /"media_type":"image\/png"/;
    assert.ok(run.modelServer.requests.some(({ body }) => isPicture.test(JSON.stringify(body))));
  });

  it('shows a picture of its folder where an answer names it, and none from elsewhere', async () => {
    const { window, product, darken } = rigOf();
    writeFileSync(join(product.folder, 'shot.png'), redPicture);
    writeFileSync(join(product.userHome, 'private.png'), redPicture);
    const outside = join(product.userHome, 'private.png');
    await say(window, `[[say \\u0054wo: ![a red field](shot.png) ![not mine](${outside})]]`);
    await waitForText(window, `![not mine](${outside})`);
    const picture = chatFrame(window).locator('.text img.picture');
    await pictureLooks(window, 'chat-picture', () => picture.waitFor());
    await darken();
    assert.deepEqual(
      await picture.evaluateAll((all) => all.map((image) => image.getAttribute('alt'))),
      ['a red field'],
    );
  });
}

function tellFiles(rigOf: () => ChatRig): void {
  it('takes what is dropped: files as the editor names them, pictures as they are', async () => {
    const { window, product } = rigOf();
    await inPage(window.page, () => {
      const drop = (fill: (data: DataTransfer) => void): void => {
        const dataTransfer = new DataTransfer();
        fill(dataTransfer);
        const event = { dataTransfer, bubbles: true, cancelable: true };
        document.querySelector('.composer')?.dispatchEvent(new DragEvent('drop', event));
      };
      Object.assign(globalThis, { drop });
    });
    const address = `file://${product.folder}/README.md`;
    await chatFrame(window)
      .locator('.composer')
      .evaluate((_composer, uri) => {
        const { drop } = globalThis as unknown as {
          readonly drop: (fill: (data: DataTransfer) => void) => void;
        };
        drop((data) => data.setData('application/vnd.code.uri-list', uri));
        const bytes = Uint8Array.from(atob('R0lGODlhAQABAAAAACwAAAAAAQABAAA='), (one) =>
          one.charCodeAt(0),
        );
        drop((data) => data.items.add(new File([bytes], 'dot.gif', { type: 'image/gif' })));
        drop((data) => data.items.add(new File(['x'], 'sums.ods', { type: 'application/ods' })));
      }, address);
    const parts = chatFrame(window).locator('.part');
    await until('both are there', async () => (await parts.count()) === 2);
    const texts = await parts.allInnerTexts();
    assert.deepEqual(texts.map((text) => text.trim()).sort(), ['README.md', 'dot.gif']);
    const problem = chatFrame(window).locator('.below > .failure');
    assert.match(await problem.innerText(), /sums\.ods is no image that can be sent/);
    await window.screenshot('chat-attached-dark-1400');
    await problem.getByRole('button', { name: 'Close' }).click();
    for (let left = 2; left > 0; left -= 1) {
      await parts.first().getByRole('button').click();
      await until('one less is there', async () => (await parts.count()) === left - 1);
    }
  });
}

function tellMentions(rigOf: () => ChatRig): void {
  it('completes with @ what the editor has: the selection, its problems, other sessions', async () => {
    const { window, run, product } = rigOf();
    writeFileSync(join(product.folder, 'broken.json'), '{\n  "port": oops\n}\n');
    await say(window, '[[say See `./broken.json:2`]]');
    const link = chatFrame(window).locator('.row[data-kind=text] a', { hasText: 'broken.json' });
    await link.click();
    await window.page.locator('.part.editor .tab.active', { hasText: 'broken.json' }).waitFor();
    await runCommand(window, 'View: Move Editor into Right Group');
    await composer(window).waitFor({ timeout: 60_000 });
    await window.page.locator('.squiggly-error').first().waitFor();
    await runCommand(window, 'Select All');
    const items = chatFrame(window).locator('.suggestion');
    const parts = chatFrame(window).locator('.part');
    for (const [index, wanted] of ['Selection', 'Problems', 'second'].entries()) {
      await until(`"${wanted}" is offered`, async () => {
        await composer(window).fill('about @');
        return items
          .filter({ hasText: wanted })
          .waitFor({ timeout: 3000 })
          .then(() => true, isGone);
      });
      if (index === 0) await window.screenshot('chat-mention-dark-1400');
      await items.filter({ hasText: wanted }).first().click();
      await until('it is a part', async () => (await parts.count()) === index + 1);
    }
    assert.equal(await composer(window).inputValue(), 'about ');
    await window.screenshot('chat-parts-dark-1400');
    await composer(window).press('Enter');
    const { body } = await run.modelServer.untilRequest(({ body: asked }) =>
      /about the session 'second'/.test(JSON.stringify(asked)),
    );
    const told = JSON.stringify(body);
    assert.match(told, /broken\.json:1-4\\n```json/);
    assert.match(told, /- broken\.json:2:\d+ error/);
  });
}

function tellEditors(rigOf: () => ChatRig): void {
  it('takes a problem of a file to have it explained, and puts code where the cursor is', async () => {
    const { window } = rigOf();
    const file = window.page.locator('.editor-group-container .view-lines').first();
    await file.locator('.view-line').nth(1).click();
    await window.page.keyboard.press('End');
    await runCommand(window, 'Waggle: Explain Problem with an Agent…');
    assert.equal(await readPrompt(window), 'To Which Agent?');
    await pick(window, 'first chat');
    const part = chatFrame(window).locator('.part');
    await part.waitFor({ timeout: 30_000 });
    assert.match(await part.innerText(), /broken\.json:2/);
    assert.equal(await composer(window).inputValue(), 'Explain this problem, and how to fix it.');
    await window.screenshot('chat-explain-dark-1400');
    await part.getByRole('button').click();
    await say(window, '[[say \\u0052eads:\\n\\n```js\\nfitting(1)\\n```]]');
    await waitForText(window, 'fitting(1)');
    await chatFrame(window)
      .locator('.code-block', { hasText: 'fitting(1)' })
      .getByRole('button', { name: 'Insert at Cursor' })
      .click();
    const lines = window.page.locator('.view-lines .view-line');
    await until('it stands in the file', async () =>
      (await lines.allInnerTexts()).some((line) => /port.*fitting\(1\)/.test(line)),
    );
    const isFront = window.page.locator('.editor-group-container.active .tab.active', {
      hasText: 'broken.json',
    });
    await until(
      'the file is in front',
      async () => {
        await window.page.locator('.part.editor .tab', { hasText: 'broken.json' }).click();
        return (await isFront.count()) === 1;
      },
      { everyMs: 1000 },
    );
    await runCommand(window, 'View: Revert and Close Editor');
    await until('one group is left', async () =>
      (await readTabs(window)).every(({ group }) => group === 0),
    );
    // By its tab: a row of the tree may move away from the pointer.
    await window.page.locator('.part.editor .tab', { hasText: 'first chat' }).click();
    await composer(window).waitFor({ timeout: 60_000 });
  });
}

/** Chats in the real editor with the real Claude Code: what a person sees, does and decides. One window for all of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { longConversation } from '../support/chatTranscript.ts';
import { hostileTexts } from '../support/hostileMarkup.ts';
import { tellAsking } from './chat/asking.ts';
import { tellAttaching } from './chat/attaching.ts';
import { tellMoving, tellRestoring } from './chat/moving.ts';
import { listBarriers, listCutOff } from './support/accessible.ts';
import {
  card,
  chatFrame,
  composer,
  inPage,
  press,
  readRows,
  say,
  waitForCard,
  waitForText,
} from './support/chatPage.ts';
import type { ChatRig } from './chat/rig.ts';
import { isGone, openChat, startChatRig } from './chat/rig.ts';
import { pick, readPicks, readPrompt, runCommand } from './support/commandPalette.ts';
import type { EditorWindow } from './support/editorWindow.ts';
import { pictureLooks } from './support/looks.ts';
import { until } from './support/until.ts';
import {
  clickRowAction,
  openActivity,
  readTabs,
  readTree,
  treeRow,
  waitForRow,
} from './support/views.ts';

describe('a chat in the editor', function () {
  this.timeout(240_000);
  let rig: ChatRig;
  let window: EditorWindow;
  let link: DaemonLink;
  /** Seen on the way, in three themes and two widths. */
  const barriers: string[] = [];

  before(async function () {
    this.timeout(600_000);
    rig = await startChatRig();
    ({ window } = rig);
  });
  after(() => rig?.stop());

  // What a person would have seen tells more than a stack.
  afterEach(async function () {
    const { currentTest } = this;
    if (currentTest?.state !== 'failed') return;
    await window.screenshot('chat-failed');
    console.error(currentTest.err);
  });

  it('opens where a setting says that agents open as chats, ready to be written in', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Claude Code');
    await composer(window).waitFor({ timeout: 60_000 });
    assert.match(
      (await waitForRow(window, 'Sessions', 'Claude Code')).description,
      /claude · chat/,
    );
    await until('one can write at once', () =>
      inPage(window.page, () => document.activeElement?.tagName === 'TEXTAREA'),
    );
    await window.screenshot('chat-empty-dark-1400');
    link = await rig.connect();
    const { chats } = await link.call('chat/list', {});
    const [chat] = chats;
    assert.ok(chat);
    await link.call('session/rename', { sessionId: chat.sessionId, name: 'first chat' });
  });

  it('streams what the agent says, as Markdown, its thinking folded, and tells it to a screen reader', async () => {
    await inPage(window.page, () => {
      const announcer = document.querySelector('#announcer');
      const said: string[] = [];
      new MutationObserver(() => said.push(announcer?.textContent ?? '')).observe(document.body, {
        childList: true,
        subtree: true,
        characterData: true,
      });
      Object.assign(globalThis, { said });
    });
    await say(
      window,
      'Please explain. [[think \\u0048mm.]] [[say \\u0048ello **from** the script.\\n\\n```js\\nconst answer = 42; // yes\\n```\\n\\n- one\\n- two]]',
    );
    await waitForText(window, 'Hello from the script.');
    const frame = chatFrame(window);
    assert.equal(await frame.locator('.row[data-kind=text] strong').innerText(), 'from');
    assert.equal(await frame.locator('.code-block .hljs-keyword').innerText(), 'const');
    await waitForText(window, /thought/);
    assert.ok(!(await readRows(window)).some((row) => row.includes('Hmm.')));
    await frame.locator('.thinking .fold').click();
    await waitForText(window, 'Hmm.');
    await waitForText(window, /\d s · .* in · .* out/);
    const readSaid = (): Promise<string[]> =>
      inPage(window.page, () => (globalThis as unknown as { said: string[] }).said);
    await until('it was told', async () => (await readSaid()).includes('Claude Code is done'));
    const told = [...new Set(await readSaid())].join('|');
    assert.match(told, /Claude Code is working\|.*ello \*\*from\*\* the script/);
    assert.equal((await readTree(window, 'Sessions')).length, 2, 'one row per conversation');
    assert.equal((await readTabs(window)).length, 1);
  });

  it('shows all of what is asked, and takes neither focus nor a key that was meant for the text', async () => {
    await inPage(window.page, () => {
      // As fast as nobody is: at the moment in which the card appears.
      const hurried = new MutationObserver(() => {
        const found = document.querySelector<HTMLElement>('.card');
        if (found === null) return;
        hurried.disconnect();
        document.body.dataset['focusedBefore'] = document.activeElement?.tagName ?? '';
        found.focus();
        found.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
        found.querySelector<HTMLElement>('button.main')?.click();
        document.querySelector<HTMLElement>('.composer > textarea')?.focus();
      });
      hurried.observe(document.body, { childList: true, subtree: true });
    });
    const command = `touch made && echo \\u202Eabc ${'x'.repeat(300)}`;
    await say(
      window,
      `[[tool Bash {"command":"${command}","description":"make it"}]] [[say \\u0064one]]`,
    );
    const shown = await waitForCard(window);
    await composer(window).pressSequentially('add');
    assert.equal(await composer(window).inputValue(), 'add');
    await composer(window).fill('');
    assert.equal(
      await inPage(window.page, () => document.body.dataset['focusedBefore']),
      'TEXTAREA',
    );
    const text = await shown.locator('.card-command').innerText();
    assert.ok(text.includes('\\u{202e}abc') && text.endsWith('x'.repeat(300)), text);
    assert.match(await shown.innerText(), new RegExp(rig.product.folder));
    assert.equal(rig.inFolder('made'), false);
    const { needs } = await link.call('attention/list', {});
    assert.deepEqual(
      needs.find(({ kind }) => kind === 'permission')?.actions.map(({ id }) => id),
      ['review'],
    );
    await pictureLooks(window, 'chat-permission', async () => {
      await card(window).waitFor();
      barriers.push(...(await listBarriers(window)));
    });
    await rig.darken();
  });

  it('is denied with a reason, and the agent is told', async () => {
    await press(window, 'Deny and Tell It…');
    await card(window).locator('textarea').fill('rather not');
    await card(window).getByRole('button', { name: 'Deny', exact: true }).click();
    await waitForText(window, /you denied: .*rather not/);
    await waitForText(window, 'done');
    assert.equal(rig.inFolder('made'), false);
    assert.ok(
      rig.run.modelServer.requests.some(({ body }) => JSON.stringify(body).includes('rather not')),
    );
  });

  it('is allowed by a key while the card has the focus', async () => {
    await say(window, '[[tool Bash {"command":"touch by-key"}]] [[say \\u006bey]]');
    await waitForCard(window);
    await runCommand(window, 'Waggle: Focus What Is Asked');
    await until('the key allows it', async () => {
      if (rig.inFolder('by-key')) return true;
      if ((await card(window).count()) === 0) return false;
      await card(window).press('a', { timeout: 2000 }).catch(isGone);
      return rig.inFolder('by-key');
    });
    await waitForText(window, /you allowed: \$ touch by-key/);
    await waitForText(window, 'key');
  });

  it('is allowed in another form, and from then on by a rule that can be seen and taken back', async () => {
    await say(window, '[[tool Bash {"command":"touch f1"}]] [[say \\u0065dited]]');
    await waitForCard(window);
    await press(window, 'Edit…');
    await card(window).locator('textarea').fill('{"command":"touch f2"}');
    await card(window).getByRole('button', { name: 'Allow This Instead' }).click();
    await waitForText(window, 'edited');
    assert.deepEqual([rig.inFolder('f1'), rig.inFolder('f2')], [false, true]);
    await say(window, '[[tool Bash {"command":"touch r1"}]] [[say \\u0072uled]]');
    await waitForCard(window);
    await press(window, 'Allow Always…');
    await card(window).locator('input.code').fill('touch *');
    await window.screenshot('chat-always-dark-1400');
    await card(window).getByRole('button', { name: 'Allow from Now On' }).click();
    await waitForText(window, 'ruled');
    await say(window, '[[tool Bash {"command":"touch r2"}]] [[say \\u0061gain]]');
    await waitForText(window, 'again');
    await waitForText(window, /allowed by your rule/);
    const listed = new Set<string>();
    await until('the rule is gone', async () => {
      // A list that just opened closes when the editor gives the focus back to the chat.
      await runCommand(window, 'Waggle: Show What Is Allowed without Asking…');
      for (const { label } of await readPicks(window)) listed.add(label);
      const rows = window.page.locator('.quick-input-list .monaco-list-row');
      await rows.first().hover({ timeout: 3000 }).catch(isGone);
      const askAgain = rows.locator('.action-label[aria-label^="Ask Again"]');
      await askAgain.click({ timeout: 3000 }).catch(isGone);
      return (await link.call('chat/listRules', {})).rules.length === 0;
    });
    assert.ok(listed.has('Bash: touch *'), [...listed].join());
  });

  it('shows a change of a file line by line, and in the editor’s own diff', async () => {
    const path = join(rig.product.folder, 'server.py');
    await say(
      window,
      `[[tool Read {"file_path":"${path}"}]] [[tool Edit {"file_path":"${path}","old_string":"8080","new_string":"9090"}]] [[say \\u0063hanged]]`,
    );
    const shown = await waitForCard(window);
    assert.match(await shown.locator('.diff').innerText(), /9090/);
    await window.screenshot('chat-diff-dark-1400');
    await shown.locator('.diff-head').click();
    await until('the diff editor is in front', async () =>
      (await readTabs(window)).some(({ title, active }) => active && title.startsWith('server.py')),
    );
    await runCommand(window, 'View: Close Editor');
    await composer(window).waitFor();
    await waitForCard(window);
    await press(window, 'Allow Once');
    await waitForText(window, 'changed');
    await until('one goes on writing', () =>
      inPage(window.page, () => document.activeElement?.matches('.composer > textarea') === true),
    );
    assert.match(readFileSync(path, 'utf8'), /9090/);
  });

  tellRestoring(() => rig);

  it('asks questions with buttons', async () => {
    const options = '[{"label":"Red","description":"warm"},{"label":"Blue","description":"cold"}]';
    const question = `{"question":"Which color?","header":"Color","multiSelect":false,"options":${options}}`;
    await say(window, `[[tool AskUserQuestion {"questions":[${question}]}]] [[say \\u0063hosen]]`);
    await waitForCard(window);
    await window.screenshot('chat-question-dark-1400');
    const option = card(window).locator('.option', { hasText: 'Blue' });
    await until('it is answered', async () => {
      if ((await option.count()) === 0) return true;
      await option.click({ timeout: 2000 }).catch(isGone);
      return (await option.count()) === 0;
    });
    await waitForText(window, 'Which color? → Blue');
    await waitForText(window, 'chosen');
  });

  it('is answered in Needs You where its row shows all of it', async () => {
    await say(window, '[[tool Bash {"command":"touch from-list"}]] [[say \\u006cisted]]');
    const row = await waitForRow(window, 'Needs You', '$ touch from-list');
    await clickRowAction(window, treeRow(window, 'Needs You', row.label), 'Answer');
    await pick(window, 'Allow Once');
    await waitForText(window, 'listed');
    assert.ok(rig.inFolder('from-list'));
    await until('nothing is asked any more', async () => (await card(window).count()) === 0);
  });

  tellAsking(() => rig);

  it('queues what is said meanwhile, to be changed and taken back, and stops on Escape', async () => {
    await say(window, '[[say \\u0077orking]] [[hang]]');
    await waitForText(window, 'working');
    await say(window, '[[say \\u006cater]]');
    await say(window, 'not this');
    const frame = chatFrame(window);
    await until('both wait', async () => (await frame.locator('.queued').count()) === 2);
    await frame.locator('.queued').nth(1).getByRole('button', { name: 'Take Back' }).click();
    await until('one waits', async () => (await frame.locator('.queued').count()) === 1);
    await frame.locator('.queued').getByRole('button', { name: 'Change' }).click();
    // What is drawn anew meanwhile takes no focus.
    await composer(window).pressSequentially('beside');
    assert.equal(await composer(window).inputValue(), 'beside');
    await composer(window).fill('');
    await frame.locator('.queued textarea').fill('[[say \\u0073ooner]]');
    await frame.locator('.queued textarea').press('Enter');
    await until('one goes on writing', () =>
      inPage(window.page, () => document.activeElement?.matches('.composer > textarea') === true),
    );
    await window.screenshot('chat-queue-dark-1400');
    await until('it stops', async () => {
      await composer(window).press('Escape');
      return (await frame.locator('.queue-paused').count()) > 0;
    });
    await waitForText(window, /interrupted/i);
    await frame.locator('.queue-paused').getByRole('button', { name: 'Continue' }).click();
    await waitForText(window, 'sooner');
  });

  it('says what failed and how to go on', async () => {
    // A chat of its own: the agent says what failed again with every later message.
    const sessionId = await rig.createChat('failing');
    await say(window, '[[error 400 invalid_request_error]]');
    const ended = chatFrame(window).locator('.turn-end.failed').last();
    await ended.waitFor({ timeout: 60_000 });
    assert.match(await ended.innerText(), /failed/);
    assert.match((await readRows(window)).join(), /API Error: 400/);
    assert.equal(await ended.getByRole('button', { name: 'Try Again' }).count(), 1);
    await window.screenshot('chat-error-dark-1400');
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
    await until('its tab is closed', async () =>
      (await readTabs(window)).every(({ title }) => !title.endsWith('failing')),
    );
    await openChat(window, 'first chat');
  });

  it('completes files with @ and takes a selection of a file', async () => {
    await composer(window).pressSequentially('look at @serv');
    const items = chatFrame(window).locator('.suggestion');
    await items.first().waitFor();
    assert.match(await items.first().innerText(), /server\.py/);
    await composer(window).press('Enter');
    assert.equal(await composer(window).inputValue(), 'look at @server.py ');
    await composer(window).fill('');
    await say(window, '[[say It is in `./server.py:1`]]');
    await chatFrame(window).locator('.row[data-kind=text] a').last().click();
    await window.page.locator('.editor-group-container.active .view-lines').first().waitFor();
    await runCommand(window, 'Select All');
    await runCommand(window, 'Waggle: Send Selection to Agent…');
    assert.equal(await readPrompt(window), 'To Which Agent?');
    await pick(window, 'first chat');
    const part = chatFrame(window).locator('.part');
    await part.waitFor({ timeout: 30_000 });
    assert.match(await part.innerText(), /server\.py:1/);
    await composer(window).press('Enter');
    const asked = await rig.run.modelServer.untilRequest(({ body }) =>
      JSON.stringify(body).includes('listening on '),
    );
    assert.ok(asked);
  });

  tellAttaching(() => rig);

  it('shows a hostile transcript as it is: nothing runs, nothing is fetched', async () => {
    const steps = hostileTexts.flatMap((text, index) => [
      ...(index % 20 === 0 ? [{ who: 'person', text: `Part ${index}: ${text}` } as const] : []),
      { who: 'agent', text } as const,
      { who: 'tool', name: `Bash${index}<b>`, input: { command: text }, output: text } as const,
    ]);
    await rig.importChat('hostile', steps);
    const refused = window.refused.length;
    // From its beginning to its end, everything opened, as fast as the page draws.
    const seen = await inPage(window.page, async () => {
      Object.assign(globalThis, { pwned: () => (document.body.dataset['pwned'] = 'yes') });
      const drawn = (): Promise<void> =>
        new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const elements =
        'script, iframe, object, embed, form, style, link, base, meta, svg, math, video, audio, img';
      const attributes = '[href], [src], [onerror], [onload]';
      const frame = document.querySelector<HTMLElement>('.transcript') ?? document.body;
      const positions = new Set<string>();
      const made = new Set<string>();
      frame.scrollTo(0, 0);
      for (let still = 0; still < 3;) {
        await drawn();
        const folds = document.querySelectorAll<HTMLElement>('.fold[aria-expanded=false]');
        for (const fold of folds) fold.click();
        for (const link of document.querySelectorAll<HTMLElement>('.markdown a'))
          link.focus({ preventScroll: true });
        for (const element of frame.querySelectorAll(`${elements}, ${attributes}`))
          made.add(element.outerHTML.slice(0, 200));
        for (const row of document.querySelectorAll<HTMLElement>('.row[data-position]'))
          positions.add(row.dataset['position'] ?? '');
        if (folds.length > 0 || document.querySelector('.row.unread') !== null) continue;
        const before = frame.scrollTop;
        frame.scrollTop += frame.clientHeight;
        still = frame.scrollTop > before ? 0 : still + 1;
      }
      const pwned = document.body.dataset['pwned'] ?? '';
      return { pwned, made: [...made], rows: positions.size };
    });
    assert.deepEqual([seen.pwned, seen.made], ['', []]);
    assert.ok(seen.rows > 400, `${seen.rows} rows were seen`);
    await inPage(window.page, () => document.querySelector('.transcript')?.scrollTo(0, 0));
    await waitForText(window, "<script>pwned('0-0')</script>");
    assert.deepEqual(window.refused.slice(refused), []);
    await window.screenshot('chat-hostile-dark-1400');
  });

  it('opens a long chat with a few rows, and goes to its first and its last question', async () => {
    await rig.importChat('long', longConversation(3000));
    await waitForText(window, 'That was step 299.');
    const countRows = () => inPage(window.page, () => document.querySelectorAll('.row').length);
    assert.ok((await countRows()) <= 300);
    await inPage(window.page, () => document.querySelector('.transcript')?.scrollTo(0, 0));
    await waitForText(window, 'Question 0:');
    assert.ok((await countRows()) <= 300);
    await runCommand(window, 'Waggle: Go to Your Last Question');
    await waitForText(window, 'Question 299:');
    assert.ok((await countRows()) <= 300);
    await pictureLooks(window, 'chat-long', async () => {
      await waitForText(window, 'Question 299:');
      barriers.push(...(await listBarriers(window)));
    });
    await rig.darken();
  });

  it('finds words anywhere in it, and marks them', async () => {
    await composer(window).press('Control+f');
    const find = chatFrame(window).locator('.find input');
    await find.fill('step150');
    await waitForText(window, 'step150');
    const marked = () => inPage(window.page, () => CSS.highlights.has('found'));
    await until('it is marked', marked);
    await window.screenshot('chat-find-dark-1400');
    await find.press('Escape');
    await until('the find bar is closed', async () => (await find.count()) === 0);
  });

  it('is back after a reload, with what was written and not sent', async () => {
    await composer(window).fill('half a thought');
    // Taken over by the reload, whenever a changed file is noticed.
    rig.product.changeSettings({ 'waggle.agents.openAs': 'terminal' });
    await window.reload();
    await composer(window).waitFor({ timeout: 60_000 });
    await until(
      'the draft is back',
      async () => (await composer(window).inputValue()) === 'half a thought',
    );
    await waitForText(window, /step|Question/);
  });

  it('keeps its text while the daemon is gone, and goes on with the next', async () => {
    await openChat(window, 'first chat');
    await waitForText(window, 'sooner');
    const killed = rig.product.daemonPid();
    assert.ok(killed);
    process.kill(killed, 'SIGKILL');
    await until('another daemon runs', async () => {
      const pid = rig.product.daemonPid();
      return pid !== undefined && pid !== killed;
    });
    await waitForText(window, 'sooner');
    await until(
      'it is connected again',
      async () => (await chatFrame(window).locator('.bar').count()) === 0,
    );
    await say(window, '[[say \\u0061live]]');
    await waitForText(window, 'alive');
  });

  tellMoving(() => rig);

  it('can be read and used by everybody: names, roles, contrast, and nothing is cut off when it is enlarged', async () => {
    await say(window, '[[tool Bash {"command":"touch last"}]] [[say \\u006cast]]');
    await waitForCard(window);
    // 150 % of a window of 1400 × 900, and 200 % beside the side bar.
    for (const [width, height] of [
      [933, 600],
      [700, 450],
    ] as const) {
      await window.resize(width, height);
      await card(window).waitFor();
      barriers.push(...(await listCutOff(window)), ...(await listBarriers(window)));
      await window.screenshot(`chat-enlarged-dark-${width}`);
    }
    await window.resize(1400, 900);
    await press(window, 'Deny');
    assert.deepEqual([...new Set(barriers)], []);
  });

  it('asks nothing of any address off this machine, and gives the editor nothing to complain about', () => {
    assert.deepEqual(window.refused, []);
    const ours = window.errors.filter((error) =>
      /waggle\.waggle|Content Security Policy|TrustedScript/i.test(error),
    );
    assert.deepEqual(ours, []);
  });
});

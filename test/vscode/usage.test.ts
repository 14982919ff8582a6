/** Usage, changed files, search and the offer to import earlier conversations, in one window of the real editor. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { writeClaudeTranscript, writeCodexTranscript } from '../support/transcripts.ts';
import {
  acceptInput,
  dismissInput,
  fillInput,
  pick,
  readPicks,
  runCommand,
} from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { pictureLooks } from './support/looks.ts';
import { startProduct, type Product } from './support/product.ts';
import { statusItem } from './support/statusItem.ts';
import { until } from './support/until.ts';
import {
  answerDialog,
  answerNotification,
  chooseFromContextMenu,
  openActivity,
  readEditor,
  readNotifications,
  readTabs,
  readTree,
  treeRow,
  waitForRow,
} from './support/views.ts';

const settings = {
  'waggle.sessions.resumeAfterRestart': 'never',
  'waggle.notify.toast': false,
  'editor.minimap.enabled': false,
};

describe('usage, changed files and search in the editor', function () {
  this.timeout(300_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;
  let agent: Session;
  let environment: Record<string, string>;

  const pathOf = (name: string): string => join(product.folder, name);

  before(async () => {
    product = await startProduct({ settings });
    const { userHome: home, folder: cwd } = product;
    writeClaudeTranscript({ home, cwd, prompt: 'Why does the toucan sleep?' });
    writeCodexTranscript({ home, cwd, prompt: 'Paint the toucan green' });
    const env = { PATH: process.env['PATH'] ?? '', HOME: home };
    environment = { ...installFakeClaude({ folder: product.folder, env }) };
    environment['CLAUDE_CONFIG_DIR'] = join(home, '.claude');
    writeFileSync(pathOf('server.py'), "print('one')\n");
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    execFileSync('git', ['-C', cwd, 'add', '.']);
    execFileSync('git', ['-C', cwd, ...who, 'commit', '-qm', 'first']);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    link = await connectProduct(product);
    await link.call('workspace/trust', { root: product.folder, trusted: true });
    await openActivity(window, 'Waggle');
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await product?.stop();
  });
  afterEach(async function () {
    const { state, title } = this.currentTest ?? {};
    if (state === 'failed') await window.screenshot(`failed-${title?.slice(0, 24)}`);
  });

  const told = (text: RegExp): Promise<unknown> =>
    until(
      `it is told: ${text.source}`,
      async () => (await readNotifications(window)).some((toast) => text.test(toast.text)),
      { describe: async () => JSON.stringify(await readNotifications(window)) },
    );
  const clear = (): Promise<void> => runCommand(window, 'Notifications: Clear All Notifications');
  const untilPicked = (label: RegExp): Promise<unknown> =>
    until(
      `${label.source} is found`,
      async () => (await readPicks(window)).some((row) => label.test(row.label)),
      { describe: async () => JSON.stringify(await readPicks(window)) },
    );
  const inFront = (title: string): Promise<unknown> =>
    until(
      `"${title}" is in front`,
      async () => (await readTabs(window)).some((tab) => tab.active && tab.title.startsWith(title)),
      {
        describe: async () =>
          JSON.stringify([await readTabs(window), await readNotifications(window)]),
      },
    );
  const turnsOf = async ({ id: sessionId }: Session): Promise<number> =>
    (await link.call('file/listTurns', { sessionId })).turns.filter((turn) => turn.endedAt !== null)
      .length;
  const turn = async (session: Session, text: string): Promise<void> => {
    const before = await turnsOf(session);
    const message = { sessionId: session.id, messageId: randomUUID(), text, environment };
    await link.call('chat/send', message);
    await until('the turn is over', async () => (await turnsOf(session)) > before);
  };

  it('offers earlier conversations once when the first session runs, and finds words in them', async () => {
    const created = await link.call('chat/create', {
      ...{ agent: 'claude', cwd: product.folder, name: 'painter', environment },
    });
    agent = created.session;
    await waitForRow(window, 'Sessions', 'painter');
    const offered = /Found 2 earlier conversations of Claude Code and Codex/;
    await told(offered);
    await window.screenshot('import-offer');
    await answerNotification(window, offered, 'Search Them');
    await until(
      'both are imported',
      async () => (await link.call('chat/list', {})).chats.length === 3,
    );
    await window.page
      .locator('.quick-input-title', { hasText: 'Search Conversations and Output' })
      .waitFor();
    await fillInput(window, 'touc');
    await untilPicked(/Paint the toucan green/);
    await untilPicked(/Why does the toucan sleep/);
    await window.screenshot('search-conversations');
    await fillInput(window, 'nowhere to be found');
    await untilPicked(/Nothing was found/);
    await dismissInput(window);
    await runCommand(window, 'Waggle: Import All Conversations…');
    await told(/Every conversation .* is here already/);
    await clear();
  });

  it('finds what a terminal wrote, and opens it there', async () => {
    const script = "seq -f 'filler %.0f' 300; echo 'the hornbill nests'; seq 300; sleep 600";
    await link.call('session/open', {
      ...{ agent: 'command', command: ['sh', '-c', script], name: 'nest', cwd: product.folder },
      ...{ environment: {}, size: { cols: 80, rows: 24 } },
    });
    await runCommand(window, 'Waggle: Search Conversations and Output…');
    await until('it is found', async () => {
      // What was written a moment ago is found when it is asked for again.
      await fillInput(window, '');
      await fillInput(window, 'hornbill nes');
      return (await readPicks(window)).some(({ label }) => label.includes('the hornbill nests'));
    });
    await window.screenshot('search-output');
    await acceptInput(window);
    await inFront('Output');
    await until('the line is shown', async () =>
      (await readEditor(window)).includes('the hornbill nests'),
    );
    await window.page.locator('.editor-instance .selected-text').first().waitFor();
    await window.screenshot('search-output-open');
  });

  it('shows what a session changed, and restores files to before a turn, with undo', async () => {
    await turn(agent, 'write server.py two\nwrite made.py made\nsay one');
    await turn(agent, 'write server.py three\nsay two');
    await chooseFromContextMenu(
      window,
      treeRow(window, 'Sessions', 'painter'),
      'Show Changed Files',
    );
    await inFront('Changes of painter');
    const diffs = window.page.locator('.multiDiffEditor .multiDiffEntry');
    await until('both files are compared', async () => (await diffs.count()) === 2);
    await window.screenshot('changed-files');
    await chooseFromContextMenu(
      window,
      treeRow(window, 'Sessions', 'painter'),
      'Restore Files to Before a Turn…',
    );
    await untilPicked(/Before turn 2/);
    await window.screenshot('restore-turns');
    await pick(window, 'Before turn 1');
    const asked = await answerDialog(window, 'Restore');
    assert.match(asked, /Restore files to before turn 1\?/);
    await told(/2 files are as they were before the turn/);
    assert.deepEqual(
      [readFileSync(pathOf('server.py'), 'utf8'), existsSync(pathOf('made.py'))],
      ["print('one')\n", false],
    );
    await answerNotification(window, /2 files are as they were/, 'Undo');
    await until(
      'it is undone',
      async () =>
        existsSync(pathOf('made.py')) && readFileSync(pathOf('server.py'), 'utf8') === 'three',
    );
    await clear();
  });

  it('leaves what the person changed unless it is ticked', async () => {
    writeFileSync(pathOf('made.py'), 'by hand\n');
    await chooseFromContextMenu(
      window,
      treeRow(window, 'Sessions', 'painter'),
      'Restore Files to Before a Turn…',
    );
    await pick(window, 'Before turn 1');
    await untilPicked(/made\.py/);
    const [row] = (await readPicks(window)).filter(({ label }) => label === 'made.py');
    assert.equal(row?.description, 'changed since');
    await window.screenshot('restore-conflict');
    await acceptInput(window);
    await told(/1 file is as it was before the turn/);
    assert.deepEqual(
      [readFileSync(pathOf('server.py'), 'utf8'), readFileSync(pathOf('made.py'), 'utf8')],
      ["print('one')\n", 'by hand\n'],
    );
    await clear();
  });

  it('shows what was used, in the status bar and as a page, and stops at a ceiling', async () => {
    await turn(agent, 'use 12000\nsay three');
    const tooltip = window.page.locator('.monaco-hover');
    await until('the tooltip tells of today', async () => {
      await window.page.mouse.move(400, 300);
      await statusItem(window).hover();
      await tooltip.first().waitFor({ timeout: 3000 }).catch(isTimeout);
      return (await tooltip.allInnerTexts()).some((text) =>
        /Today 12k tokens, about \$0\.06/.test(text),
      );
    });
    await window.screenshot('usage-tooltip');
    await runCommand(window, 'Waggle: Set Usage Ceiling…');
    await pick(window, 'For a Day, All Sessions Together…');
    await fillInput(window, 'much');
    await window.page.locator('.quick-input-message', { hasText: 'That is no amount.' }).waitFor();
    await fillInput(window, '13k');
    await acceptInput(window);
    await until(
      'it is set',
      async () => (await link.call('usage/listCeilings', {})).ceilings[0]?.tokens === 13_000,
    );
    await runCommand(window, 'Waggle: Show Usage');
    await inFront('Usage');
    await until('it is read', async () =>
      /painter +12k +5 +10 +\$0\.06/.test(await readEditor(window)),
    );
    assert.match(await readEditor(window), /13k tokens a day, all sessions together/);
    const rows = await readTree(window, 'Sessions');
    assert.ok(
      rows.every(({ label }) => !label.includes('toucan')),
      'imported ones are history',
    );
    await pictureLooks(window, 'usage', () => inFront('Usage'));
    const message = { messageId: randomUUID(), text: 'use 2000\nhang', environment };
    await link.call('chat/send', { sessionId: agent.id, ...message });
    await waitForRow(window, 'Needs You', /Stopped at its ceiling: all sessions together today/);
    await window.screenshot('usage-stopped');
    const { chat } = await link.call('chat/get', { sessionId: agent.id });
    assert.match(chat.paused ?? '', /Stopped at its ceiling/);
  });
});

function isTimeout(error: unknown): false {
  if (error instanceof Error && error.name === 'TimeoutError') return false;
  throw error;
}

/** What began elsewhere, from the command palette of the real editor. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needTool } from '../support/testTool.ts';
import { writeClaudeTranscript, writeCodexTranscript } from '../support/transcripts.ts';
import { pick, readPicks, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  answerNotification,
  openActivity,
  readNotifications,
  waitForRow,
} from './support/views.ts';

describe('taking over what began elsewhere, in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let sockets: string;

  before(async () => {
    sockets = mkdtempSync(join(tmpdir(), 'wgl-tmux-'));
    product = await startProduct({ env: { TMUX_TMPDIR: sockets } });
    const bin = join(product.userHome, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'claude'), '#!/bin/sh\necho "went on: $*"\nexec sleep 600\n');
    chmodSync(join(bin, 'claude'), 0o755);
    writeFileSync(join(product.userHome, '.profile'), `PATH="${bin}:$PATH"\n`);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await openActivity(window, 'Waggle');
  });
  after(async () => {
    tmux('kill-server');
    await window?.close();
    await product?.stop();
    rmSync(sockets, { recursive: true, force: true });
  });

  function tmux(...args: string[]): string {
    const env = { PATH: process.env['PATH'], HOME: product.userHome, TMUX_TMPDIR: sockets };
    return spawnSync('tmux', args, { env, encoding: 'utf8' }).stdout;
  }

  async function untilOffered(label: RegExp): Promise<string[]> {
    await until(
      `${String(label)} is offered`,
      async () => (await readPicks(window)).some((row) => label.test(row.label)),
      { describe: async () => JSON.stringify(await readPicks(window)) },
    );
    return (await readPicks(window)).map((row) => `${row.label} | ${row.description}`);
  }

  it('says that there is nothing yet', async () => {
    await runCommand(window, 'Waggle: Continue Existing Conversation…');
    await until('it is said', async () =>
      (await readNotifications(window)).some(({ text }) => /No conversations of Claude/.test(text)),
    );
    await runCommand(window, 'Notifications: Clear All Notifications');
  });

  it('continues a conversation in a terminal', async () => {
    const { userHome: home, folder: cwd } = product;
    writeClaudeTranscript({ home, cwd, prompt: 'Fix the login' });
    writeCodexTranscript({ home, cwd: join(cwd, 'gone'), prompt: 'hello there' });
    await runCommand(window, 'Waggle: Continue Existing Conversation…');
    const rows = await untilOffered(/Fix the login/);
    assert.ok(
      rows.some((row) => /Fix the login \| Claude Code · api/.test(row)),
      rows.join(),
    );
    assert.ok(rows.some((row) => /Codex · gone \(folder is gone\)/.test(row)));
    await window.screenshot('adopt-conversation');
    await pick(window, 'Fix the login');
    await waitForTerminalText(window, /went on: .*--resume 5d1f9b7e/);
    await waitForRow(window, 'Sessions', /Claude Code/);
  });

  it('imports a transcript, which can then be read', async () => {
    await runCommand(window, 'Waggle: Import History…');
    await untilOffered(/Choose File/);
    await pick(window, 'Fix the login');
    await until('it is imported', async () =>
      (await readNotifications(window)).some(({ text }) => /4 messages; 2 lines could/.test(text)),
    );
    await window.screenshot('adopt-imported');
    await answerNotification(window, /Imported/, 'Open');
    await waitForTerminalText(window, /It is fixed/);
    await window.screenshot('adopt-history');
  });

  it('mirrors a pane of tmux', async function () {
    needTool(this, 'tmux');
    tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'main', '-x', '60', '-y', '12', 'sh');
    tmux('send-keys', '-t', 'main', "PS1='> '; clear; printf '\\033[32mgreen\\033[m\\n'", 'Enter');
    await runCommand(window, 'Waggle: Mirror tmux Pane…');
    await untilOffered(/^main:0\.0$/);
    await pick(window, 'main:0.0');
    await waitForTerminalText(window, /green/);
    await typeInTerminal(window, 'echo typed-$((6*7))\n');
    await waitForTerminalText(window, /typed-42/);
    await window.screenshot('adopt-pane');
    assert.match(tmux('capture-pane', '-p', '-t', 'main'), /typed-42/);
  });
});

/** Closing a tab, and what undoes it: an idle shell ends, what works runs on, or as the setting says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { pick, runCommand } from './support/commandPalette.ts';
import { connectProduct, openSession } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { isAlive } from './support/liveProcesses.ts';
import { startProduct, type Product } from './support/product.ts';
import {
  countTerminals,
  focusTerminal,
  typeInTerminal,
  waitForTerminalText,
} from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  answerNotification,
  openActivity,
  openRow,
  readNotifications,
  waitForRow,
} from './support/views.ts';

const prompt = /[$#] ?$/;

describe('closing the tab of a session', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let other: EditorWindow | undefined;
  let link: DaemonLink;

  before(async () => {
    product = await startProduct();
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, prompt);
    link = await connectProduct(product);
  });
  after(async () => {
    link?.dispose();
    await other?.close();
    await window?.close();
    await product?.stop();
  });

  const open = async (name: string): Promise<number> => {
    const { pid } = await openSession(link, product, { name });
    await openRow(window, 'Sessions', name);
    await waitForTerminalText(window, prompt);
    return pid ?? 0;
  };
  const close = async (): Promise<void> => {
    await focusTerminal(window);
    await runCommand(window, 'View: Close Editor');
  };
  const statusOf = async (name: string): Promise<string | undefined> => {
    const { sessions } = await link.call('session/list', { history: true });
    return sessions.find((session) => session.name === name)?.status;
  };
  /** Read anew by the window, so that nothing depends on when a changed file is noticed. */
  const setOnTabClose = async (value: 'keep' | 'end'): Promise<void> => {
    product.changeSettings({ 'waggle.terminals.onTabClose': value });
    await window.reload();
    await waitForRow(window, 'Sessions', 'bash');
  };

  it('ends a shell that waits at its prompt, without a question or a toast', async () => {
    const shell = await open('idle');
    await close();
    await until('the shell is gone', async () => !isAlive(shell));
    await until('it is told', async () => (await statusOf('idle')) === 'killed');
    assert.deepEqual(await readNotifications(window), []);
    await window.screenshot('closed-idle-dark-1400');
  });

  it('can be undone: the shell runs anew below what it had shown', async () => {
    await runCommand(window, 'Waggle: Reopen Closed Session');
    await until('it runs again', async () => (await statusOf('idle')) === 'running');
    await waitForTerminalText(window, prompt);
    await window.screenshot('reopened-idle-dark-1400');
    await close();
  });

  it('keeps a shell at work, says so once, and each close can be undone in its turn', async () => {
    const shell = await open('fix-login');
    await typeInTerminal(window, "sleep 4713 & echo job''bed\n");
    await waitForTerminalText(window, /^jobbed/m);
    await close();
    await until('the note stands there', async () =>
      (await readNotifications(window)).some(({ text }) => text === "'fix-login' keeps running."),
    );
    await window.screenshot('keeps-running-dark-1400');
    await window.resize(900, 900);
    await window.screenshot('keeps-running-dark-900');
    await window.resize(1400, 900);
    await answerNotification(window, /keeps running/, "Don't Show Again");
    const settings = join(product.server.dataDir, 'data', 'User', 'settings.json');
    await until('it is written down', async () =>
      /"waggle\.terminals\.noteOnClose": false/.test(readFileSync(settings, 'utf8')),
    );
    await runCommand(window, 'Waggle: Reopen Closed Session');
    await waitForTerminalText(window, /^jobbed/m);
    await close();
    const second = await open('second');
    await typeInTerminal(window, "sleep 4714 & echo sec''ond\n");
    await waitForTerminalText(window, /^second/m);
    await close();
    await until('no tab is left', async () => (await countTerminals(window)) <= 1);
    for (const mark of [/^second/m, /^jobbed/m]) {
      await runCommand(window, 'Waggle: Reopen Closed Session');
      await waitForTerminalText(window, mark);
    }
    assert.deepEqual([shell, second].map(isAlive), [true, true]);
    assert.deepEqual(await readNotifications(window), []);
    await close();
    await close();
  });

  it('ends it after all with End It', async () => {
    const { pid } = await openSession(link, product, { name: 'unwanted' });
    // The note comes once for a person on a machine: a window of another browser is that of another one.
    product.changeSettings({});
    const fresh = (other = await openEditorWindow({
      server: product.server,
      folder: product.folder,
    }));
    await openActivity(fresh, 'Waggle');
    await openRow(fresh, 'Sessions', 'unwanted');
    await typeInTerminal(fresh, "sleep 4716 & echo bu''sy\n");
    await waitForTerminalText(fresh, /^busy/m);
    await runCommand(fresh, 'View: Close Editor');
    await until('the note stands there', async () => {
      const [note] = await readNotifications(fresh);
      return note?.buttons.join() === "Reopen,End It,Don't Show Again";
    });
    assert.ok(isAlive(pid ?? 0));
    await answerNotification(fresh, /'unwanted' keeps running/, 'End It');
    await until('it is told', async () => (await statusOf('unwanted')) === 'killed');
    assert.ok(!isAlive(pid ?? 0));
    await fresh.close();
  });

  it('keeps even an idle shell where the person said so', async () => {
    await setOnTabClose('keep');
    const shell = await open('kept');
    await close();
    await until('nobody shows it', async () => {
      const { sessions } = await link.call('session/list', {});
      return sessions.some(({ name, clients }) => name === 'kept' && clients === 0);
    });
    assert.equal(await statusOf('kept'), 'running');
    assert.ok(isAlive(shell));
  });

  it('ends it where the person said so, and offers to undo that', async () => {
    await setOnTabClose('end');
    const shell = await open('ended');
    await typeInTerminal(window, "sleep 4715 & echo work''ing\n");
    await waitForTerminalText(window, /^working/m);
    await close();
    await until(
      'the note stands there',
      async () =>
        (await readNotifications(window)).some(({ text }) => text === "'ended' was ended."),
      { describe: async () => `${await statusOf('ended')} ${await window.screenshot('failed')}` },
    );
    assert.ok(!isAlive(shell));
    await window.screenshot('was-ended-dark-1400');
    await answerNotification(window, /was ended/, 'Reopen');
    await until('it runs again', async () => (await statusOf('ended')) === 'running');
    await waitForTerminalText(window, prompt);
  });

  it('is no close when the window is reloaded or left: nothing ends, whatever is set', async () => {
    const { sessions } = await link.call('session/list', {});
    const pid = sessions.find(({ name }) => name === 'ended')?.pid ?? 0;
    await window.reload();
    await waitForTerminalText(window, prompt);
    await window.page.reload();
    await waitForTerminalText(window, prompt);
    const address = window.page.url();
    await window.page.goto('about:blank');
    await window.page.goto(address);
    await waitForTerminalText(window, prompt);
    assert.ok(isAlive(pid));
  });
});

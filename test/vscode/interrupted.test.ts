/** The machine restarts: everything that ran is gone at once. What was interrupted is offered once, and nothing starts unasked. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { dismissInput, pick, readPicks, readPrompt, runCommand } from './support/commandPalette.ts';
import { connectProduct, openSession } from './support/daemonClient.ts';
import { launchBrowser, openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { listTree } from '../../scripts/processTree.ts';
import { isAlive } from './support/liveProcesses.ts';
import { startProduct, type Product } from './support/product.ts';
import { countTerminals, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  answerNotification,
  clickRowAction,
  openActivity,
  readNotifications,
  openRow,
  readTabs,
  treeRow,
  waitForRow,
} from './support/views.ts';

/** Stands in for an agent's program: takes the whole screen and waits. */
const agentScript = `#!/bin/sh
printf '\\033[?1049h\\033[2J\\033[H\\033[33mWelcome to the agent\\033[0m\\r\\nargs: %s\\r\\n> ' "$*"
while read -r line; do printf 'you said %s\\r\\n> ' "$line"; done
`;

describe('a restart of the machine', function () {
  this.timeout(600_000);
  let product: Product;
  let browser: Browser;
  let window: EditorWindow;
  let other: EditorWindow | undefined;
  let link: DaemonLink;

  before(async () => {
    product = await startProduct();
    const bin = join(product.userHome, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'claude'), agentScript);
    chmodSync(join(bin, 'claude'), 0o755);
    writeFileSync(join(product.userHome, '.profile'), `PATH="${bin}:$PATH"\n`);
    browser = await launchBrowser();
    window = await openWindow();
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await other?.close();
    await browser?.close();
    await product?.stop();
  });

  const openWindow = (): Promise<EditorWindow> =>
    openEditorWindow({ server: product.server, folder: product.folder, browser });
  const list = async (): Promise<Session[]> =>
    (await link.call('session/list', { history: true })).sessions;
  const statuses = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await list()).map(({ name, status }) => [name, status]));
  /** The windows are gone, and daemon, hosts, sessions and extension hosts die without a word. */
  const restartMachine = async (): Promise<void> => {
    const sessions = (await list()).flatMap(({ pid }) => pid ?? []);
    const address = window.page.url();
    link.dispose();
    // What a window of the browser keeps is kept with its context, so the page stays and shows nothing.
    await window.page.goto('about:blank');
    await other?.close();
    other = undefined;
    const editors = listTree(product.server.pid).filter(({ command }) =>
      command.includes('--type=extensionHost'),
    );
    const pids = [...editors.map(({ pid }) => pid), ...product.hostPids(), ...sessions];
    const living = [product.daemonPid() ?? 0, ...pids].filter(isAlive);
    for (const pid of living) process.kill(pid, 'SIGKILL');
    await until('nothing of it runs', async () => !living.some(isAlive));
    await window.page.goto(address);
    await openActivity(window, 'Waggle');
    await until('another daemon runs', async () => isAlive(product.daemonPid() ?? 0));
    link = await connectProduct(product);
  };
  const readToast = (from: EditorWindow): Promise<{ text: string; buttons: string[] }> =>
    until(
      'a toast says what was interrupted',
      async () => {
        const toasts = await readNotifications(from);
        return toasts.find(({ text }) => text.includes('interrupted'));
      },
      { withinMs: 90_000, describe: async () => JSON.stringify(await readNotifications(from)) },
    );

  const resumeAll = async (): Promise<void> => {
    await runCommand(window, 'Waggle: Resume All');
    await until(
      'all run',
      async () => Object.values(await statuses()).every((status) => status === 'running'),
      { withinMs: 60_000 },
    );
  };
  it('interrupts agents and shells that were shown in tabs or nowhere', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, /[$#] ?$/);
    await typeInTerminal(window, "echo be''fore\n");
    await waitForTerminalText(window, /^before$/m);
    link = await connectProduct(product);
    for (const name of ['fix-login', 'add-tests'])
      await openSession(link, product, { name, agent: 'claude' });
    await openRow(window, 'Sessions', 'fix-login');
    await waitForTerminalText(window, /Welcome to the agent/);
    await typeInTerminal(window, 'hello\n');
    await waitForTerminalText(window, /you said hello/);
    await restartMachine();
    assert.deepEqual(await statuses(), {
      bash: 'interrupted',
      'fix-login': 'interrupted',
      'add-tests': 'interrupted',
    });
  });

  it('is told once, in one window, with what can be done about it', async () => {
    assert.deepEqual(await readToast(window), {
      text: '3 sessions were interrupted by a restart.',
      buttons: ['Resume 2 Agents', 'Choose…', 'Not Now'],
    });
    await window.screenshot('interrupted-toast-dark-1400');
  });

  it('lets the person choose, agents ticked, and starts nothing when they turn away', async () => {
    await answerNotification(window, /interrupted/, 'Choose…');
    assert.equal(await readPrompt(window), 'Resume Sessions');
    const rows = (await readPicks(window)).map(({ label }) => label);
    assert.deepEqual(new Set(rows.slice(0, 2)), new Set(['fix-login', 'add-tests']));
    await window.screenshot('resume-choose-dark-1400');
    await dismissInput(window);
    assert.ok(Object.values(await statuses()).every((status) => status === 'interrupted'));
  });

  it('leaves the last screen in the tab, where Enter goes on', async () => {
    await until('one tab is in front', async () => (await countTerminals(window)) === 1);
    await waitForTerminalText(window, /^interrupted \d\d:\d\d · Enter resumes$/m);
    await waitForTerminalText(window, /you said hello/);
    await window.screenshot('interrupted-dark-1400');
    await window.resize(900, 900);
    await window.screenshot('interrupted-dark-900');
    await window.resize(1400, 900);
    await typeInTerminal(window, '\n');
    await until('it runs', async () => (await statuses())['fix-login'] === 'running');
    await waitForTerminalText(window, /args: .*--(resume|session-id)/);
    await window.screenshot('resumed-dark-1400');
  });

  it('leaves a row with a button that goes on, and one for all', async () => {
    await clickRowAction(window, treeRow(window, 'Sessions', 'add-tests'), 'Resume');
    // A row that the editor is just reading anew passes no session on: then the person is asked which one.
    const question = window.page.getByPlaceholder('Resume which session?');
    await until(
      'it runs in front',
      async () => {
        if (await question.isVisible()) await pick(window, 'add-tests');
        const tabs = await readTabs(window);
        return tabs.some(({ title, active }) => active && title === 'add-tests');
      },
      {
        withinMs: 60_000,
        describe: async () =>
          `${JSON.stringify(await statuses())} ${JSON.stringify(await readTabs(window))} ${await window.screenshot('interrupted-failed')}`,
      },
    );
    await waitForTerminalText(window, /args: --/);
    await resumeAll();
  });

  it('is not told again after a reload, nor in another window', async () => {
    await restartMachine();
    await readToast(window);
    await waitForTerminalText(window, /Enter resumes$/m);
    await window.reload();
    other = await openWindow();
    await openActivity(other, 'Waggle');
    for (const later of [window, other]) {
      await waitForRow(later, 'Sessions', 'fix-login');
      assert.deepEqual(await readNotifications(later), []);
    }
  });

  it('brings agents back unasked only where the person said so', async () => {
    await resumeAll();
    product.changeSettings({ 'waggle.sessions.resumeAfterRestart': 'agents' });
    await restartMachine();
    const areBack = async (): Promise<boolean> => {
      const found = await statuses();
      return found['fix-login'] === 'running' && found['add-tests'] === 'running';
    };
    await until('the agents run', areBack, { withinMs: 90_000 });
    assert.equal((await statuses())['bash'], 'interrupted');
    assert.deepEqual(await toldOfRestart(), []);
  });

  /** The editor has other things to say, of settings that changed while it wrote them for one. */
  const toldOfRestart = async (): Promise<readonly string[]> => {
    const told = await readNotifications(window);
    return told.map(({ text }) => text).filter((text) => /interrupted|restart/i.test(text));
  };

  it('says nothing of it where the person said so, and the command still brings all back', async () => {
    await resumeAll();
    product.changeSettings({ 'waggle.sessions.resumeAfterRestart': 'never' });
    await restartMachine();
    await waitForTerminalText(window, /Enter resumes$/m);
    await openActivity(window, 'Explorer');
    await openActivity(window, 'Waggle');
    await waitForRow(window, 'Sessions', 'fix-login');
    assert.ok(Object.values(await statuses()).every((status) => status === 'interrupted'));
    assert.deepEqual(await toldOfRestart(), []);
    await resumeAll();
    assert.deepEqual(await toldOfRestart(), []);
  });
});

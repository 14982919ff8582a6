import assert from 'node:assert/strict';
import { isAlive, listProcesses } from './support/liveProcesses.ts';
import {
  fillInput,
  acceptInput,
  pick,
  readPicks,
  readPrompt,
  runCommand,
} from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import {
  countTerminals,
  focusTerminal,
  readTerminal,
  typeInTerminal,
  waitForTerminalText,
} from './support/terminalPane.ts';
import { until } from './support/until.ts';
import {
  answerDialog,
  answerNotification,
  chooseFromContextMenu,
  clickRowAction,
  openActivity,
  readBadge,
  readNotifications,
  readStatusBar,
  readTabs,
  readTree,
  readWelcome,
  treeRow,
  waitForRow,
} from './support/views.ts';

const prompt = /\$ ?$/;

/** Reads a number that the shell prints, typed so that the echo of the command does not look like it. */
async function askShell(window: EditorWindow, expression: string): Promise<number> {
  const mark = `n${Math.random().toString(36).slice(2, 8)}`;
  await typeInTerminal(window, `echo ${mark}''=${expression}\n`);
  const text = await waitForTerminalText(window, new RegExp(`^${mark}=\\d+`, 'm'));
  return Number(new RegExp(`^${mark}=(\\d+)`, 'm').exec(text)?.[1]);
}

describe('a session in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let shell = 0;

  before(async () => {
    // What closing.test.ts looks at stays out of the way: here even an idle shell runs on.
    product = await startProduct({ settings: { 'waggle.terminals.onTabClose': 'keep' } });
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  it('offers to run something while nothing runs, and starts no daemon for that', async () => {
    await openActivity(window, 'Waggle');
    assert.equal((await readWelcome(window, 'Needs You')).text, 'Nothing needs you.');
    const buttons = await until('something is offered', async () => {
      const shown = await readWelcome(window, 'Sessions');
      const offer = 'Run an agent that keeps running when you close VS Code.';
      return shown.text.startsWith(offer) && shown.buttons;
    });
    assert.ok(buttons.includes('Shell'), buttons.join());
    await window.screenshot('empty-dark-1400');
    assert.equal(product.daemonPid(), undefined);
    assert.equal(await readBadge(window, 'Waggle'), '');
    await until('the status bar is quiet', async () =>
      (await readStatusBar(window)).includes('Waggle, quiet'),
    );
  });

  it('opens a shell in the folder, in an editor terminal, from the palette', async () => {
    await runCommand(window, 'Waggle: New Session…');
    const labels = await until('there is something to choose', async () => {
      const rows = await readPicks(window);
      return rows.length > 0 && rows.map(({ label }) => label);
    });
    assert.deepEqual(labels.slice(0, 2), ['Shell', 'Command…']);
    assert.equal(await readPrompt(window), 'New Session');
    await pick(window, 'Shell');
    await waitForTerminalText(window, prompt);
    await typeInTerminal(window, 'echo $((40+2)) $PWD $TERM_PROGRAM\n');
    await waitForTerminalText(window, new RegExp(`^42 ${product.folder} waggle$`, 'm'));
    assert.deepEqual(await readTabs(window), [{ title: 'bash', active: true, group: 0 }]);
    shell = await askShell(window, '$$');
  });

  it('lists it under the folder with program, branch and age', async () => {
    await waitForRow(window, 'Sessions', 'bash');
    const rows = (await readTree(window, 'Sessions')).map(({ label, description, level }) => [
      level,
      label,
      description,
    ]);
    assert.deepEqual(rows, [
      [1, 'api', ''],
      [2, 'bash', 'shell · main · now'],
    ]);
    await window.screenshot('session-dark-1400');
  });

  it('takes a name from the person, in the tree and on the tab', async () => {
    const row = treeRow(window, 'Sessions', 'bash');
    await chooseFromContextMenu(window, row, 'Rename…');
    await fillInput(window, 'fix-login');
    await acceptInput(window);
    await waitForRow(window, 'Sessions', 'fix-login');
    await until('the tab has the name', async () =>
      (await readTabs(window)).some(({ title }) => title === 'fix-login'),
    );
  });

  it('is back in its place after a reload, with the same screen and the same process', async () => {
    const before = await readTerminal(window);
    await window.reload();
    await waitForTerminalText(window, /^42 /m);
    await until('the same screen is back', async () => (await readTerminal(window)) === before, {
      describe: () => readTerminal(window),
    });
    assert.deepEqual(await readTabs(window), [{ title: 'fix-login', active: true, group: 0 }]);
    assert.equal(await askShell(window, '$$'), shell);
  });

  it('loses and doubles nothing when the daemon is killed while a person types', async () => {
    const text = Array.from({ length: 60 }, (_, index) => String.fromCharCode(97 + (index % 26)));
    const killed = product.daemonPid();
    assert.ok(killed);
    await typeInTerminal(window, "echo 'typed='");
    for (const [index, key] of text.entries()) {
      if (index === 20) process.kill(killed, 'SIGKILL');
      await window.page.keyboard.type(key);
    }
    await typeInTerminal(window, '\n');
    await waitForTerminalText(window, new RegExp(`^typed=${text.join('')}$`, 'm'));
    await until('another daemon runs', async () => {
      const pid = product.daemonPid();
      return pid !== undefined && pid !== killed && isAlive(pid);
    });
    await openActivity(window, 'Waggle');
    await waitForRow(window, 'Sessions', 'fix-login');
    assert.equal(await askShell(window, '$$'), shell);
  });

  it('runs on when its tab is closed, says so once, and comes back', async () => {
    await runCommand(window, 'View: Close Editor');
    await until('the note stands there', async () =>
      (await readNotifications(window)).some(({ text }) => text === "'fix-login' keeps running."),
    );
    assert.equal(await countTerminals(window), 0);
    assert.ok(isAlive(shell));
    await window.screenshot('closed-tab-dark-1400');
    await answerNotification(window, /keeps running/, 'Reopen');
    await waitForTerminalText(window, /^typed=/m);
    await runCommand(window, 'View: Close Editor');
    await runCommand(window, 'Waggle: Reopen Closed Session');
    await waitForTerminalText(window, /^typed=/m);
    assert.deepEqual(await readNotifications(window), []);
  });

  it('has another session of its kind beside it when its terminal is split', async () => {
    await runCommand(window, 'View: Split Editor Right');
    await until(
      'two tabs stand side by side',
      async () => {
        const tabs = (await readTabs(window)).map(({ title, group }) => [title, group]);
        return (
          JSON.stringify(tabs) ===
          JSON.stringify([
            ['fix-login', 0],
            ['bash', 1],
          ])
        );
      },
      { describe: async () => JSON.stringify(await readTabs(window)) },
    );
    await waitForTerminalText(window, prompt, { index: 1 });
    await typeInTerminal(window, "echo remem''bered\n", 1);
    // Typed ahead, the echo of the next line would stand before what this one prints.
    await waitForTerminalText(window, /^remembered$/m, { index: 1 });
    await typeInTerminal(window, 'exit\n', 1);
    await waitForTerminalText(window, /^exited 0 · R restarts · H history$/m, { index: 1 });
    await window.screenshot('split-dark-1400');
  });

  it('shows what is kept of it as a document with H', async () => {
    await typeInTerminal(window, 'h', 1);
    const document = window.page.locator('.editor-group-container.active .view-lines');
    await document.locator('.view-line', { hasText: /^remembered$/ }).waitFor();
    await window.screenshot('history-dark-1400');
    // The group of the terminal is locked, so the document stands in the other one.
    await runCommand(window, 'View: Close Editor');
    await waitForTerminalText(window, /H history$/m, { index: 1 });
    await focusTerminal(window, 1);
    await runCommand(window, 'View: Close Editor');
  });

  it('ends every process when it is stopped, and says how to go on', async () => {
    await typeInTerminal(window, '(trap "" TERM; sleep 4711) & sleep 4712 &\n');
    const started = await until('both run', async () => {
      const found = listProcesses(/^sleep\u0000471[12]/);
      return found.length === 2 && found;
    });
    await clickRowAction(window, treeRow(window, 'Sessions', 'fix-login'), 'Stop');
    await until('all are gone', async () => [shell, ...started].every((pid) => !isAlive(pid)));
    await waitForTerminalText(window, /· R restarts · H history$/);
    await waitForRow(window, 'Sessions', 'History');
    await window.screenshot('stopped-dark-1400');
  });

  it('starts anew in the same terminal with R', async () => {
    await typeInTerminal(window, 'r');
    await until('a new shell runs in it', async () => prompt.test(await readTerminal(window)));
    assert.notEqual(await askShell(window, '$$'), shell);
    assert.equal((await readTabs(window)).length, 1);
  });

  it('asks before it deletes, and removes the row and the terminal', async () => {
    await chooseFromContextMenu(window, treeRow(window, 'Sessions', 'fix-login'), 'Delete');
    assert.match(await answerDialog(window, 'Stop and Delete'), /Delete 'fix-login'\?/);
    await until('only what ended before is left', async () => {
      const labels = (await readTree(window, 'Sessions')).map(({ label }) => label);
      return labels.join() === 'History';
    });
    assert.deepEqual(await readTabs(window), []);
  });

  it('asks nothing of any address off this machine', () => {
    assert.deepEqual(window.refused, []);
  });

  it('gives the editor nothing to complain about', () => {
    assert.deepEqual(
      window.errors.filter((error) => error.includes('waggle.waggle')),
      [],
    );
  });
});

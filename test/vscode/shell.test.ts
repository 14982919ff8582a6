import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { homePaths } from '../../link/home/home.ts';
import { dismissInput, pick, readPicks, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { followLink, readCommandMarks } from './support/terminalLinks.ts';
import { typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, openRow, readNotifications, readTabs } from './support/views.ts';

/** A file with a line that says whose it is, in both checkouts at the same place. */
function makeCheckouts(main: string): string {
  const worktree = `${main}-fix`;
  const git = (...values: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', main, ...values]);
  };
  mkdirSync(join(main, 'src'));
  writeFileSync(join(main, 'src', 'a.ts'), `// of main\n`.repeat(20));
  git('add', '.');
  git('commit', '-qm', 'first');
  git('worktree', 'add', '-q', worktree, '-b', 'fix');
  writeFileSync(join(worktree, 'src', 'a.ts'), `// of the worktree\n`.repeat(20));
  writeFileSync(join(main, 'src', 'uncommitted.ts'), '// only in main\n');
  return worktree;
}

describe('a shell in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;
  let worktree = '';

  before(async () => {
    product = await startProduct();
    worktree = makeCheckouts(product.folder);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, /\$ ?$/);
    const paths = homePaths(product.home);
    link = await connectDaemon({ paths, kind: 'test', clientId: 'beside' });
  });
  after(async () => {
    await window?.screenshot('shell-end-dark-1400');
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  const untilShown = async (text: RegExp): Promise<void> => {
    const lines = window.page.locator('.editor-group-container.active .view-lines').first();
    await until('the file is shown', async () => text.test(await lines.innerText()), {
      describe: () => lines.innerText(),
    });
  };

  it('shows how each command ended, beside it', async () => {
    await typeInTerminal(window, 'true\nfalse\necho one; echo two\n');
    await waitForTerminalText(window, /^two$/m);
    await until('three marks', async () => {
      const marks = await readCommandMarks(window);
      return marks.slice(0, 3).join() === 'success,error,success';
    });
    await window.screenshot('shell-marks-dark-1400');
    const [session] = (await link.call('session/list', {})).sessions;
    assert.equal(session?.directory, product.folder);
    assert.equal(session.prompt, 'prompt');
    assert.equal(session.commandLine, 'echo one; echo two');
  });

  it('lets the editor run a command again, also one that history does not have', async () => {
    await typeInTerminal(window, 'HISTCONTROL=ignorespace\n');
    await typeInTerminal(window, ' echo un""said\n');
    await waitForTerminalText(window, /^unsaid$/m);
    await runCommand(window, 'Terminal: Run Recent Command...');
    const labels = await until('commands are offered', async () => {
      const rows = await readPicks(window);
      return rows.length > 0 && rows.map(({ label }) => label);
    });
    assert.ok(
      labels.some((label) => label.includes('echo one; echo two')),
      labels.join(' | '),
    );
    assert.ok(
      labels.some((label) => label.includes('echo un')),
      labels.join(' | '),
    );
    await window.screenshot('shell-recent-dark-1400');
    await dismissInput(window);
  });

  it('opens the file of its own checkout, not that of the folder of the window', async () => {
    const { PATH = '' } = process.env;
    await link.call('session/open', {
      agent: 'shell',
      name: 'fix',
      cwd: worktree,
      environment: { PATH, HOME: product.userHome, SHELL: '/bin/bash' },
      size: { cols: 80, rows: 24 },
    });
    await openActivity(window, 'Waggle');
    await openRow(window, 'Sessions', 'fix');
    await waitForTerminalText(window, /^\$ ?$/);
    await typeInTerminal(window, 'clear; echo src/a.ts:12:4\n');
    await waitForTerminalText(window, /^src\/a\.ts:12:4$/m);
    await followLink(window, 'src/a.ts:12:4');
    await until('the file is open', async () =>
      (await readTabs(window)).some(({ title }) => /^a(?:\.ts)?$/.test(title)),
    );
    await untilShown(/of.the.worktree/);
    await window.screenshot('shell-link-dark-1400');
    await runCommand(window, 'View: Close Editor');
  });

  it('says that a file is another checkout’s, and opens it only when asked', async () => {
    await typeInTerminal(window, 'clear; echo src/uncommitted.ts:1\n');
    await waitForTerminalText(window, /^src\/uncommitted\.ts:1$/m);
    await followLink(window, 'src/uncommitted.ts:1');
    await until('it says so', async () =>
      (await readNotifications(window)).some(({ text }) =>
        text.includes(`'src/uncommitted.ts' is not in ${worktree}`),
      ),
    );
    await window.screenshot('shell-elsewhere-dark-1400');
    const titles = (await readTabs(window)).map(({ title }) => title);
    assert.ok(!titles.some((title) => title.startsWith('uncommitted')), titles.join());
  });

  it('opens the file of its own checkout after a reload too', async () => {
    await typeInTerminal(window, 'clear; echo src/a.ts:3\n');
    await waitForTerminalText(window, /^src\/a\.ts:3$/m);
    await window.reload();
    await waitForTerminalText(window, /^src\/a\.ts:3$/m);
    await followLink(window, 'src/a.ts:3');
    await until('the file is open', async () =>
      (await readTabs(window)).some(({ title }) => /^a(?:\.ts)?$/.test(title)),
    );
    await untilShown(/of.the.worktree/);
  });
});

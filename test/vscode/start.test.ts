import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listDaemonProcesses } from '../../scripts/demoDaemon.ts';
import { listTree } from '../../scripts/processTree.ts';
import { pick, readPicks, runCommand } from './support/commandPalette.ts';
import { openEditorWindow } from './support/editorWindow.ts';
import { typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, waitForRow } from './support/views.ts';

const root = join(import.meta.dirname, '..', '..');

describe('npm start', function () {
  this.timeout(600_000);
  let directory: string;
  let started: ChildProcess;

  before(function () {
    if (process.platform === 'win32') this.skip();
    directory = mkdtempSync(join(tmpdir(), 'waggle-start-'));
  });
  after(async () => {
    if (started.exitCode === null && started.signalCode === null) {
      started.kill('SIGINT');
      await once(started, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  });

  it('serves the editor with the packaged extension, says each step, and ends all that it started', async () => {
    let said = '';
    let printed = '';
    const args = [join(root, 'scripts', 'start.ts'), '--no-open', '--at', directory];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    started = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('npm start says that it runs', async () => said.includes('press Ctrl-C'), {
      withinMs: 120_000,
      describe: async () => said,
    });
    const url = printed.trim();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?folder=.*&tkn=[0-9a-f]{48}$/);

    const window = await openEditorWindow({ server: { urlFor: () => url }, folder: directory });
    try {
      await openActivity(window, 'Waggle');
      await runCommand(window, 'Waggle: New Session…');
      await readPicks(window);
      await pick(window, 'Shell');
      await typeInTerminal(window, 'echo said-$((40+2))\n');
      await waitForTerminalText(window, /^said-42$/m);
      await waitForRow(window, 'Sessions', /.+/);
    } finally {
      await window.screenshot('npm-start');
      await window.close();
    }
    const running = listDaemonProcesses(join(directory, 'home'));
    const trees = [child.pid ?? 0, ...running]
      .flatMap((pid) => listTree(pid))
      .map((row) => row.pid);

    // As a terminal and npm do it together: the signal comes twice.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    const left = trees.filter((pid) => listTree(pid).length > 0);
    assert.deepEqual([code, running.length >= 2, left], [0, true, []]);
    assert.match(
      said,
      /building …[^]*packaging[^]*sample folder[^]*installing[^]*starting[^]*ending the editor, the daemon[^]*all ended/,
    );
  });
});

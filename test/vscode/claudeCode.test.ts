/** The main way on real input: the real Claude Code in an editor terminal of the real VS Code, owned by our daemon. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calmSettings, writeSettings } from '../../scripts/editorServer.ts';
import { listTree } from '../../scripts/processTree.ts';
import type { ClaudeCodeRun } from '../agents/support/claudeCode.ts';
import { prepareClaudeCode } from '../agents/support/claudeCode.ts';
import { installAgents } from '../agents/support/install.ts';
import { pick, readPicks, runCommand } from './support/commandPalette.ts';
import type { EditorWindow } from './support/editorWindow.ts';
import { openEditorWindow, testSettings } from './support/editorWindow.ts';
import { isAlive } from './support/liveProcesses.ts';
import type { Product } from './support/product.ts';
import { startProduct } from './support/product.ts';
import { readTerminal, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { clickRowAction, openActivity, readWelcome, treeRow, waitForRow } from './support/views.ts';

/** Claude Code asks before it works in a folder that it does not know. */
function trustFolder(configDirectory: string, folder: string): void {
  const path = join(configDirectory, '.claude.json');
  const seed: { projects: Record<string, object> } = JSON.parse(readFileSync(path, 'utf8'));
  seed.projects[folder] = { hasTrustDialogAccepted: true };
  writeFileSync(path, JSON.stringify(seed));
}

describe('the real Claude Code in the editor', function () {
  this.timeout(600_000);
  let run: ClaudeCodeRun;
  let product: Product;
  let window: EditorWindow;

  before(async function () {
    this.timeout(600_000);
    await installAgents();
    run = await prepareClaudeCode();
    const { HOME: _home, PATH: path, ...agentEnv } = run.env;
    const bin = join(run.home.root, 'bin');
    mkdirSync(bin);
    symlinkSync(run.command[0], join(bin, 'claude'));
    product = await startProduct({
      theme: 'Light Modern',
      env: { ...agentEnv, SHELL: '/bin/bash', PATH: `${bin}:${path ?? ''}` },
    });
    writeFileSync(join(product.userHome, '.profile'), `PATH='${bin}':$PATH\n`);
    trustFolder(run.home.configDirectory, product.folder);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    await window?.close();
    await product?.stop();
    await run?.stop();
  });

  /** Types a prompt and waits until the model has it. */
  async function ask(prompt: string, gate: string): Promise<void> {
    await typeInTerminal(window, prompt);
    await waitForTerminalText(window, new RegExp(prompt.slice(-8).replace(/[[\]\\]/g, '\\$&')));
    await typeInTerminal(window, '\n');
    await run.modelServer.untilWaiting(gate);
  }

  it('is offered and opens in an editor terminal', async () => {
    await openActivity(window, 'Waggle');
    await runCommand(window, 'Waggle: New Session…');
    await until('the agent is offered', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Claude Code'),
    );
    await pick(window, 'Claude Code');
    await waitForTerminalText(window, /Claude Code/);
    await waitForRow(window, 'Sessions', /Claude Code/);
  });

  it('goes on with its turn while the daemon is killed, and is shown again by itself', async () => {
    await ask(
      'Is the daemon needed? [[say \\u004eo,]] [[wait gate]] [[say \\u0061nswered.]]',
      'gate',
    );
    const daemon = product.daemonPid();
    assert.ok(daemon !== undefined);
    process.kill(daemon, 'SIGKILL');
    run.modelServer.release('gate');
    await waitForTerminalText(window, /answered\./);
    await until('another daemon serves', async () => {
      const pid = product.daemonPid();
      return pid !== undefined && pid !== daemon && isAlive(pid);
    });
    const row = await waitForRow(window, 'Sessions', /Claude Code/);
    assert.match(row.description, /claude · main/);
    await until('the views are connected again', async () => {
      const shown = await window.page.locator('[id="workbench.parts.sidebar"]').innerText();
      return !shown.includes('reconnecting');
    });
    await window.screenshot('claude-light-1400');
  });

  it('is back in its place after a reload, with the same screen and the same process', async () => {
    const before = await readTerminal(window);
    writeSettings(product.server.dataDir, { ...calmSettings, ...testSettings('Dark Modern') });
    await window.reload();
    await waitForTerminalText(window, /answered\./);
    // Its mascot moves and comes and goes: its blocks are left out. So are its hints around the input, which go too.
    const visible = (text: string): string[] =>
      (text.split(/\n─{20,}/)[0] ?? '')
        .split('\n')
        .map((line) =>
          line
            .replaceAll(/[▀-▟]/g, ' ')
            .replace(/^[~\s]+(?=\/)/, '')
            .replaceAll(/ +/g, ' ')
            .trim(),
        )
        .filter((line) => line !== '' && !/^[◐-◕○●] \w+ · \//.test(line));
    assert.deepEqual(visible(await readTerminal(window)), visible(before));
    await ask('Still there? [[say \\u0059es,]] [[wait again]] [[say \\u0073till.]]', 'again');
    run.modelServer.release('again');
    await waitForTerminalText(window, /still\./);
    await until('what was seen is no longer counted', async () => {
      const { text } = await readWelcome(window, 'Needs You');
      return text === 'Nothing needs you.';
    });
    await window.screenshot('claude-dark-1400');
  });

  it('leaves no process behind when it is stopped', async () => {
    const [host] = product.hostPids();
    assert.ok(host !== undefined && listTree(host, undefined, { withDetached: true }).length > 1);
    await openActivity(window, 'Waggle');
    await clickRowAction(window, treeRow(window, 'Sessions', 'Claude Code'), 'Stop');
    await waitForTerminalText(window, /stopped|exited/);
    await until('every process below the hosts is gone', async () =>
      product
        .hostPids()
        .every((pid) => listTree(pid, undefined, { withDetached: true }).length <= 1),
    );
  });
});

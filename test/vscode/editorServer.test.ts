import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditorServer, type EditorServer } from '../../scripts/editorServer.ts';
import { listProcesses, listTree, type ProcessRow } from '../../scripts/processTree.ts';
import { runCommand } from './support/commandPalette.ts';
import { openEditorWindow, testSettings } from './support/editorWindow.ts';
import { typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { openActivity, readTabs, readTree } from './support/views.ts';

describe('the editor that the tests drive', function () {
  this.timeout(600_000);
  let home: string;
  let server: EditorServer | undefined;

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'waggle-editor-'));
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  it('lets nobody in without its token, when it has one', async () => {
    server = await startEditorServer({ dataDir: join(home, 'closed'), token: 'open-sesame' });
    const statusOf = async (url: string): Promise<number> =>
      (await fetch(url, { redirect: 'manual' })).status;
    const url = server.urlFor(home);
    assert.deepEqual(
      [
        await statusOf(url.replace('open-sesame', 'guess')),
        await statusOf(`http://127.0.0.1:${server.port}/`),
        await statusOf(url),
      ],
      [403, 403, 302],
    );
  });

  it('runs a terminal whose text outlives a reload, and asks nobody outside for anything', async () => {
    server = await startEditorServer({ dataDir: join(home, 'open'), settings: testSettings() });
    const window = await openEditorWindow({ server, folder: home });
    try {
      await runCommand(window, 'Terminal: Create New Terminal in Editor Area');
      await typeInTerminal(window, 'echo said-$((40+2)); printf "%0500d\\n" 7\n');
      await waitForTerminalText(window, /^said-42\n0{499}7$/m);
      await window.reload();
      await waitForTerminalText(window, /^said-42\n0{499}7$/m);
      await openActivity(window, 'Explorer');
      const folders = (await readTree(window, 'Explorer')).map((row) => row.label);
      assert.deepEqual(
        { tabs: (await readTabs(window)).length, folders, refused: window.refused },
        { tabs: 1, folders: ['closed', 'open'], refused: [] },
      );
      const outside = 'https://outside.invalid/';
      const answer = await window.page.evaluate(
        (address) => fetch(address).then(String, (error: Error) => error.name),
        outside,
      );
      assert.deepEqual([answer, window.refused], ['TypeError', [outside]]);
    } finally {
      await window.close();
    }
  });

  it('leaves no process when it is stopped with a terminal open', async function () {
    if (process.platform === 'win32') this.skip();
    server = await startEditorServer({ dataDir: join(home, 'stopped'), settings: testSettings() });
    const window = await openEditorWindow({ server, folder: home });
    let tree: ProcessRow[];
    try {
      await runCommand(window, 'Terminal: Create New Terminal');
      await typeInTerminal(window, 'trap "" TERM HUP; echo rea""dy; sleep 300\n');
      await waitForTerminalText(window, /^ready$/m);
      tree = listTree(server.pid);
    } finally {
      await window.close();
    }
    await server.stop();
    const left = listProcesses().filter((row) =>
      tree.some((old) => old.pid === row.pid && old.startedAt === row.startedAt),
    );
    assert.deepEqual([tree.some((row) => row.command === 'sleep 300'), left], [true, []]);
  });
});

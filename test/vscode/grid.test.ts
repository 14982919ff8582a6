/** A grid of files and terminals, one of them pinned, one in the panel, one in a window of its own, over a reload. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { acceptInput, fillInput, pick, readPicks, runCommand } from './support/commandPalette.ts';
import { connectProduct, openSession } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { readGrid, type GridGroup } from './support/grid.ts';
import { startProduct, type Product } from './support/product.ts';
import { countTerminals, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { openActivity, openRow } from './support/views.ts';
import { readWindowMemory } from './support/windowMemory.ts';

/** Restoring takes so long then that the person may be elsewhere: what it took it gives back all the same. */
const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const storedSchema = z.object({ activeColumn: z.number(), focus: z.string().nullable() });

describe('a grid of files and terminals', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;
  const pids = new Map<string, number>();

  before(async () => {
    product = await startProduct();
    for (const name of ['main.c', 'tests.c']) writeFileSync(join(product.folder, name), '\n');
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  const openFile = async (name: string): Promise<void> => {
    await runCommand(window, 'Go to File...');
    await fillInput(window, name);
    await until('the file is offered', async () => (await readPicks(window))[0]?.label === name);
    await acceptInput(window);
    await hasTab(name);
  };
  /** With the keyboard: what only stands there takes it from the group that is chosen next. */
  const hasTab = (name: string): Promise<unknown> =>
    until(
      `a tab ${name} is active and has the keyboard`,
      async () => {
        const isFront = (tab: string): boolean => tab.endsWith(`*${name}`);
        const group = (await readGrid(window)).find(({ tabs }) => tabs.some(isFront));
        if (group?.focused === true) return true;
        // A busy window may let the row keep it.
        if (group !== undefined) await window.page.locator('.tab', { hasText: name }).click();
        return false;
      },
      { everyMs: 2000, describe: sizes },
    );
  const openTerminal = async (name: string): Promise<void> => {
    const { pid } = await openSession(link, product, { name });
    pids.set(name, pid ?? 0);
    await openRow(window, 'Sessions', name);
    await hasTab(name);
  };
  const focusGroup = (number: number): Promise<unknown> =>
    until(`group ${number} has the focus`, async () => {
      await window.page.keyboard.press(`Control+${number}`);
      return (await readGrid(window))[number - 1]?.focused;
    });
  const closeFile = async (name: string): Promise<void> => {
    const tab = window.page.locator(`.tab[data-resource-name="${name}"]`);
    await tab.click({ button: 'middle' });
    await tab.waitFor({ state: 'detached' });
  };
  /** Into a window of its own: a page of the same browser context. */
  const moveOut = async (name: string): Promise<void> => {
    await window.page.locator('.tab', { hasText: name }).click();
    const opened = window.page.context().waitForEvent('page');
    await runCommand(window, 'View: Move Editor into New Window');
    const page = await opened;
    await page.locator('.tab', { hasText: name }).waitFor();
  };
  const dragEdges = async (): Promise<void> => {
    const edges = window.page.locator('.part.editor .monaco-sash.vertical:not(.disabled)');
    const box = await edges.last().boundingBox();
    assert.ok(box !== null);
    await window.page.mouse.move(box.x + 2, box.y + 100);
    await window.page.mouse.down();
    await window.page.mouse.move(box.x + 122, box.y + 100, { steps: 6 });
    await window.page.mouse.up();
  };
  /** Everything as before; the one that was moved out stands behind the others of the group that it came from. */
  const isBack = (before: readonly GridGroup[]): Promise<unknown> => {
    const expected = JSON.stringify(
      before.map((group, index) =>
        index === 2 && !group.tabs.includes('golf')
          ? { ...group, tabs: [...group.tabs, 'golf'] }
          : group,
      ),
    );
    return until('the grid is back', async () => (await sizes()) === expected, {
      describe: async () => `${await sizes()}\nbefore ${expected}`,
    });
  };
  const isTheSame = async (): Promise<void> => {
    const { sessions } = await link.call('session/list', {});
    const running = new Map(sessions.map(({ name, pid }) => [name, pid]));
    assert.deepEqual(
      [...pids].map(([name]) => [name, running.get(name)]),
      [...pids],
    );
    assert.equal(await countTerminals(window), 3);
    await until('the panel holds one terminal alone', async () => {
      const names = await window.page.locator('.terminal-tabs-entry').count();
      return names <= 1;
    });
    await waitForTerminalText(window, /^focused$/m, { index: 1 });
    const focused = window.page.locator(
      '.editor-group-container.active .terminal-wrapper.active :focus',
    );
    await until('the terminal has the keyboard', async () => (await focused.count()) === 1, {
      describe: () =>
        window.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300) ?? 'nothing'),
    });
    await window.page.keyboard.type("echo ty''ped\n");
    await waitForTerminalText(window, /^typed$/m, { index: 1 });
  };
  /** A busy editor tells late of the group that became active, and may be asked to reload before that. */
  const isStored = (wanted: { activeColumn: number; isTerminal: boolean }): Promise<unknown> =>
    until(
      'the window has stored what has the keyboard',
      async () => {
        const { data } = storedSchema.safeParse(await readWindowMemory(window, 'waggle.window'));
        if (data?.activeColumn !== wanted.activeColumn) return false;
        return (data.focus !== null) === wanted.isTerminal;
      },
      { describe: async () => JSON.stringify(await readWindowMemory(window, 'waggle.window')) },
    );
  const sizes = async (): Promise<string> => JSON.stringify(await readGrid(window));

  it('is laid out by hand', async () => {
    await openActivity(window, 'Waggle');
    // Asked again: a window that has just opened offers nothing while it does not know its profiles.
    await until('our profile is offered', async () => {
      await runCommand(window, 'Create New Terminal (With Profile)');
      const row = window.page.locator('.quick-input-list-row', { hasText: 'Waggle Session' });
      return row.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    });
    await pick(window, 'Waggle Session');
    await waitForTerminalText(window, /[$#] ?$/);
    link = await connectProduct(product);
    await runCommand(window, 'View: Grid Editor Layout (2x2)');
    await focusGroup(1);
    await openTerminal('alpha');
    await focusGroup(2);
    await openFile('README.md');
    await openTerminal('bravo');
    await runCommand(window, 'View: Pin Editor');
    await openFile('server.py');
    await focusGroup(3);
    await openFile('main.c');
    await openTerminal('golf');
    await focusGroup(4);
    await openFile('tests.c');
    await openTerminal('charlie');
    await openTerminal('delta');
    await closeFile('tests.c');
    await moveOut('golf');
    await dragEdges();
    await typeInTerminal(window, "echo focus''ed\n", 1);
    await window.screenshot('grid-before-dark-1400');
  });

  it('comes back with its sizes, order, active tabs, locks and focus after Reload Window', async () => {
    const before = await readGrid(window);
    assert.deepEqual(
      before.map(({ tabs, locked }) => [tabs.join(' '), locked]),
      [
        ['*alpha', true],
        ['^bravo *server.py README.md', false],
        ['*main.c', false],
        ['charlie *delta', false],
      ],
    );
    assert.deepEqual(
      before.map(({ focused }) => focused),
      [false, false, false, true],
    );
    await isStored({ activeColumn: 4, isTerminal: true });
    await window.reload();
    await isBack(before);
    await window.screenshot('grid-after-dark-1400');
    await isTheSame();
  });

  it('comes back the same way after F5', async () => {
    const before = await readGrid(window);
    const slowdown = await window.page.context().newCDPSession(window.page);
    if (isLong) await slowdown.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await isStored({ activeColumn: 4, isTerminal: true });
    await window.page.reload();
    await isBack(before);
    await isTheSame();
    await slowdown.detach();
  });

  it('leaves the keyboard to a file that had it before a reload', async () => {
    await focusGroup(2);
    const before = await readGrid(window);
    assert.deepEqual(
      before.map(({ focused }) => focused),
      [false, true, false, false],
    );
    await isStored({ activeColumn: 2, isTerminal: false });
    await window.reload();
    // The focused one is among what has to be the same.
    await isBack(before);
    await until('every terminal shows its session', async () => {
      const { sessions } = await link.call('session/list', {});
      const shown = [...pids.keys()].filter((name) => name !== 'charlie' && name !== 'golf');
      return shown.every((name) =>
        sessions.some((session) => session.name === name && session.clients > 0),
      );
    });
    await waitForTerminalText(window, /^typed$/m, { index: 1 });
    await window.page.keyboard.type('# kept the keyboard');
    const file = window.page.locator('.editor-group-container.active .view-lines');
    await file.getByText('# kept the keyboard').waitFor();
    assert.deepEqual(await readGrid(window).then((grid) => grid.map(({ focused }) => focused)), [
      false,
      true,
      false,
      false,
    ]);
  });
});

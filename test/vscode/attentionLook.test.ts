/** What each state looks like, in three themes and two widths: the pictures are for people, what can be read is judged here. */
import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import {
  acceptInput,
  dismissInput,
  fillInput,
  readPicks,
  runCommand,
} from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { isAlive } from './support/liveProcesses.ts';
import { startProduct, type Product } from './support/product.ts';
import { openSpeaker, type Speaker } from './support/speaker.ts';
import { readStatusItem, statusItem } from './support/statusItem.ts';
import { until } from './support/until.ts';
import {
  openActivity,
  openRow,
  readTree,
  readWelcome,
  unfoldRow,
  waitForRow,
} from './support/views.ts';

const settings = { 'waggle.sessions.resumeAfterRestart': 'never', 'waggle.notify.toast': false };
const themes: readonly (readonly [label: string, kind: string, word: string])[] = [
  ['Dark Modern', 'vs-dark', 'dark'],
  ['Light Modern', 'vs', 'light'],
  ['Dark High Contrast', 'hc-black', 'contrast'],
];
/** A daemon that has just started may not listen yet. */
function notYet(): undefined {}
const widths = [1400, 900] as const;

describe('the look of what needs the person', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;

  before(async () => {
    product = await startProduct({ settings });
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    link = await connectProduct(product);
    await openActivity(window, 'Waggle');
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  const speak = (name: string): Promise<Speaker> => openSpeaker(link, product, { name });
  const inEachLook = async (name: string, isThere: () => Promise<unknown>): Promise<void> => {
    for (const [theme, kind, word] of themes) {
      await runCommand(window, 'Preferences: Color Theme');
      await fillInput(window, theme);
      await until('it is found', async () => (await readPicks(window))[0]?.label === theme);
      await acceptInput(window);
      await window.page.locator(`.monaco-workbench.${kind}`).first().waitFor();
      for (const width of widths) {
        await window.resize(width, 900);
        await isThere();
        await window.screenshot(`${name}-${word}-${width}`);
      }
    }
  };

  it('is one quiet sentence while nothing needs the person', async () => {
    assert.equal((await readWelcome(window, 'Needs You')).text, 'Nothing needs you.');
    await inEachLook('attention-empty', () => readWelcome(window, 'Needs You'));
  });

  it('has an icon of its own for each state, in the one order', async () => {
    const upgrade = await speak('upgrade');
    await upgrade.report('working');
    await waitForRow(window, 'Sessions', 'upgrade');
    const { sessions } = await link.call('session/list', { history: true });
    const pids = sessions.flatMap(({ pid }) => pid ?? []);
    const living = [product.daemonPid() ?? 0, ...product.hostPids(), ...pids].filter(isAlive);
    link.dispose();
    for (const pid of living) process.kill(pid, 'SIGKILL');
    await until('all of it is gone', async () => !living.some(isAlive));
    await until('another daemon runs', async () => isAlive(product.daemonPid() ?? 0));
    link = await until('it answers', () => connectProduct(product).catch(notYet));
    const states: Record<string, Parameters<Speaker['report']>> = {
      'fix-login': ['blocked', { kind: 'permission', message: 'approve Bash: npm test' }],
      theme: ['blocked', { kind: 'question', message: 'answer: Which colour?' }],
      deploy: ['blocked', { kind: 'auth', message: 'needs you to sign in' }],
      billing: ['error', { message: 'API error 529' }],
      release: ['done'],
      refactor: ['working'],
      tests: ['idle'],
    };
    for (const [name, report] of Object.entries(states))
      await (await speak(name)).report(...report);
    await speak('notes');
    const seed = await speak('seed');
    await link.call('session/send', { sessionId: seed.id, text: 'exit 0\n', take: true });
    const old = await speak('old');
    await link.call('session/kill', { sessionId: old.id });
    const rows = await until(
      'all stand there',
      async () => {
        const found = await readTree(window, 'Sessions');
        return found.length === 11 && found.some(({ label }) => label === 'History') && found;
      },
      { describe: async () => JSON.stringify(await readTree(window, 'Sessions')) },
    );
    assert.deepEqual(
      rows.map(({ label, icon }) => `${label} ${icon}`),
      [
        'api root-folder',
        'fix-login bell',
        'theme question',
        'deploy key',
        'billing error',
        'release pass-filled',
        'refactor sync',
        'tests circle-filled',
        'upgrade debug-pause',
        'notes circle-outline',
        'History history',
      ],
    );
    assert.equal((await readStatusItem(window)).text, '3 need you');
    await unfoldRow(window, 'Sessions', 'History');
    await waitForRow(window, 'Sessions', 'seed');
    await openRow(window, 'Sessions', 'fix-login');
    await inEachLook('attention-states', () => waitForRow(window, 'Needs You', 'release'));
  });

  it('lists who needs the person before the others in the quick pick of the status bar', async () => {
    await inEachLook('attention-pick', async () => {
      if (await window.page.locator('.quick-input-widget input.input').isVisible())
        await dismissInput(window);
      await statusItem(window).click();
      assert.equal((await readPicks(window))[0]?.label, 'fix-login');
      await window.page.mouse.move(0, 0);
    });
    await dismissInput(window);
  });

  it('has a step in the walkthrough, with a picture in the colours of the theme', async () => {
    await runCommand(window, 'View: Close All Editors');
    await runCommand(window, 'Welcome: Open Walkthrough...');
    await until('ours is offered', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Get Started with Waggle'),
    );
    await window.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Waggle' })
      .first()
      .click();
    const steps = window.page.locator('.getting-started-step .step-title');
    await steps.first().waitFor();
    assert.deepEqual(
      (await steps.allInnerTexts()).map((text) => text.trim()),
      [
        'Start your first session',
        'Close and come back',
        'See who needs you',
        'Choose when you are called',
        'Give agents memory and tasks',
        'Hand work out while you are away',
        'Continue in any terminal',
      ],
    );
    const needsYou = window.page.locator('.getting-started-step', { hasText: 'See who needs you' });
    await needsYou.click();
    await inEachLook('attention-walkthrough', () => needsYou.waitFor());
    for (const [title, name] of [
      ['Start your first session', 'first'],
      ['Close and come back', 'back'],
      ['Choose when you are called', 'calls'],
      ['Continue in any terminal', 'terminal'],
    ] as const) {
      await window.resize(1400, 900);
      await window.page.locator('.getting-started-step', { hasText: title }).click();
      await window.page.locator('.getting-started-step.expanded', { hasText: title }).waitFor();
      await window.screenshot(`attention-walkthrough-${name}`);
    }
  });
});

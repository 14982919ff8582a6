import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { readPicks, runCommand, dismissInput } from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { openSpeaker, type Speaker } from './support/speaker.ts';
import { readStatusItem, statusItem } from './support/statusItem.ts';
import { until } from './support/until.ts';
import {
  chooseFromContextMenu,
  clickRowAction,
  openActivity,
  openRow,
  readBadge,
  readEditor,
  readTabs,
  readTree,
  readWelcome,
  treeRow,
  waitForRow,
} from './support/views.ts';

const command = 'wants to run `npm test`';

describe('a session that needs the person, in the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;
  let login: Speaker;
  let theme: Speaker;
  let docs: Speaker;

  before(async () => {
    product = await startProduct();
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    link = await connectProduct(product);
    await openActivity(window, 'Waggle');
    login = await openSpeaker(link, product, { name: 'fix-login' });
    theme = await openSpeaker(link, product, { name: 'theme' });
    docs = await openSpeaker(link, product, { name: 'docs' });
    await openRow(window, 'Sessions', 'docs');
    await openRow(window, 'Sessions', 'theme');
    await openRow(window, 'Sessions', 'fix-login');
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  const tabTitles = async (): Promise<string[]> =>
    (await readTabs(window)).map(({ title }) => title);
  const waitForTab = (title: string): Promise<unknown> =>
    until(`a tab is called "${title}"`, async () => (await tabTitles()).includes(title), {
      describe: async () => (await tabTitles()).join(),
    });

  it('is quiet while nothing needs the person', async () => {
    assert.equal((await readWelcome(window, 'Needs You')).text, 'Nothing needs you.');
    assert.equal(await readBadge(window, 'Waggle'), '');
    const item = await readStatusItem(window);
    assert.deepEqual([item.text, item.isWarning], ['', false]);
  });

  it('counts who works, without a warning', async () => {
    await login.report('working', { message: 'working' });
    await until(
      'the status bar counts it',
      async () => (await readStatusItem(window)).text === '1 working',
    );
    assert.equal((await readStatusItem(window)).isWarning, false);
    await until('its row says so', async () => (await rowOf('fix-login'))?.icon === 'sync');
    assert.ok((await tabTitles()).includes('fix-login'));
  });

  const rowOf = async (label: string) =>
    (await readTree(window, 'Sessions')).find((row) => row.label === label);

  it('warns in the status bar, the badge, the view, its row and its terminal’s name when it asks', async () => {
    await login.report('blocked', { kind: 'permission', message: 'approve Bash: npm test' });
    await until('the status bar warns', async () => {
      const { text, isWarning } = await readStatusItem(window);
      return text === '1 needs you' && isWarning;
    });
    const row = await waitForRow(window, 'Needs You', command);
    assert.deepEqual([row.icon, row.description], ['bell', 'fix-login · now']);
    await until('the badge says one', async () => (await readBadge(window, 'Waggle')) === '1');
    await until('its row says what it asks', async () => {
      const found = await rowOf('fix-login');
      return found?.icon === 'bell' && found.description.includes(command);
    });
    await waitForTab('? fix-login');
  });

  it('ranks a permission before a question before a failure before a result', async () => {
    await docs.report('error', { message: 'API error 529' });
    await theme.report('blocked', { kind: 'question', message: 'answer: Which colour?' });
    const shown = await until(
      'all three stand there',
      async () => {
        const rows = await readTree(window, 'Needs You');
        return rows.length === 3 && rows.map(({ icon, label }) => [icon, label]);
      },
      { describe: async () => JSON.stringify(await readTree(window, 'Needs You')) },
    );
    assert.deepEqual(shown, [
      ['bell', command],
      ['question', 'asks: Which colour?'],
      ['error', 'API error 529'],
    ]);
    const item = await readStatusItem(window);
    assert.deepEqual([item.text, item.isWarning], ['2 need you', true]);
    await until('the badge says three', async () => (await readBadge(window, 'Waggle')) === '3');
    await waitForTab('! docs');
    const rows = (await readTree(window, 'Sessions')).map(({ label }) => label);
    assert.deepEqual(rows, ['api', 'fix-login', 'theme', 'docs']);
  });

  it('lists who asks first when the status bar is clicked, each with its sentence, and opens the chosen one', async () => {
    await statusItem(window).click();
    const rows = await readPicks(window);
    assert.deepEqual(
      rows.map(({ label, description }) => `${label} | ${description}`),
      [
        `fix-login | ${command} · now · command`,
        'theme | asks: Which colour? · now · command',
        'docs | API error 529 · now · command',
      ],
    );
    await window.screenshot('attention-pick-dark-1400');
    await dismissInput(window);
  });

  it('is opened by "Review…" in its row, because its terminal holds the whole', async () => {
    await clickRowAction(window, treeRow(window, 'Needs You', 'asks: Which colour?'), 'Review…');
    await until('its tab is in front', async () =>
      (await readTabs(window)).some(({ title, active }) => active && title === '? theme'),
    );
  });

  it('is gone to by one command, and round again', async () => {
    const visited: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const before = visited.at(-1) ?? '? theme';
      await runCommand(window, 'Waggle: Go to Next Session That Needs You');
      const title = await until('another tab is in front', async () => {
        const active = (await readTabs(window)).find((tab) => tab.active)?.title;
        return active !== before && active;
      });
      visited.push(title);
    }
    assert.deepEqual(visited, ['? fix-login', '? theme', '! docs', '? fix-login']);
  });

  it('says why it is in its state: who says so, by which rule, on what evidence, as text', async () => {
    const app = 'te\u202e<b>st';
    await theme.report('blocked', { kind: 'question', message: 'answer: Which shade?', app });
    await waitForRow(window, 'Needs You', 'asks: Which shade?');
    const row = treeRow(window, 'Sessions', 'theme');
    await chooseFromContextMenu(window, row, 'Why Is It in This State?');
    const text = await until('a page says so', async () => {
      const page = await readEditor(window);
      return page.includes('Evidence') && page;
    });
    assert.match(text, /^Why 'theme' is in this state$/m);
    assert.match(text, /State +asking \(question\): asks: Which shade\?/);
    assert.match(text, /Said by +a status report in its output \(OSC 7501\)/);
    assert.match(text, /Rule +status\.blocked/);
    assert.match(text, /Evidence .*app=te\\u\{202e\}<b>st/);
    assert.doesNotMatch(text, /[\u202e\u001b]/);
    await window.screenshot('attention-why-dark-1400');
    await runCommand(window, 'View: Close Editor');
    await theme.report('blocked', { kind: 'question', message: 'answer: Which colour?' });
    await waitForRow(window, 'Needs You', 'asks: Which colour?');
  });

  it('is dismissed in its row when it failed and that was seen', async () => {
    await clickRowAction(window, treeRow(window, 'Needs You', 'API error 529'), 'Dismiss');
    await until('two are left', async () => (await readTree(window, 'Needs You')).length === 2);
    await waitForTab('docs');
  });

  it('is finished until it stood before the person for two seconds, then idle', async () => {
    await login.report('working');
    await docs.report('done');
    const row = await waitForRow(window, 'Needs You', 'docs');
    assert.deepEqual([row.icon, row.description], ['pass-filled', 'done']);
    await waitForTab('✓ docs');
    await openRow(window, 'Sessions', 'docs');
    await until('it was seen', async () => (await rowOf('docs'))?.icon === 'circle-filled');
    await waitForTab('docs');
    assert.deepEqual(
      (await readTree(window, 'Needs You')).map(({ label }) => label),
      ['asks: Which colour?'],
    );
  });

  it('gives the editor nothing to complain about', () => {
    assert.deepEqual(
      window.errors.filter((error) => error.includes('waggle.waggle')),
      [],
    );
    assert.deepEqual(window.refused, []);
  });
});

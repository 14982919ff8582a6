/** How a window rings, and the ways from a notice to its session. */
import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Notice } from '../../protocol/attention/notice.ts';
import { dismissInput, pick, readPicks, runCommand } from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { openSpeaker, type Speaker } from './support/speaker.ts';
import { until } from './support/until.ts';
import {
  answerDialog,
  answerNotification,
  openActivity,
  openRow,
  readNotifications,
  readTabs,
  waitForRow,
} from './support/views.ts';

const quick = { 'waggle.notify.dwell': 0, 'waggle.notify.coolDown': 0 };
const permission = { kind: 'permission', message: 'approve Bash: npm test' };
const hostile = '[x](command:workbench.action.closeWindow) \u202e<b>';

describe('a window that rings', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink;
  let login: Speaker;
  let theme: Speaker;
  let docs: Speaker;

  before(async () => {
    product = await startProduct({ settings: quick });
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    link = await connectProduct(product);
    await openActivity(window, 'Waggle');
    login = await openSpeaker(link, product, { name: 'fix-login' });
    theme = await openSpeaker(link, product, { name: 'theme' });
    docs = await openSpeaker(link, product, { name: 'docs' });
    for (const name of ['fix-login', 'theme', 'docs']) await openRow(window, 'Sessions', name);
  });
  after(async () => {
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  const listNotices = async (): Promise<Notice[]> =>
    (await link.call('attention/listNotices', { since: 0 })).notices;
  const lastOf = ({ id }: Speaker, text?: string): Promise<Notice> =>
    until('it was noted', async () =>
      (await listNotices()).findLast(
        (notice) => notice.sessionId === id && (text === undefined || notice.text === text),
      ),
    );
  const readToast = (): Promise<{ text: string; buttons: string[] }> =>
    until('a toast stands there', async () => (await readNotifications(window))[0]);
  const waitForActive = (title: string): Promise<unknown> =>
    until(
      `"${title}" is in front`,
      async () => (await readTabs(window)).some((tab) => tab.active && tab.title === title),
      { describe: async () => JSON.stringify(await readTabs(window)) },
    );
  /** Everybody is calm and "docs" is what can be seen. */
  const calm = async (): Promise<void> => {
    for (const speaker of [login, theme, docs]) await speaker.report('idle');
    const { needs } = await link.call('attention/list', {});
    for (const { id, kind, revision } of needs)
      if (kind === 'notice')
        await link.call('attention/answer', { id, action: 'dismiss', revision });
    await until('nothing needs the person', async () => {
      const left = await link.call('attention/list', {});
      return left.needs.length === 0;
    });
    await openRow(window, 'Sessions', 'docs');
    await runCommand(window, 'Notifications: Clear All Notifications');
    await until('no toast is left', async () => (await readNotifications(window)).length === 0);
  };
  beforeEach(calm);

  it('takes the person’s settings to the daemon', async () => {
    await until('they are known', async () => {
      const { settings } = await link.call('attention/configure', {});
      return settings.dwellMs === 0 && settings.coolDownMs === 0;
    });
    // Read anew by the window, so that nothing depends on when a changed file is noticed.
    product.changeSettings({ ...quick, 'waggle.notify.quietHours': '03:00-03:01' });
    await window.reload();
    await until('a change is known', async () => {
      const { settings } = await link.call('attention/configure', {});
      return settings.quietHours?.from === '03:00';
    });
    await link.call('attention/configure', { change: { quietHours: null } });
    await waitForActive('docs');
  });

  it('does not ring for the session that the person looks at', async () => {
    await docs.report('blocked', permission);
    assert.equal((await lastOf(docs)).silence, 'visible');
    assert.deepEqual(await readNotifications(window), []);
    await docs.report('idle');
  });

  it('rings for a hidden one, with a toast that opens it', async () => {
    await login.report('blocked', permission);
    const { text, buttons } = await readToast();
    assert.equal(text, 'fix-login: wants to run `npm test`');
    assert.deepEqual(buttons, ['Open', 'Mute']);
    await window.screenshot('attention-toast-dark-1400');
    await answerNotification(window, /fix-login/, 'Open');
    await waitForActive('? fix-login');
  });

  it('shows one toast at most, and says several sessions as one', async () => {
    await login.report('blocked', permission);
    await readToast();
    await theme.report('blocked', { kind: 'question', message: 'answer: Which colour?' });
    await lastOf(theme);
    await link.call('attention/notify', { message: 'The backup is full.' });
    await until('all three are noted', async () =>
      (await listNotices()).some(({ kind }) => kind === 'notice'),
    );
    assert.equal((await readNotifications(window)).length, 1);
    await answerNotification(window, /fix-login/, 'Open');
    await until('the others come as one', async () =>
      (await readNotifications(window)).some(({ text }) => text === '2 need you'),
    );
    await answerNotification(window, /2 need you/, 'Open');
    assert.ok((await readPicks(window)).some(({ label }) => label === 'theme'));
    await dismissInput(window);
    await runCommand(window, 'Waggle: Dismiss What You Have Seen…');
    assert.deepEqual(
      (await readPicks(window)).map(({ label }) => label),
      ['The backup is full.'],
    );
    await window.page.keyboard.press('Enter');
  });

  it('makes no link of what a program says', async () => {
    await theme.report('blocked', { kind: 'question', message: `answer: ${hostile}` });
    const { text } = await readToast();
    assert.match(text, /theme: asks: \[x\] \(command:workbench\.action\.closeWindow\) <b>/);
    assert.equal(await window.page.locator('.notification-list-item-message a').count(), 0);
  });

  it('is silent for a session that was muted in its toast, and lists what was missed', async () => {
    await login.report('blocked', permission);
    await readToast();
    await answerNotification(window, /fix-login/, 'Mute');
    assert.deepEqual(
      (await readPicks(window)).map(({ label }) => label),
      [
        "'fix-login' for 1 Hour",
        'Everything for 1 Hour',
        "'fix-login' until I Unmute It",
        'Everything until I Unmute It',
      ],
    );
    await window.screenshot('attention-mute-dark-1400');
    await pick(window, "'fix-login' for 1 Hour");
    await calm();
    await login.report('blocked', { kind: 'permission', message: 'approve Bash: make' });
    assert.equal((await lastOf(login, 'wants to run `make`')).silence, 'muted');
    assert.deepEqual(await readNotifications(window), []);
    await runCommand(window, 'Waggle: Show Missed Notices');
    const [newest] = await readPicks(window);
    assert.equal(newest?.label, 'fix-login');
    assert.match(newest.detail, /wants to run `make` · not called: muted/);
    await window.screenshot('attention-missed-dark-1400');
    await pick(window, 'fix-login');
    await waitForActive('? fix-login');
    await runCommand(window, 'Waggle: Show Missed Notices');
    assert.deepEqual(
      (await readPicks(window)).map(({ label }) => label),
      ['Show Earlier Notices'],
    );
    await dismissInput(window);
    await runCommand(window, 'Waggle: Mute Notices…');
    await pick(window, "Unmute 'fix-login'");
    await until('nothing is muted', async () => {
      const { mutes } = await link.call('attention/configure', {});
      return mutes.length === 0;
    });
  });

  it('shows what another window was told to show here', async () => {
    await theme.report('blocked', permission);
    await readToast();
    const { place } = await link.call('attention/next', {});
    assert.equal(place?.place, 'other');
    await waitForActive('? theme');
  });

  it('is led to a session by the link of a notice, also after a reload', async () => {
    await login.report('blocked', permission);
    const { id } = await lastOf(login, 'wants to run `npm test`');
    await window.reload();
    await openActivity(window, 'Waggle');
    await waitForRow(window, 'Needs You', 'wants to run `npm test`');
    await waitForActive('docs');
    const callback = await until('a link leads back', () => callbackOf(docs));
    await follow(`${callback}&notice=${'0'.repeat(32)}`);
    const next = await until('another link leads back', async () => {
      const now = await callbackOf(docs);
      return now !== callback && now;
    });
    await waitForActive('docs');
    await follow(`${next}&notice=${id}`);
    await waitForActive('? fix-login');
    await until('it is settled', async () => (await lastOf(login)).settledAt !== undefined);
  });

  /** As whoever opens a notice of this session from outside is told; the window shows it meanwhile. */
  const callbackOf = async (speaker: Speaker): Promise<string | undefined> => {
    const { id } = await lastOf(speaker);
    const { callback } = await link.call('attention/openNotice', { noticeId: id });
    return callback;
  };

  /** As the machine opens a link: in a page of the same browser, which hands it to the window. The editor asks once. */
  const follow = async (address: string): Promise<void> => {
    const page = await window.page.context().newPage();
    await page.goto(address);
    await window.page.bringToFront();
    const dialog = window.page.locator('.monaco-dialog-box');
    const asks = dialog.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (await asks) await answerDialog(window, 'Open');
    await page.close();
  };
});

import assert from 'node:assert/strict';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { needTool } from '../support/testTool.ts';
import { AttentionHome } from './attentionHome.ts';
import { NotificationBus } from './notificationBus.ts';
import { until } from './sessionHome.ts';

const hostile = `<b>bold</b> & 'quoted' "double" \\n -e $(id) \u2603`;

for (const way of ['notify-send', 'gdbus'] as const)
  describe(`a notice of the system, by ${way}`, function () {
    this.timeout(90_000);
    let person: AttentionHome;
    let bus: NotificationBus;
    let opened: string;

    before(function () {
      needTool(this, 'dbus-daemon');
      needTool(this, way);
    });
    beforeEach(async () => {
      bus = await NotificationBus.open();
      person = await AttentionHome.open();
      const bin = join(person.home.folder, 'bin');
      opened = join(person.home.folder, 'opened');
      mkdirSync(bin);
      const opener = `#!/bin/sh\nprintf '%s\\n' "$1" >> "${opened}"\n`;
      writeFileSync(join(bin, 'xdg-open'), opener, { mode: 0o755 });
      for (const name of ['sh', 'cat', 'sleep', 'git', way]) link(name, bin);
      await person.restart({ PATH: bin, DBUS_SESSION_BUS_ADDRESS: bus.address });
    });
    afterEach(async () => {
      await person.close();
      await bus.close();
    });

    it('shows title and text as they are, whatever is written in them', async () => {
      const session = await person.openQuiet(hostile);
      await person.link.call('attention/notify', { sessionId: session.id, message: hostile });
      const shown = await bus.waitForShown(1);
      assert.deepEqual(
        { ...shown, hints: shown.hints['urgency'] },
        {
          ...{ id: 1, app: 'Waggle', title: hostile, hints: 1 },
          body: hostile.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
          actions: ['default', 'Open'],
        },
      );
    });

    /** As a person does when nothing happens: a listener that just begins misses the first click. */
    async function clickUntilOpened(id: number): Promise<void> {
      let looks = 0;
      await until(() => {
        if (looks % 100 === 0) bus.click(id);
        looks += 1;
        return existsSync(opened);
      }, 'the link is opened');
    }

    it('opens the window that shows the session when it is clicked', async () => {
      const callback = 'vscode://waggle.waggle/open?windowId=7';
      const asking = await person.openQuiet('asking');
      const window = await person.openWindow('window-1', { open: [asking.id], callback });
      await person.openWindow('window-2', { callback: 'vscode://waggle.waggle/open?windowId=8' });
      await person.report(asking, 'state=blocked:kind=permission');
      const { id } = await bus.waitForShown(1);
      const { notices } = await person.link.call('attention/listNotices', { since: 0 });
      await clickUntilOpened(id);
      assert.equal(readFileSync(opened, 'utf8'), `${callback}&notice=${notices[0]?.id}\n`);
      const settled = await person.link.call('attention/listNotices', { since: 0 });
      assert.ok(settled.notices[0]?.settledAt !== undefined);
      const place = await window.link.call('attention/openNotice', {
        noticeId: notices[0]?.id ?? '',
        windowId: window.id,
      });
      assert.deepEqual(place, { sessionId: asking.id, place: 'here' });
    });

    it('opens the folder when no window has it', async () => {
      const cwd = join(person.home.folder, 'a folder & more');
      mkdirSync(cwd);
      await person.openAsking('asking', { cwd });
      const { id } = await bus.waitForShown(1);
      await clickUntilOpened(id);
      const path = cwd.split('/').map(encodeURIComponent).join('/');
      assert.equal(readFileSync(opened, 'utf8'), `vscode://file${path}\n`);
    });

    it('takes it back when what it told of is over, and when the session came into sight', async () => {
      const asking = await person.openAsking('asking');
      await bus.waitForShown(1);
      await person.report(asking, 'state=idle');
      await until(() => bus.closed.includes(1), 'the first is taken back');
      await person.report(asking, 'state=blocked:kind=question');
      await bus.waitForShown(2);
      await person.openWindow('window-1', { focused: true, visible: [asking.id] });
      await until(() => bus.closed.includes(2), 'the second is taken back');
    });

    it('is left to the window when every window is on another machine, or it is turned off', async () => {
      const window = await person.openWindow('window-1', { remote: true, raises: true });
      await person.openAsking('first');
      await until(() => window.rang.length === 1, 'the window rings');
      window.link.dispose();
      await person.link.call('attention/configure', { change: { system: false } });
      const other = await person.openWindow('window-2');
      await person.openAsking('second');
      await until(() => other.rang.length === 1, 'the other rings');
      await person.link.call('attention/configure', { change: { system: true } });
      await person.openAsking('third');
      const shown = await bus.waitForShown(1);
      assert.equal(shown.title, 'third');
    });
  });

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there.
    return false;
  }
}

function link(name: string, bin: string): void {
  const found = findOnPath(name);
  if (found !== undefined) symlinkSync(found, join(bin, name));
}

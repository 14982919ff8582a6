import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSignal } from './busSignals.ts';
import {
  gdbusClose,
  gdbusNotify,
  linkOpener,
  macNotice,
  notifySend,
  windowsNotice,
} from './commandLine.ts';
import { findDesktop, isOpenable, openLink } from './notice.ts';

const notice = {
  title: "--help '$(id)' <b>",
  body: 'a & b <i>\\n"\' `id`',
  urgency: 'normal',
  openLabel: 'Open',
  link: 'vscode://waggle.waggle/open?notice=1',
} as const;

describe('the command lines of notices', () => {
  it('give notify-send its words after its options, the body as markup and with its backslashes', () => {
    const words = ['--', notice.title, 'a &amp; b &lt;i&gt;\\\\n"\' `id`'];
    const options = ['--app-name=Waggle', '--urgency=normal'];
    const answering = ['--print-id', '--wait', '--action=default=Open'];
    assert.deepEqual(notifySend(notice, true).args, [...options, ...answering, ...words]);
    assert.deepEqual(notifySend(notice, false).args, [...options, ...words]);
  });

  it('give gdbus values of one kind each, whatever the words look like', () => {
    const [call, ...rest] = gdbusNotify({ ...notice, body: "uint32 7', '\n" }).args;
    assert.equal(call, 'call');
    assert.deepEqual(rest.slice(rest.indexOf('--')), [
      '--',
      "'Waggle'",
      'uint32 0',
      "''",
      "'--help \\'$(id)\\' <b>'",
      "'uint32 7\\', \\'\\n'",
      "['default', 'Open']",
      "{'urgency': <byte 0x01>}",
      'int32 -1',
    ]);
    assert.deepEqual(gdbusClose(7).args.slice(-2), ['--', 'uint32 7']);
  });

  it('give osascript its words as arguments of a script that never changes', () => {
    const { file, args } = macNotice(notice);
    assert.equal(file, 'osascript');
    assert.deepEqual(args.slice(-3), ['--', notice.title, notice.body]);
    assert.deepEqual(
      args.slice(0, -2),
      macNotice({ ...notice, title: 'x', body: 'y' }).args.slice(0, -2),
    );
  });

  it('give PowerShell its words as input of a script that never changes', () => {
    const { file, args, input } = windowsNotice(notice);
    assert.equal(file, 'powershell.exe');
    assert.deepEqual(args, windowsNotice({ ...notice, title: 'x', body: 'y' }).args);
    assert.deepEqual(JSON.parse(input ?? ''), {
      ...{ title: notice.title, body: notice.body, link: notice.link },
    });
  });

  it('ask for a sound where the platform makes none by itself', () => {
    const sounding = { ...notice, sound: true };
    assert.ok(
      notifySend(sounding, true).args.includes('--hint=string:sound-name:message-new-instant'),
    );
    assert.ok(
      gdbusNotify(sounding).args.includes(
        "{'urgency': <byte 0x01>, 'sound-name': <'message-new-instant'>}",
      ),
    );
    assert.ok(macNotice(sounding).args.some((word) => word.endsWith('sound name "Submarine"')));
    assert.ok(!macNotice(notice).args.some((word) => word.includes('sound name')));
  });

  it('open a link by each platform’s own program, without a shell', () => {
    const { link } = notice;
    assert.deepEqual(
      (['linux', 'darwin', 'win32'] as const).map((platform) => linkOpener(platform, link)),
      [
        { file: 'xdg-open', args: [link] },
        { file: 'open', args: [link] },
        { file: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', link] },
      ],
    );
  });
});

describe('what a bus tells of a notice', () => {
  it('is a click or its end, by its number', () => {
    const line = (rest: string): string =>
      `/org/freedesktop/Notifications: org.freedesktop.Notifications.${rest}`;
    assert.deepEqual(
      [
        line("ActionInvoked (uint32 12, 'default')"),
        line('NotificationClosed (uint32 12, uint32 2)'),
        line("ActionInvoked (uint32 12, 'other')"),
        line("ActivationToken (uint32 12, 'default')"),
        'Monitoring signals from all objects',
      ].flatMap(parseSignal),
      [
        { id: 12, name: 'clicked' },
        { id: 12, name: 'closed' },
      ],
    );
  });
});

describe('links that are opened', () => {
  it('name a program for links, never a file, a script or an option', () => {
    const good = ['vscode://a.b/c?d=1', 'vscode-insiders://a.b', 'https://host/x?y', 'cursor://a'];
    const bad = [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      '-e',
      '/bin/sh',
      'vscode://a b',
      'vscode:a',
      'vscode://a\nb',
      '',
    ];
    assert.deepEqual(good.filter(isOpenable), good);
    assert.deepEqual(bad.filter(isOpenable), []);
  });

  it('are refused before anything is started, and fail with what the opener says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wgl-open-'));
    try {
      const got = join(folder, 'got');
      const script = `#!/bin/sh\nprintf '%s' "$*" > "${got}"\nexit "\${CODE:-0}"\n`;
      writeFileSync(join(folder, 'xdg-open'), script, { mode: 0o755 });
      const desktop = { platform: 'linux', isThere: true, env: { PATH: folder } } as const;
      await assert.rejects(openLink('file:///etc/passwd', desktop), /none that may be opened/);
      await openLink('vscode://a.b/c?d=$(id)', desktop);
      assert.equal(readFileSync(got, 'utf8'), 'vscode://a.b/c?d=$(id)');
      const failing = { ...desktop, env: { PATH: folder, CODE: '3' } };
      await assert.rejects(openLink('vscode://a.b/c', failing), /xdg-open ended with 3/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the desktop of a person', () => {
  const find = (own: NodeJS.ProcessEnv, reported?: Record<string, string>) =>
    findDesktop({ platform: 'linux', own, reported, uid: undefined });

  it('is found by the own environment, else by what a window told', () => {
    const bus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/own' };
    const told = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/told', DISPLAY: ':7', PATH: '/told' };
    assert.deepEqual(find({ ...bus, PATH: '/own' }, told), {
      platform: 'linux',
      isThere: true,
      env: { ...bus, DISPLAY: ':7', PATH: '/own' },
    });
    assert.deepEqual(find({}, told).env['DBUS_SESSION_BUS_ADDRESS'], 'unix:path=/told');
  });

  it('is nowhere without a bus, or where an environment says that there is none', () => {
    assert.equal(find({ DISPLAY: ':0' }).isThere, false);
    assert.equal(find({ DBUS_SESSION_BUS_ADDRESS: 'disabled:' }).isThere, false);
  });

  it('is always there on macOS and Windows', () => {
    for (const platform of ['darwin', 'win32'] as const)
      assert.ok(findDesktop({ platform, own: {}, uid: undefined }).isThere);
  });
});

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planService } from './plan.ts';
import type { CommandLine, ServicePlace } from './service.ts';
import { installService, readService, removeService } from './service.ts';

const linux: ServicePlace = {
  home: '/home/ada/.local/share/waggle',
  isDefaultHome: true,
  platform: 'linux',
  userHome: '/home/ada',
  uid: 1000,
};

describe('starting at login', () => {
  let directory: string;
  let ran: CommandLine[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-service-'));
    ran = [];
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const place = (over: Partial<ServicePlace> = {}): ServicePlace => ({
    ...linux,
    ...{ home: join(directory, 'data'), userHome: directory, ...over },
  });

  const run = (line: CommandLine): Promise<void> => {
    ran.push(line);
    return Promise.resolve();
  };

  it('is a unit of the user with systemd, whatever stands in a path', () => {
    const plan = planService({ ...linux, home: '/home/a "b" 100%/$HOME' });
    assert.equal(plan?.file?.path, '/home/ada/.config/systemd/user/waggle.service');
    const lines = plan.file.text.split('\n');
    assert.ok(lines.includes('ExecStart="/home/a \\"b\\" 100%%/$$HOME/bin/waggle" daemon start'));
    assert.ok(lines.includes('KillMode=process'));
    assert.deepEqual(plan.install.at(-1), ['systemctl', '--user', 'enable', 'waggle.service']);
    const elsewhere = planService({ ...linux, configHome: '/cfg', isDefaultHome: false });
    assert.match(
      elsewhere?.file?.path ?? '',
      /^\/cfg\/systemd\/user\/waggle-[0-9a-f]{8}\.service$/,
    );
  });

  it('is an agent of launchd on macOS', () => {
    const plan = planService({
      ...linux,
      platform: 'darwin',
      home: '/Users/a & b/waggle',
      uid: 501,
    });
    assert.equal(plan?.file?.path, '/home/ada/Library/LaunchAgents/dev.waggle.daemon.plist');
    assert.ok(plan.file.text.includes('<string>/Users/a &amp; b/waggle/bin/waggle</string>'));
    assert.deepEqual(plan.install.at(-1), ['launchctl', 'bootstrap', 'gui/501', plan.file.path]);
    assert.deepEqual(plan.remove, [['launchctl', 'bootout', 'gui/501/dev.waggle.daemon']]);
  });

  it('is a task of the Task Scheduler on Windows', () => {
    const home = 'C:\\Users\\a b\\Waggle';
    const plan = planService({ ...linux, platform: 'win32', home });
    const [line] = plan?.install ?? [];
    assert.deepEqual(line?.slice(0, 8), [
      ...['schtasks', '/Create', '/F', '/TN', 'Waggle', '/SC', 'ONLOGON', '/RL'],
    ]);
    assert.equal(line?.at(-1), '"C:\\Users\\a b\\Waggle\\bin\\waggle.cmd" daemon start');
  });

  it('is installed, told of and removed without a trace', async () => {
    const where = place();
    mkdirSync(where.home);
    const status = await installService(where, run);
    assert.equal(status.isInstalled, true);
    assert.ok(status.path !== undefined && existsSync(status.path));
    assert.ok(existsSync(join(where.home, 'bin', 'waggle')));
    assert.equal(await removeService(where, run), true);
    assert.equal(existsSync(status.path), false);
    assert.deepEqual(
      ran.map((line) => line[2]).filter((verb) => verb !== 'is-enabled'),
      ['daemon-reload', 'enable', 'disable', 'daemon-reload'],
    );
    assert.equal(await removeService(where, run), false);
  });

  it('leaves nothing behind when the system does not take it, and says why', async () => {
    const where = place();
    mkdirSync(where.home);
    const refuse = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('exit 1'), { stderr: 'Failed to connect to bus' }));
    await assert.rejects(installService(where, refuse), /Failed to connect to bus/);
    assert.equal((await readService(where, refuse)).isInstalled, false);
    assert.equal(existsSync(join(directory, '.config/systemd/user/waggle.service')), false);
  });

  it('never touches a file of somebody else', async () => {
    const where = place();
    mkdirSync(where.home);
    const path = join(directory, '.config/systemd/user/waggle.service');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '[Unit]\n');
    await assert.rejects(installService(where, run), /was not written by Waggle/);
    assert.equal(await removeService(where, run), false);
    assert.equal(readFileSync(path, 'utf8'), '[Unit]\n');
  });
});

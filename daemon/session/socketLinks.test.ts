import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SocketLinks } from './socketLinks.ts';

const id = '0197a1b2-0000-7000-8000-00000000abcd';

describe('links to the sockets of windows', () => {
  let run: string;
  beforeEach(() => {
    run = mkdtempSync(join(tmpdir(), 'waggle-links-'));
  });
  afterEach(() => rmSync(run, { recursive: true }));

  it('keep their name while the window behind them changes', () => {
    const links = new SocketLinks(run);
    const first = links.point(id, { SSH_AUTH_SOCK: '/tmp/first', OTHER: 'x' });
    const path = join(run, 'links', '00000000abcd.ssh');
    assert.deepEqual(first, { SSH_AUTH_SOCK: path, OTHER: 'x' });
    assert.equal(readlinkSync(path), '/tmp/first');
    links.point(id, { SSH_AUTH_SOCK: '/tmp/second', VSCODE_IPC_HOOK_CLI: '/tmp/cli' });
    assert.equal(readlinkSync(path), '/tmp/second');
    assert.deepEqual(readdirSync(join(run, 'links')).toSorted(), [
      '00000000abcd.ipc',
      '00000000abcd.ssh',
    ]);
    links.remove(id);
    assert.deepEqual(readdirSync(join(run, 'links')), []);
  });

  it('bring git what the window has now, whatever the session was born with', () => {
    const links = new SocketLinks(run);
    const script = join(run, 'askpass.sh');
    writeFileSync(script, '#!/bin/sh\necho "$VSCODE_GIT_ASKPASS_MAIN|$1"\n', { mode: 0o700 });
    const born = links.point(id, {
      GIT_ASKPASS: '/gone/askpass.sh',
      VSCODE_GIT_ASKPASS_MAIN: '/gone/main.js',
      VSCODE_GIT_IPC_HANDLE: '/tmp/git-1.sock',
    });
    links.point(id, {
      GIT_ASKPASS: script,
      VSCODE_GIT_ASKPASS_MAIN: "/opt/it's new/main.js",
      VSCODE_GIT_IPC_HANDLE: '/tmp/git-2.sock',
    });
    const askpass = born['GIT_ASKPASS'] ?? '';
    const said = execFileSync(askpass, ['Password for x'], { env: { ...born }, encoding: 'utf8' });
    assert.equal(said, "/opt/it's new/main.js|Password for x\n");
    assert.equal(readlinkSync(born['VSCODE_GIT_IPC_HANDLE'] ?? ''), '/tmp/git-2.sock');
    assert.deepEqual(links.point(id, { GIT_ASKPASS: script }), { GIT_ASKPASS: script });
    links.remove(id);
    assert.deepEqual(readdirSync(join(run, 'links')), []);
  });

  it('lead to the command of the editor by a directory that stays on the path', () => {
    const links = new SocketLinks(run);
    const first = links.point(id, { PATH: '/a:/srv/v1/bin/remote-cli:/usr/bin' });
    const link = join(run, 'links', '00000000abcd.cli');
    assert.deepEqual(first, { PATH: `/a:${link}:/usr/bin` });
    links.point(id, { PATH: '/srv/v2/bin/remote-cli:/usr/bin' });
    assert.equal(readlinkSync(link), '/srv/v2/bin/remote-cli');
    assert.deepEqual(links.point(id, { PATH: '/usr/bin' }), { PATH: '/usr/bin' });
  });

  it('are not made of what is no socket path, of themselves, and not where no socket can be reached', () => {
    const links = new SocketLinks(run);
    const own = join(run, 'links', '00000000abcd.ssh');
    for (const value of ['relative', '', own])
      assert.deepEqual(links.point(id, { SSH_AUTH_SOCK: value }), { SSH_AUTH_SOCK: value });
    const far = new SocketLinks(join(run, 'x'.repeat(100)));
    assert.deepEqual(far.point(id, { SSH_AUTH_SOCK: '/tmp/a' }), { SSH_AUTH_SOCK: '/tmp/a' });
    const windows = new SocketLinks(run, 'win32');
    assert.deepEqual(windows.point(id, { SSH_AUTH_SOCK: '/tmp/a' }), { SSH_AUTH_SOCK: '/tmp/a' });
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
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

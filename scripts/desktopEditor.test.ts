import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findDesktopEditor, openDesktopEditor } from './desktopEditor.ts';
import { listProcesses } from './processTree.ts';

/** Like `code --wait`: hands over to a window's process that is not its child, and waits. */
const fakeCode = `#!/bin/sh
echo "$@" >> "$0.calls"
case "$*" in
  *--install-extension*broken*) echo "Not a package" >&2; exit 1 ;;
  *--install-extension*) exit 0 ;;
esac
setsid sh -c 'echo $$ > "'$0'.pid"; while :; do sleep 0.1; done' window "$@" &
wait
`;

describe('the desktop editor', () => {
  let directory: string;
  let command: string;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-desktop-'));
    command = join(directory, 'code');
    writeFileSync(command, fakeCode);
    chmodSync(command, 0o755);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is found on PATH only where a window can be shown, and never the command of a remote window', () => {
    const remote = join(directory, 'remote-cli');
    assert.deepEqual(
      [
        findDesktopEditor({ PATH: `/nowhere:${directory}`, DISPLAY: ':0' }),
        findDesktopEditor({ PATH: directory, WAYLAND_DISPLAY: 'w' }),
        findDesktopEditor({ PATH: directory }),
        findDesktopEditor({ PATH: remote, DISPLAY: ':0' }),
      ],
      [command, command, undefined, undefined],
    );
  });

  it('gets the package and a window of its own, and is ended with the process of that window', async () => {
    const dataDir = join(directory, 'data');
    const options = { command, dataDir, vsix: '/x.vsix', folder: '/sample', env: process.env };
    const editor = await openDesktopEditor(options);
    while (!existsSync(`${command}.pid`)) await delay(20);
    const pid = Number(readFileSync(`${command}.pid`, 'utf8'));
    await editor.stop();
    const own = `--user-data-dir ${dataDir} --extensions-dir ${join(dataDir, 'extensions')}`;
    assert.deepEqual(
      {
        calls: readFileSync(`${command}.calls`, 'utf8').trim().split('\n'),
        isLeft: listProcesses().some((row) => row.pid === pid),
      },
      {
        calls: [
          `${own} --install-extension /x.vsix --force`,
          `${own} --new-window --wait --disable-workspace-trust /sample`,
        ],
        isLeft: false,
      },
    );
  });

  it('fails with the words of the editor when it refuses the package', async () => {
    const options = {
      command,
      dataDir: join(directory, 'data'),
      vsix: '/broken.vsix',
      folder: '/sample',
      env: process.env,
    };
    await assert.rejects(openDesktopEditor(options), /Not a package/);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findStarterFolder } from './starterFolder.ts';

describe('the folder of an agent that had a helper run', () => {
  it('is that of the closest process above which is no shell', async function () {
    if (process.platform !== 'linux') this.skip();
    assert.equal(findStarterFolder(process.pid), process.cwd());
    const shell = spawn('/bin/sh', ['-c', 'echo ready; read line; :'], { cwd: '/', stdio: 'pipe' });
    await once(shell.stdout, 'data');
    assert.equal(findStarterFolder(shell.pid), process.cwd());
    shell.stdin.end('\n');
    await once(shell, 'close');
    assert.equal(findStarterFolder(shell.pid), undefined);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { findLeaks, takeInventory } from './leakCheck.ts';

describe('the leak check', () => {
  it('names a timer that still runs', () => {
    const before = takeInventory();
    const timer = setTimeout(() => undefined, 60_000);
    const leaks = findLeaks(before, takeInventory());
    clearTimeout(timer);
    assert.deepEqual(leaks, ['resource Timeout']);
  });

  it('names a socket that still listens, with its descriptor', async () => {
    const before = takeInventory();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const leaks = findLeaks(before, takeInventory());
    server.close();
    await once(server, 'close');
    assert.ok(leaks.includes('resource TCPServerWrap'), leaks.join('\n'));
    if (process.platform === 'linux')
      assert.ok(
        leaks.some((line) => line.startsWith('descriptor socket:')),
        leaks.join('\n'),
      );
  });

  it('names a child that still runs', async function () {
    if (process.platform === 'win32') this.skip();
    const before = takeInventory();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    const leaks = findLeaks(before, takeInventory());
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.ok(
      leaks.some((line) => line.startsWith(`process ${child.pid} `)),
      leaks.join('\n'),
    );
  });

  it('names a detached grandchild by the mark that it inherited', async function () {
    if (process.platform !== 'linux') this.skip();
    const before = takeInventory();
    const script = `const c = require('node:child_process').spawn('sleep', ['60'], {detached: true, stdio: 'ignore'}); c.unref(); console.log(c.pid)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await once(child.stdout, 'data');
    await once(child, 'close');
    const leaks = findLeaks(before, takeInventory());
    process.kill(Number(output), 'SIGKILL');
    const processes = leaks.filter((line) => line.startsWith('process '));
    assert.deepEqual(processes, [`process ${Number(output)} sleep 60`]);
  });

  it('names an open file', function () {
    if (process.platform !== 'linux') this.skip();
    const before = takeInventory();
    const descriptor = openSync(import.meta.filename, 'r');
    const leaks = findLeaks(before, takeInventory());
    closeSync(descriptor);
    assert.deepEqual(leaks, [`descriptor ${import.meta.filename}`]);
  });

  it('says nothing when all was given back', () => {
    const before = takeInventory();
    clearTimeout(setTimeout(() => undefined, 60_000));
    assert.deepEqual(findLeaks(before, takeInventory()), []);
  });
});

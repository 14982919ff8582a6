import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endTree, listProcesses, listTree, type ProcessRow } from './processTree.ts';

/** Starts a child with a stubborn grandchild and a daemon that detached itself; settles when all three run. */
async function startFamily(): Promise<{ child: ChildProcess; stubborn: number; daemon: number }> {
  const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log(process.pid)`;
  const daemon = `setInterval(() => {}, 1000); console.log(process.pid)`;
  const parent = `
    const { spawn } = require('node:child_process');
    const start = (code, detached) => spawn(process.execPath, ['-e', code], { stdio: ['ignore', 1, 'ignore'], detached });
    start(${JSON.stringify(stubborn)}, false).on('spawn', () => {});
    start(${JSON.stringify(daemon)}, true).unref();`;
  const child = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (output.split('\n').length < 3) await once(child.stdout, 'data');
  const pids = output.trim().split('\n').map(Number);
  const rows = listProcesses().filter((row) => pids.includes(row.pid));
  const pidWhere = (isDaemon: boolean): number =>
    rows.find((row) => row.detached === isDaemon)?.pid ?? 0;
  return { child, stubborn: pidWhere(false), daemon: pidWhere(true) };
}

describe('a process tree', function () {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('is ended with members that ignore TERM, while a detached daemon lives on', async () => {
    const { child, stubborn, daemon } = await startFamily();
    const pid = child.pid ?? 0;
    const tree = listTree(pid).map((row) => row.pid);
    await endTree(pid, { graceMs: 200 });
    const left = listProcesses().filter((row) => [pid, stubborn, daemon].includes(row.pid));
    process.kill(daemon, 'SIGKILL');
    if (child.stdout && !child.stdout.destroyed) await once(child, 'close');
    assert.deepEqual([tree, left.map((row) => row.pid)], [[pid, stubborn], [daemon]]);
  });

  it('is ended with what detached itself, when that is asked for', async () => {
    const { child, stubborn, daemon } = await startFamily();
    const pid = child.pid ?? 0;
    await endTree(pid, { graceMs: 200, withDetached: true });
    if (child.stdout && !child.stdout.destroyed) await once(child, 'close');
    const left = listProcesses().filter((row) => [pid, stubborn, daemon].includes(row.pid));
    assert.deepEqual(left, []);
  });

  it('takes a process that is gone for ended', async () => {
    const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await once(child, 'close');
    await endTree(child.pid ?? 0);
    assert.deepEqual(listTree(child.pid ?? 0), []);
  });

  it('follows parents to any depth and forgets nobody beside a cycle of old pids', () => {
    const row = (pid: number, parent: number, detached = false): ProcessRow => ({
      pid,
      parent,
      detached,
      startedAt: '1',
      command: '',
    });
    const rows = [row(1, 1), row(2, 1), row(3, 2), row(4, 3, true), row(5, 4), row(6, 9)];
    assert.deepEqual(
      listTree(1, rows).map((one) => one.pid),
      [1, 2, 3],
    );
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readEnvironmentOf, readStartTime } from '../../link/process/process.ts';
import { reap } from './reaper.ts';

describe('the reaper', () => {
  /** A process as a host starts one; it ignores what asks it to end when it is stubborn. */
  async function startOf(hostId: string, stubborn = false): Promise<number> {
    const script = stubborn
      ? 'trap "" TERM HUP; echo up; while :; do sleep 1; done'
      : 'echo up; exec sleep 600';
    const child = spawn('/bin/sh', ['-c', script], {
      env: { PATH: process.env['PATH'], WAGGLE_HOST_ID: hostId },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.unref();
    const { pid } = child;
    assert.ok(pid !== undefined && readEnvironmentOf(pid)?.get('WAGGLE_HOST_ID') === hostId);
    return pid;
  }
  const isAlive = (pid: number): boolean => readStartTime(pid) !== undefined;

  it('ends what carries the id of a host that is gone, whatever it ignores, and nobody else', async () => {
    const [gone, alive] = [randomUUID(), randomUUID()];
    const pids = await Promise.all([
      startOf(gone),
      startOf(gone, true),
      startOf(alive),
      startOf(gone),
    ]);
    const listed = pids[3] ?? 0;
    const spared = new Set([process.pid, listed]);
    const ended = await reap({ goneHostIds: new Set([gone]), spared, graceMs: 100 });
    assert.ok(ended >= 2, `${ended} ended`);
    assert.deepEqual(pids.map(isAlive), [false, false, true, true]);
    const both = { goneHostIds: new Set([gone, alive]), spared: new Set([process.pid]) };
    await reap({ ...both, graceMs: 100 });
    assert.deepEqual(pids.map(isAlive), [false, false, false, false]);
  });

  it('does nothing when no host is gone', async () => {
    assert.equal(await reap({ goneHostIds: new Set(), spared: new Set() }), 0);
  });
});

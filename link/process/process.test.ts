import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isSameProcess, listProcesses, readEnvironmentOf, readStartTime } from './process.ts';

describe('a process', () => {
  it('is recognised by its pid and start time together', () => {
    const startTime = readStartTime(process.pid);
    assert.ok(startTime !== undefined && startTime > 0);
    assert.deepEqual(
      [isSameProcess(process.pid, startTime), isSameProcess(process.pid, startTime + 1)],
      [true, false],
    );
  });

  it('that does not exist has no start time', () => {
    const never = [2 ** 30, 0, -1, 1.5].map((pid) => readStartTime(pid));
    assert.deepEqual(never, [undefined, undefined, undefined, undefined]);
  });

  it('is listed with its parent, and its environment can be read', async function () {
    if (process.platform !== 'linux') this.skip();
    // A name with spaces and a parenthesis, which stand in the middle of what the kernel tells.
    const env = { ...process.env, LINK_TEST: 'a=b c' };
    const child = spawn('sh', ['-c', 'printf x; read y'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const entry = listProcesses().find((each) => each.pid === pid);
    const variable = readEnvironmentOf(pid)?.get('LINK_TEST');
    child.stdin.end();
    await once(child, 'close');
    assert.deepEqual(
      [entry?.ppid, entry?.zombie, entry?.startTime, variable],
      [process.pid, false, entry?.startTime, 'a=b c'],
    );
    assert.deepEqual([readStartTime(pid), readEnvironmentOf(pid)], [undefined, undefined]);
  });
});

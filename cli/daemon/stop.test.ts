import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHome, homePaths, writeRuntimeFile } from '../../link/home/home.ts';
import { readStartTime } from '../../link/process/process.ts';
import { daemonIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { stopDaemon } from './stop.ts';

describe('the end of a daemon', () => {
  it('comes by a signal when it speaks another version', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-stop-'));
    const paths = homePaths(join(directory, 'data'));
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      ensureHome(paths);
      const pid = child.pid ?? 0;
      writeRuntimeFile(paths, {
        ...{ pid, startTime: readStartTime(pid) ?? 0, version: '99.0.0', protocol: 99 },
        ...{ socket: join(paths.runDir, 'none'), port: null, portNote: null },
        daemonId: daemonIdSchema.parse('0197a1b2-0000-7000-8000-000000000002'),
        startedAt: new Date().toISOString(),
      });
      const connectIfRunning = () => Promise.reject(new WaggleError('versionMismatch'));
      const result = await stopDaemon({ paths, identity: undefined, connectIfRunning }, 'keep');
      assert.deepEqual(result, { pid, killed: 0 });
      assert.deepEqual(await ended, [null, 'SIGTERM']);
    } finally {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });
});

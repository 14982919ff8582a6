import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PtyWriter } from './ptyWriter.ts';

describe('the writer of a pty', () => {
  let folder: string;
  let descriptor: number;
  let writer: PtyWriter;

  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'waggle-writer-'));
    const path = join(folder, 'fifo');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    writer = new PtyWriter(descriptor);
  });

  afterEach(() => {
    writer.dispose();
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  function read(): number {
    try {
      return readSync(descriptor, Buffer.alloc(64 * 1024));
    } catch {
      return 0;
    }
  }

  it('bounds many small pieces as it bounds large ones, and writes no more of them in one turn', async () => {
    const kernel = 64 * 1024;
    writer.write(Buffer.alloc(kernel), () => undefined);
    let accepted = 0;
    let delivered = 0;
    while (writer.write(Buffer.from('x'), () => (delivered += 1)) === 'queued') accepted += 1;
    assert.equal(accepted, 64 * 1024);
    assert.equal(delivered, 0);
    let arrived = 0;
    let largest = 0;
    while (delivered < accepted) {
      const before = delivered;
      arrived += read();
      await nextTurn();
      largest = Math.max(largest, delivered - before);
    }
    arrived += read();
    assert.equal(arrived, kernel + accepted);
    assert.ok(largest <= 4096, `${largest} in one turn`);
    assert.equal(
      writer.write(Buffer.alloc(8 * 1024 * 1024), () => undefined),
      'queued',
    );
  });
});

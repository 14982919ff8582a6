import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogTail, parseLogLine } from './logTail.ts';

describe('the tail of the daemon’s log', () => {
  let directory = '';
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'waggle-tail-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('shows level, time, message and fields of a line, and foreign lines as they are', () => {
    const line = JSON.stringify({ at: 'T', level: 'warn', message: 'Port taken', port: 9178 });
    assert.deepEqual(parseLogLine(line), { level: 'warn', text: 'T Port taken {"port":9178}' });
    assert.deepEqual(parseLogLine('{broken'), { level: 'info', text: '{broken' });
  });

  it('follows the file while it grows and when a new one takes its place', async () => {
    const path = join(directory, 'daemon.log');
    const seen: string[] = [];
    let wake = (): void => undefined;
    const tail = new LogTail(path, ({ text }) => {
      seen.push(text);
      wake();
    });
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    writeFileSync(path, 'one\ntw');
    tail.start();
    assert.deepEqual(seen, ['one']);
    appendFileSync(path, 'o\n');
    await until(2);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'three\n');
    await until(3);
    tail.dispose();
    assert.deepEqual(seen, ['one', 'two', 'three']);
  });
});

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { followLog, readLastLines } from './logs.ts';

// The runtime keeps one descriptor for all its watches, from the first one on.
watch(tmpdir()).close();

describe('the log that is followed', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-logs-'));
    file = join(directory, 'log');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('goes on over rotations, with the last lines of the old file first', async () => {
    writeFileSync(file, 'one\n');
    const stop = new AbortController();
    let printed = '';
    const { lines, end } = readLastLines(file, 10);
    const print = (text: string): void => void (printed += text);
    const followed = followLog(file, { end, print, signal: stop.signal });
    const see = async (text: string): Promise<void> => {
      const deadline = performance.now() + 5000;
      while (printed !== text && performance.now() < deadline) await delay(5);
      assert.equal(printed, text);
    };
    appendFileSync(file, 'two\n');
    await see('two\n');
    appendFileSync(file, 'three\n');
    renameSync(file, `${file}.1`);
    await see('two\nthree\n');
    writeFileSync(file, 'four\n');
    await see('two\nthree\nfour\n');
    appendFileSync(file, 'fi\u202eve\n');
    await see('two\nthree\nfour\nfi\\u{202e}ve\n');
    stop.abort();
    await followed;
    assert.deepEqual(lines, ['one']);
  });

  it('says where it looked for a log that is not there', () => {
    assert.throws(() => readLastLines(file, 1), { code: 'notFound' });
  });
});

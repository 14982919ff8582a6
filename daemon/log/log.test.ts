import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { createLogger, createRedactor } from './log.ts';

describe('the log', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-log-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function open(options: { level?: 'trace' | 'warn'; maxBytes?: number; files?: number } = {}) {
    const redactor = createRedactor();
    const path = join(directory, 'daemon.log');
    const log = createLogger({ path, level: 'trace', redactor, now: () => 0, ...options });
    return { log, redactor, path, text: () => readFileSync(path, 'utf8') };
  }

  it('writes one JSON object per line with the fields of every parent', () => {
    const { log, text } = open();
    log.child({ part: 'gateway' }).child({ connection: 7 }).info('Connected', { kind: 'cli' });
    log.dispose();
    assert.equal(
      text(),
      '{"at":"1970-01-01T00:00:00.000Z","level":"info","message":"Connected","part":"gateway","connection":7,"kind":"cli"}\n',
    );
  });

  it('leaves out what is below its level', () => {
    const { log, text } = open({ level: 'warn' });
    log.info('quiet');
    log.warn('loud');
    log.dispose();
    assert.deepEqual(text().match(/"message":"\w+"/g), ['"message":"loud"']);
  });

  it('replaces a secret in each of the forms it may take', () => {
    const { log, redactor, text } = open();
    const secret = 'p@ss/word+"quoted"';
    redactor.add(secret);
    log.info('Seen', {
      plain: `x ${secret} y`,
      base64: Buffer.from(secret).toString('base64'),
      base64url: Buffer.from(secret).toString('base64url'),
      url: `http://h/?t=${encodeURIComponent(secret)}`,
    });
    log.dispose();
    assert.equal(text().match(/\[secret\]/g)?.length, 4);
    assert.ok(!text().includes('word'));
  });

  it('writes a removed secret again', () => {
    const { log, redactor, text } = open();
    redactor.add('once-a-secret');
    redactor.remove('once-a-secret');
    log.info('Seen', { value: 'once-a-secret' });
    log.dispose();
    assert.ok(text().includes('once-a-secret'));
  });

  it('describes errors with their code and cause, and survives cycles', () => {
    const { log, text } = open();
    const fields: Record<string, unknown> = {
      error: new WaggleError('busy', 'locked', { cause: new Error('inner') }),
    };
    fields['self'] = fields;
    log.error('Failed', fields);
    log.dispose();
    const line: unknown = JSON.parse(text());
    assert.ok(typeof line === 'object' && line !== null && 'error' in line);
    const { error } = line as { error: { code: string; cause: { message: string } } };
    assert.deepEqual([error.code, error.cause.message], ['busy', 'inner']);
  });

  it('rotates by size, keeps a bounded number of files, and closes them to others', () => {
    const { log, path } = open({ maxBytes: 200, files: 3 });
    for (let number = 0; number < 20; number += 1) log.info('Line', { number });
    log.dispose();
    assert.deepEqual(readdirSync(directory).toSorted(), [
      'daemon.log',
      'daemon.log.1',
      'daemon.log.2',
    ]);
    assert.ok(readFileSync(path, 'utf8').includes('"number":19'));
    for (const file of readdirSync(directory)) {
      const stats = statSync(join(directory, file));
      assert.deepEqual([stats.mode & 0o777, stats.size <= 200], [0o600, true]);
    }
  });
});

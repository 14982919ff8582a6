/** A store whose n-th write, flush or truncation fails: what was acknowledged is there, and a lost flush ends the writing. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import type { Context } from 'mocha';
import { needTool } from '../support/testTool.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const turns = isLong ? Array.from({ length: 200 }, (_, index) => index + 1) : [40];
const notes = 60;
const writer = join(import.meta.dirname, 'storeFaultWriter.ts');
const calls = 'pwrite64,fsync,fdatasync,ftruncate';
const lostFlush = 'The disk lost what was written';

interface Fault {
  readonly calls: string;
  readonly error: 'ENOSPC' | 'EIO';
  /** The n-th of each of the calls, in each thread. */
  readonly turn: number;
}

/** What the writer said, line by line, and the kernel calls that failed. */
interface Trial {
  readonly said: readonly string[];
  readonly injected: readonly string[];
  readonly home: string;
}

describe('a store under a file system that fails', function () {
  this.timeout(isLong ? 20 * 60_000 : 60_000);
  let strace: string;
  let directory: string;
  before(function () {
    strace = needWorkingStrace(this);
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-faults-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = async (fault: Fault): Promise<Trial> => {
    const home = join(directory, `${fault.error}-${fault.turn}`);
    mkdirSync(join(home, 'backup'), { recursive: true });
    const trace = join(home, 'trace');
    const inject = `inject=${fault.calls}:error=${fault.error}:when=${fault.turn}`;
    const child = spawn(
      strace,
      [
        ...['-f', '-qq', '--seccomp-bpf', '-o', trace, '-e', `trace=${calls}`, '-e', inject],
        ...[process.execPath, writer, home, String(notes)],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const closed = once(child, 'close');
    const said = (await text(child.stdout)).trimEnd().split('\n');
    await closed;
    const injected = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes('INJ'));
    const name = `${fault.error} at ${fault.turn}`;
    assert.ok(/^(reads|refused) /.test(said.at(-1) ?? ''), `${name}: ${said.slice(-3).join('; ')}`);
    checkKept(join(home, 'waggle.db'), said, name);
    return { said, injected, home };
  };

  for (const error of ['ENOSPC', 'EIO'] as const)
    it(`keeps what it acknowledged when any call fails with ${error}`, async () => {
      let failed = 0;
      for (const turn of turns) {
        const { said, injected, home } = await write({ calls, error, turn });
        rmSync(home, { recursive: true });
        if (injected.length > 0) failed += 1;
        const firstLost = said.findIndex((line) => line.includes(lostFlush));
        const after = firstLost < 0 ? [] : said.slice(firstLost);
        assert.deepEqual(
          after.filter((line) => line.startsWith('kept')),
          [],
          `${error} at ${turn}`,
        );
      }
      assert.ok(failed > turns.length / 2, `a call failed in ${failed} of ${turns.length}`);
    });

  it('acknowledges nothing after a lost flush, says so, still reads, and goes on when it is opened again', async () => {
    const fault = { calls: 'fsync,fdatasync', error: 'EIO', turn: 40 } as const;
    const { said, home } = await write(fault);
    const kept = said.filter((line) => line.startsWith('kept')).length;
    const failed = said.filter((line) => line.startsWith('failed'));
    assert.ok(kept > 10 && failed.length > 10, `${kept} kept, ${failed.length} failed`);
    assert.equal(kept + failed.length, notes);
    assert.deepEqual(
      new Set(failed.map((line) => line.replace(/ \d+/, ''))),
      new Set([`failed internal ${lostFlush}; nothing new is recorded.`]),
    );
    assert.ok(
      said.some((line) => line.startsWith('warned store.unflushed')),
      'it is warned of',
    );
    assert.equal(said.at(-1), `reads ${kept}`);
    const again = spawnSync(process.execPath, [writer, home, '1'], { encoding: 'utf8' });
    assert.match(again.stdout, /^open\nkept 0\nreads \d+\n$/);
  });
});

describe('the lock of the daemon on a file system without locks', () => {
  it('is refused with the reason and the way out', async function () {
    this.timeout(60_000);
    const strace = needWorkingStrace(this);
    const directory = mkdtempSync(join(tmpdir(), 'wgl-lock-'));
    const path = join(directory, 'lock.db');
    const store = JSON.stringify(join(import.meta.dirname, '../../daemon/store/store.ts'));
    const source = `import { acquireLock } from ${store};
      try { acquireLock(${JSON.stringify(path)}); console.log('held'); }
      catch ({ code, message, fix }) { console.log(JSON.stringify({ code, message, fix })); }`;
    writeFileSync(path, '');
    const inject = ['-P', path, '-e', 'trace=fcntl', '-e', 'inject=fcntl:error=EOPNOTSUPP'];
    const program = [process.execPath, '--input-type=module-typescript', '-e', source];
    const trace = ['-f', '-qq', '-o', join(directory, 'trace'), ...inject];
    const { stdout, stderr } = spawnSync(strace, [...trace, ...program], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    assert.deepEqual(
      JSON.parse(stdout),
      {
        code: 'unsupportedPlatform',
        message: `The file system of ${directory} has no working locks, as some network drives do not.`,
        fix: 'Let WAGGLE_HOME name a directory on a local disk.',
      },
      stderr,
    );
  });
});

/** A container may forbid to look into other processes. */
function needWorkingStrace(test: Context): string {
  const strace = needTool(test, 'strace');
  const { status } = spawnSync(strace, ['-qq', '-e', 'trace=none', 'true']);
  return status === 0 ? strace : test.skip();
}

/** Afterwards, without faults: the file is whole and holds what was acknowledged. */
function checkKept(path: string, said: readonly string[], name: string): void {
  const acknowledged = said.flatMap((line) => line.match(/^kept (\d+)$/)?.[1] ?? []);
  const database = new Database(path);
  try {
    assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }], name);
    if (acknowledged.length === 0) return;
    const rows = database.prepare('select text from note').pluck().all();
    const held = new Set(rows.map((row) => String(row).split(' ')[0]));
    assert.deepEqual(
      acknowledged.filter((number) => !held.has(number)),
      [],
      name,
    );
  } finally {
    database.close();
  }
}

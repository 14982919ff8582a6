import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHome, homePaths } from '../../link/home/home.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { Clock } from '../context.ts';
import { silentLogger } from '../log/log.ts';
import { checkRuntime } from '../runtime.ts';
import { createEnding, createWarnings, loadInstance, watchIdle } from './lifecycle.ts';

interface StallLine {
  readonly message: string;
  readonly stallMs: number;
  readonly stack: string;
}

describe('the watchdog', () => {
  /** A process of its own: the watchdog ends whoever it looks after. */
  async function watch(body: string): Promise<{ signal: unknown; log: string }> {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-watch-'));
    const logFile = join(directory, 'log');
    const source = `
      import { startWatchdog } from ${JSON.stringify(join(import.meta.dirname, 'watchdog.ts'))};
      import { createLogger, createRedactor } from ${JSON.stringify(join(import.meta.dirname, '../log/log.ts'))};
      const logFile = ${JSON.stringify(logFile)};
      const log = createLogger({ path: logFile, level: 'info', redactor: createRedactor() });
      const watchdog = startWatchdog({ log, logFile, endAfterMs: 1000 });
      const block = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    try {
      const [, signal] = await once(child, 'exit');
      return { signal, log: readFileSync(logFile, 'utf8') };
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  const parseLine = (log: string): StallLine => {
    const line: StallLine = JSON.parse(log);
    return line;
  };

  it('says how long the main loop stalled, and where', async () => {
    const { signal, log } = await watch(
      'setTimeout(function busy() { block(900); }, 500); setTimeout(() => watchdog.stop(), 2000);',
    );
    assert.equal(signal, null);
    const { message, stallMs, stack } = parseLine(log);
    assert.deepEqual([message, stallMs > 200], ['The main loop stalled', true]);
    assert.match(stack, /^at block \(.*:\d+:\d+\)\nat busy \(/m);
  }).timeout(30_000);

  it('ends a process whose loop stands still, and leaves a line that says where', async () => {
    const { signal, log } = await watch('setTimeout(function stuck() { block(60_000); }, 500);');
    assert.equal(signal, 'SIGKILL');
    const { message, stack } = parseLine(log);
    assert.equal(message, 'The main loop stands still; the daemon ends');
    assert.match(stack, /at stuck \(/);
  }).timeout(30_000);

  it('ends one that stands still outside of JavaScript too', async () => {
    const read = "process.getBuiltinModule('node:fs').readSync(0, Buffer.alloc(1))";
    const { signal, log } = await watch(`setTimeout(() => ${read}, 500);`);
    assert.equal(signal, 'SIGKILL');
    assert.match(parseLine(log).stack, /^none: /);
  }).timeout(30_000);
});

describe('the instance of a data directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-instance-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function make(name: string) {
    const paths = homePaths(join(directory, name));
    ensureHome(paths);
    return paths;
  }

  it('keeps its id, also when the directory is renamed', () => {
    const { daemonId } = loadInstance(make('one'));
    assert.deepEqual(loadInstance(make('one')), { daemonId, copiedFrom: undefined });
    renameSync(join(directory, 'one'), join(directory, 'two'));
    assert.deepEqual(loadInstance(make('two')), { daemonId, copiedFrom: undefined });
  });

  it('gives a copy an id of its own, once', () => {
    const { daemonId } = loadInstance(make('one'));
    copyFileSync(make('one').instanceFile, make('copy').instanceFile);
    const copy = loadInstance(make('copy'));
    assert.equal(copy.copiedFrom, daemonId);
    assert.notEqual(copy.daemonId, daemonId);
    assert.deepEqual(loadInstance(make('copy')), {
      daemonId: copy.daemonId,
      copiedFrom: undefined,
    });
    assert.equal(loadInstance(make('one')).daemonId, daemonId);
  });
});

describe('the end of a daemon that nobody needs', () => {
  it('comes after the whole time without need, and once', async () => {
    let now = 0;
    let needed = true;
    let ends = 0;
    const clock: Clock = { now: () => 0, monotonicMs: () => now };
    const ended = Promise.withResolvers<void>();
    const watch = watchIdle({
      idleMs: 300,
      clock,
      isNeeded: () => needed,
      onIdle: () => {
        ends += 1;
        ended.resolve();
      },
    });
    now = 10_000;
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(ends, 0);
    needed = false;
    now = 10_299;
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(ends, 0);
    now = 10_400;
    // The watch does not keep a process alive.
    const alive = setInterval(() => undefined, 10);
    await ended.promise;
    clearInterval(alive);
    watch.dispose();
    assert.equal(ends, 1);
  });
});

describe('the orderly end', () => {
  it('runs in reverse, leaves late and failing parts behind, and happens once', async () => {
    const order: string[] = [];
    const begun: string[] = [];
    const ending = createEnding(silentLogger, (reason) => begun.push(reason));
    ending.add({ name: 'first', limitMs: 100, run: () => void order.push('first') });
    ending.add({ name: 'late', limitMs: 20, run: () => new Promise(() => order.push('late')) });
    ending.add({
      name: 'failing',
      limitMs: 100,
      run() {
        order.push('failing');
        throw new Error('no');
      },
    });
    ending.request('one');
    ending.request('two');
    await ending.done;
    assert.deepEqual([order, begun], [['failing', 'late', 'first'], ['one']]);
  });
});

describe('warnings', () => {
  it('are told when they change, by key', () => {
    const warnings = createWarnings();
    const told: string[][] = [];
    warnings.onDidChange((texts) => told.push(texts));
    warnings.set('a', 'one');
    warnings.set('a', 'one');
    warnings.set('b', 'two');
    warnings.set('a', undefined);
    warnings.set('a', undefined);
    assert.deepEqual(told, [['one'], ['one', 'two'], ['two']]);
  });

  it('are seen once when two say the same, until neither does', () => {
    const warnings = createWarnings();
    for (const key of ['a', 'b']) warnings.set(key, 'the disk is full');
    assert.deepEqual(warnings.list(), ['the disk is full']);
    warnings.set('a', undefined);
    assert.deepEqual(warnings.list(), ['the disk is full']);
    warnings.set('b', undefined);
    assert.deepEqual(warnings.list(), []);
  });
});

describe('the check of the runtime', () => {
  it('takes 22.14 and everything later, and nothing before', () => {
    const versions = ['20.19.0', '22.13.9', '22.14.0', '23.0.0', '24.21.0'];
    const outcomes = versions.map((version) => {
      try {
        checkRuntime(version);
        return 'ok';
      } catch (error) {
        return errorCodeOf(error);
      }
    });
    const old = 'runtimeTooOld';
    assert.deepEqual(outcomes, [old, old, 'ok', 'ok', 'ok']);
  });
});

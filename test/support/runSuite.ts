/**
 * The process of one suite: `runSuite.ts [--grep TEXT] file…`. Loads its files, runs mocha with the leak check
 * and a printed seed, and sends the counts to its parent. A file that does not load is one failed test, not the end.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import Mocha from 'mocha';
import type { Counts, SuiteCounts } from '../../scripts/testSuite.ts';
import { mochaHooks } from './leakCheck.ts';

const root = process.cwd();
const { values, positionals } = parseArgs({
  options: { grep: { type: 'string' } },
  allowPositionals: true,
});
const isLong = process.env.WAGGLE_TEST_LONG === '1';

fc.configureGlobal({
  seed: Number(process.env.WAGGLE_TEST_SEED ?? 0),
  numRuns: isLong ? 1000 : 100,
});
const mocha = new Mocha({
  ui: 'bdd',
  timeout: isLong ? 30 * 60_000 : 30_000,
  reporter: 'spec',
  rootHooks: mochaHooks,
  ...(values.grep ? { grep: values.grep } : {}),
});
await mocha.loadFilesAsync();
for (const file of positionals) await load(file);
const counts = await run();
process.exitCode = counts.failed > 0 ? 1 : 0;
process.send?.(counts);
process.disconnect?.();

async function load(file: string): Promise<void> {
  mocha.files = [file];
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    const test = new Mocha.Test('loads', () => {
      throw error;
    });
    Mocha.Suite.create(mocha.suite, relative(root, file)).addTest(test);
  }
}

function run(): Promise<SuiteCounts> {
  mocha.files = [];
  const byFile = new Map<string, Record<keyof Counts, number>>();
  const count = (key: keyof Counts) => (runnable: Mocha.Runnable) => {
    const file = runnable.file ?? '';
    const counts = byFile.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
    counts[key] += 1;
    byFile.set(file, counts);
  };
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const failedIn = [...byFile].filter(([, { failed }]) => failed > 0);
      const counts = { passed: passes, failed: failures, skipped: pending };
      resolve(
        failedIn.length === 0 ? counts : { ...counts, failedIn: Object.fromEntries(failedIn) },
      );
    });
    runner.on('pass', count('passed')).on('fail', count('failed')).on('pending', count('skipped'));
  });
}

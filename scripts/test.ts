/**
 * `npm test`: builds, then runs the suites, each in processes of its own, and prints the counts. Suites that wait more than
 * they compute run side by side. Files in which something failed are run once more by themselves at the end; both outcomes
 * are told.
 * `test.ts unit|flow|agents|vscode|long|all [--grep TEXT] [file…]`. The last line is the sum; the exit code is 0 only when
 * nothing failed and every suite had tests.
 */
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { cacheDir, say } from './cache.ts';
import { chromiumPackages, ensureChromium, findChromium } from './chromium.ts';
import { installPackages, mayInstallPackages } from './debian.ts';
import { installEditorServer } from './editorServer.ts';
import { endTree } from './processTree.ts';
import {
  addCounts,
  inStages,
  listTestFiles,
  replaceCounts,
  runStage,
  suiteNames,
  type Part,
  type Stage,
  type SuiteCounts,
  type SuiteName,
} from './testSuite.ts';
import { debianPackagesOf, listMissingTools } from './testTools.ts';

const root = join(import.meta.dirname, '..');
/** A suite's process has nothing left to do when mocha is done; one that lives on holds something. */
const endMs = 15_000;
const repeatedMost = 8;

interface Wanted {
  readonly suites: readonly SuiteName[];
  readonly isLong: boolean;
  readonly grep: string | undefined;
  readonly files: readonly string[];
}

function parseWanted(): Wanted | undefined {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' } },
    allowPositionals: true,
  });
  const [name = 'all', ...files] = positionals;
  const rest = {
    isLong: name === 'long',
    grep: values.grep,
    files: files.map((file) => resolve(file)),
  };
  if (name === 'all') return { ...rest, suites: suiteNames };
  if (name === 'long') return { ...rest, suites: ['unit', 'flow', 'vscode'] };
  const suite = suiteNames.find((one) => one === name);
  return suite && { ...rest, suites: [suite] };
}

/** What the suites need from outside is installed before the first test runs, so that none of them waits or fails for it. */
async function prepare(wanted: Wanted): Promise<void> {
  installTools(wanted.suites);
  await build();
  if (!wanted.suites.includes('vscode')) return;
  ensureChromium();
  await installEditorServer();
}

/** Programs of others. What is missing afterwards costs the tests of it, which skip, or fail in CI. */
function installTools(suites: readonly SuiteName[]): void {
  const needsChromium = suites.includes('vscode') && findChromium() === undefined;
  const packages = debianPackagesOf(listMissingTools(suites));
  if (needsChromium) packages.push(...chromiumPackages);
  if (packages.length > 0 && mayInstallPackages()) installPackages(packages);
  const missing = listMissingTools(suites);
  if (missing.length === 0) return;
  const outcome = process.env['CI'] === 'true' ? 'fail' : 'are skipped';
  say(`not installed: ${missing.join(', ')}; tests that need them ${outcome}`);
}

/**
 * Runs files of a suite in a process and returns its counts; a process that crashes, hangs or has no tests adds one that
 * failed. With a `label` each line of its output begins with it.
 */
async function runPart({ suite, files, label }: Part, wanted: Wanted): Promise<SuiteCounts> {
  if (files.length === 0) return fail(`suite ${suite} has no test files`);
  const grep = wanted.grep === undefined ? [] : ['--grep', wanted.grep];
  const output = label === undefined ? 'inherit' : 'pipe';
  const child = fork(join(root, 'test', 'support', 'runSuite.ts'), [...grep, ...files], {
    cwd: root,
    env: testEnvironment(wanted.isLong),
    stdio: ['ignore', output, output, 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr])
    if (stream && label !== undefined) printLabelled(stream, label);
  const endSuite = (): Promise<void> => endTree(child.pid ?? 0, { withDetached: true });
  running.add(endSuite);
  let counts: SuiteCounts | undefined;
  let overdue: NodeJS.Timeout | undefined;
  let isStuck = false;
  child.on('message', (message) => {
    counts = message as SuiteCounts;
    overdue = setTimeout(() => {
      isStuck = true;
      void endSuite();
    }, endMs);
  });
  const [code, signal] = await once(child, 'exit');
  clearTimeout(overdue);
  running.delete(endSuite);
  if (!counts) return fail(`suite ${suite} ended before its tests did (${String(signal ?? code)})`);
  // All tests of one file may be of a program that is missing.
  const skipped = files.length === 1 ? counts.skipped : 0;
  if (counts.passed + counts.failed + skipped === 0)
    return fail(`suite ${suite} ran no tests`, counts);
  return isStuck
    ? fail(`suite ${suite} did not end by itself: something still runs in it`, counts)
    : counts;
}

function printLabelled(stream: Readable, label: string): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) =>
    console.log(`${label} │ ${line}`),
  );
}

/** What ends the processes of the suites that run. */
const running = new Set<() => Promise<void>>();
let isEnding = false;

/** A run that is cut short takes along what its tests started, editors and daemons included. */
function endOnInterrupt(): void {
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void Promise.allSettled([...running].map((endSuite) => endSuite())).finally(() =>
      process.exit(130),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
}

function fail(
  reason: string,
  counts: SuiteCounts = { passed: 0, failed: 0, skipped: 0 },
): SuiteCounts {
  say(reason);
  return { ...counts, failed: counts.failed + 1 };
}

/** Without what a surrounding session, agent or `npm start` would pass on; never on the port that people use. */
function testEnvironment(isLong: boolean): NodeJS.ProcessEnv {
  const isKept = (name: string): boolean =>
    !/^(WAGGLE_|CLAUDECODE|CLAUDE_CODE_|ELECTRON_|NODE_OPTIONS$)/.test(name) ||
    /^WAGGLE_(TEST_|CACHE$)/.test(name);
  const kept = Object.entries(process.env).filter(([name]) => isKept(name));
  return {
    ...Object.fromEntries(kept),
    WAGGLE_CACHE: cacheDir(),
    WAGGLE_PORT: '0',
    // Whoever runs the tests is not called by the daemons in them.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    WAGGLE_TEST_SEED: seed,
    ...(isLong ? { WAGGLE_TEST_LONG: '1' } : {}),
  };
}

function countsText({ passed, failed, skipped }: SuiteCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

interface SuiteResult {
  readonly name: SuiteName;
  counts: SuiteCounts;
  readonly seconds: number;
}

/**
 * What failed in the course of everything is run once more by itself: what fails for a reason fails again. Both outcomes
 * are printed. With many failures there is a reason.
 */
async function repeatAlone(results: readonly SuiteResult[], wanted: Wanted): Promise<void> {
  const filesOf = ({ counts }: SuiteResult): string[] => Object.keys(counts.failedIn ?? {});
  const failed = results.filter((result) => filesOf(result).length > 0);
  const all = failed.flatMap(filesOf);
  if (all.length === 0 || all.length > repeatedMost || all.includes('')) return;
  for (const result of failed) {
    const files = filesOf(result);
    say(`failed, and now by itself: ${files.map((file) => relative(root, file)).join(', ')}`);
    const counts = await runPart({ suite: result.name, files }, wanted);
    say(`by itself: ${countsText(counts)}`);
    result.counts = replaceCounts(result.counts, { files, counts });
  }
}

async function runAll(wanted: Wanted): Promise<SuiteCounts> {
  const results = new Map<SuiteName, SuiteResult>();
  for (const stage of listStages(wanted)) {
    const startedAt = performance.now();
    await runStage(stage, async (part) => {
      if (isEnding) return;
      const counts = await runPart(part, wanted);
      const before = results.get(part.suite);
      results.set(part.suite, {
        name: part.suite,
        counts: before ? addCounts(before.counts, counts) : counts,
        seconds: Math.round((performance.now() - startedAt) / 1000),
      });
    });
  }
  const all = wanted.suites.flatMap((name) => results.get(name) ?? []);
  if (wanted.suites.length > 1 && !wanted.isLong) await repeatAlone(all, wanted);
  const lines = all.map(
    ({ name, counts, seconds }) => `${name.padEnd(8)} ${countsText(counts)} (${seconds} s)`,
  );
  console.log(`\n${lines.join('\n')}`);
  return all.map(({ counts }) => counts).reduce(addCounts);
}

function listStages({ suites, isLong, files, grep }: Wanted): Stage[] {
  const filesOf = (suite: SuiteName): string[] =>
    listTestFiles(suite, root).filter((file) => files.length === 0 || files.includes(file));
  const parts = suites
    .map((suite) => ({ suite, files: filesOf(suite) }))
    // Of files that are named each is in one suite; a suite without any is said to be wrong only when it was asked for.
    .filter((part) => suites.length === 1 || files.length === 0 || part.files.length > 0);
  const isWhole = files.length === 0 && grep === undefined;
  return isLong || !isWhole || availableParallelism() === 1
    ? parts.map((part) => ({ atOnce: 1, parts: [part] }))
    : inStages(parts);
}

const wanted = parseWanted();
if (!wanted) {
  console.error(`Unknown suite. Suites: ${suiteNames.join(', ')}, long, all`);
  process.exit(2);
}
/** Unforeseeable where long counts run; a change is never refused for a seed that nobody tried before. */
const seed = process.env.WAGGLE_TEST_SEED ?? (wanted.isLong ? String(randomInt(2 ** 31)) : '1');
console.log(`seed ${seed} (WAGGLE_TEST_SEED=${seed} repeats this run)`);
try {
  await prepare(wanted);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
endOnInterrupt();
const total = await runAll(wanted);
console.log(countsText(total));
process.exitCode = total.failed > 0 ? 1 : 0;

/** The suites of `npm test`: which files belong to each. A file belongs to exactly one. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

export const suiteNames = ['unit', 'flow', 'agents', 'vscode'] as const;
export type SuiteName = (typeof suiteNames)[number];

const patterns: Readonly<Record<SuiteName, readonly string[]>> = {
  unit: [
    '{protocol,link,daemon,cli,extension,webview-ui,bench,scripts}/**/*.test.ts',
    'test/{house,support}/**/*.test.ts',
  ],
  flow: ['test/flow/**/*.test.ts'],
  agents: ['test/agents/**/*.test.ts'],
  vscode: ['test/vscode/**/*.test.ts'],
};

/** Absolute paths, sorted. What runs inside the extension host (`test/vscode/suite`) is started by a file outside of it. */
export function listTestFiles(name: SuiteName, root: string): string[] {
  const isInside = (path: string): boolean =>
    /node_modules|test[/\\]vscode[/\\]suite[/\\]/.test(path);
  const found = globSync([...patterns[name]], { cwd: root }).filter((path) => !isInside(path));
  return found.sort().map((path) => join(root, path));
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a suite's process tells the one that started it, once, when mocha is done. */
export interface SuiteCounts extends Counts {
  /** The counts of each file in which something failed, by its path; a failure of no file stands under the empty path. */
  readonly failedIn?: Readonly<Record<string, Counts>>;
}

/** The counts of a suite whose files `again` were run a second time. */
export function replaceCounts(
  { passed, failed, skipped, failedIn = {} }: SuiteCounts,
  again: { readonly files: readonly string[]; readonly counts: SuiteCounts },
): SuiteCounts {
  const first = again.files.map((file) => failedIn[file]);
  const before = (key: keyof Counts): number =>
    first.reduce((sum, counts) => sum + (counts?.[key] ?? 0), 0);
  return {
    passed: passed - before('passed') + again.counts.passed,
    failed: failed - before('failed') + again.counts.failed,
    skipped: skipped - before('skipped') + again.counts.skipped,
  };
}

/** Files of one suite that one process runs. */
export interface Part {
  readonly suite: SuiteName;
  readonly files: readonly string[];
  /** Begins each line of its output where several run side by side. */
  readonly label?: string;
}

/** Parts of which `atOnce` run side by side, the next one as soon as one is done. */
export interface Stage {
  readonly atOnce: number;
  readonly parts: readonly Part[];
}

/**
 * Suites whose files run in two processes at once: those of `flow` start many programs and wait for them, and an editor
 * with its browser waits for itself almost half of the time.
 */
const sharing: ReadonlySet<SuiteName> = new Set<SuiteName>(['flow', 'vscode']);
const atOnce = 2;

/**
 * Whole suites, one after the other. What computes all the time (the units, the programs of agents) is alone; of what waits
 * each file is a part, so that both processes are busy until the end.
 */
export function inStages(suites: readonly Part[]): Stage[] {
  return suites.map((part) => {
    const { suite, files } = part;
    if (!sharing.has(suite)) return { atOnce: 1, parts: [part] };
    const parts = files.map((file) => {
      return { suite, files: [file], label: basename(file, '.test.ts') };
    });
    return { atOnce, parts };
  });
}

/** Runs all of `parts`, `atOnce` of them side by side. */
export async function runStage(
  { atOnce: count, parts }: Stage,
  run: (part: Part) => Promise<void>,
): Promise<void> {
  const waiting = [...parts];
  const work = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await run(part);
  };
  await Promise.all(Array.from({ length: count }, work));
}

/** The counts of two parts of one suite, or of two suites. */
export function addCounts(one: SuiteCounts, other: SuiteCounts): SuiteCounts {
  const failedIn = { ...one.failedIn, ...other.failedIn };
  const counts = {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
  return Object.keys(failedIn).length === 0 ? counts : { ...counts, failedIn };
}

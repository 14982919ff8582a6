/** The suites of `npm test`: which files belong to each. A file belongs to exactly one. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

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

/**
 * How many processes share the files of a suite: those of `flow` start many programs and wait for them, and an editor
 * with its browser waits for itself almost half of the time.
 */
const lanes: Readonly<Partial<Record<SuiteName, number>>> = { flow: 2, vscode: 2 };

/**
 * Whole suites as steps that run one after the other, each made of what runs side by side: what computes all the time (the
 * units, the programs of agents) is alone.
 */
export function inStages(suites: readonly Part[]): Part[][] {
  const stages: Part[][] = [];
  let shared: Part[] | undefined;
  for (const part of suites) {
    const count = lanes[part.suite];
    if (count === undefined) {
      stages.push([part]);
      shared = undefined;
      continue;
    }
    if (shared === undefined) stages.push((shared = []));
    shared.push(...split(part, count));
  }
  return stages;
}

/** Every `count`th file each, so that neighbours of one kind are shared out. */
function split({ suite, files }: Part, count: number): Part[] {
  return Array.from({ length: count }, (_, lane) => ({
    suite,
    files: files.filter((_file, index) => index % count === lane),
    label: `${suite} ${lane + 1}`,
  }));
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

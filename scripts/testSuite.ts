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

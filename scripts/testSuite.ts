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

/** What a suite's process tells the one that started it, once, when mocha is done. */
export interface SuiteCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

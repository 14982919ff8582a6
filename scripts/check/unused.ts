/** Step `unused`: knip finds files, exports and dependencies that nobody uses, and packages nobody declared. */
import type { Finding, Step } from './step.ts';
import { refuseSilentFailure, runTool } from './tool.ts';

/** knip's JSON: per file, per kind of issue, the symbols or packages. */
interface UnusedReport {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<string, unknown>>)[];
}

interface UnusedSymbol {
  readonly name: string;
  readonly line?: number;
}

function isSymbol(value: unknown): value is UnusedSymbol {
  return typeof value === 'object' && value !== null && 'name' in value;
}

function findingsOf(issue: UnusedReport['issues'][number]): Finding[] {
  return Object.entries(issue).flatMap(([kind, symbols]) => {
    if (!Array.isArray(symbols)) return [];
    return symbols
      .flat()
      .filter(isSymbol)
      .map(({ name, line }) => ({
        rule: `knip(${kind})`,
        file: issue.file,
        message: name,
        ...(line === undefined ? {} : { line }),
      }));
  });
}

export const unused: Step = {
  name: 'unused',
  async find(root) {
    const result = await runTool(root, 'knip', ['--no-progress', '--reporter', 'json']);
    if (!result.stdout.startsWith('{')) {
      throw new Error(`knip did not report: ${result.stdout}${result.stderr}`);
    }
    const report: UnusedReport = JSON.parse(result.stdout);
    const findings = report.issues.flatMap(findingsOf);
    refuseSilentFailure('knip', result, findings.length);
    return findings;
  },
};

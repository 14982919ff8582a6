/** Step `lint`: oxlint with types, layers, the third-party firewall, the budgets and the house's own rules. */
import { relative, resolve, sep } from 'node:path';
import type { Finding, Step } from './step.ts';
import { refuseSilentFailure, runTool } from './tool.ts';

/** The part of oxlint's JSON output that is read here. */
interface LintReport {
  readonly diagnostics: readonly {
    readonly code?: string;
    readonly message: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

export const lint: Step = {
  name: 'lint',
  async find(root) {
    const result = await runTool(root, 'oxlint', ['--format', 'json', '.']);
    if (!result.stdout.startsWith('{')) {
      throw new Error(`oxlint did not report: ${result.stdout}${result.stderr}`);
    }
    const report: LintReport = JSON.parse(result.stdout);
    const findings = report.diagnostics.map(({ code, message, filename, labels }): Finding => {
      const line = labels[0]?.span.line;
      const file = relative(root, resolve(root, filename)).split(sep).join('/');
      return { rule: code ?? 'lint', file, message, ...(line === undefined ? {} : { line }) };
    });
    refuseSilentFailure('oxlint', result, findings.length);
    return findings;
  },
};

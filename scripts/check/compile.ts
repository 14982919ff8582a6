/** Step `types`: every project compiles, each with its own library and globals. */
import type { Finding, Step } from './step.ts';
import { refuseSilentFailure, runTool } from './tool.ts';

const DIAGNOSTIC = /^(?<file>.+?)\((?<line>\d+),\d+\): error (?<code>TS\d+): (?<message>.*)$/;
const GLOBAL_DIAGNOSTIC = /^error (?<code>TS\d+): (?<message>.*)$/;

function parseLine(line: string): Finding[] {
  const groups = (DIAGNOSTIC.exec(line) ?? GLOBAL_DIAGNOSTIC.exec(line))?.groups;
  if (!groups) return [];
  return [
    {
      rule: groups['code'] ?? 'TS',
      file: groups['file'] ?? 'tsconfig.json',
      message: groups['message'] ?? line,
      ...(groups['line'] ? { line: Number(groups['line']) } : {}),
    },
  ];
}

export const compile: Step = {
  name: 'types',
  async find(root) {
    const result = await runTool(root, 'typescript', ['-b', '--pretty', 'false']);
    const findings = result.stdout.split('\n').flatMap(parseLine);
    refuseSilentFailure('tsc', result, findings.length);
    return findings;
  },
};

/** What every step of `npm run check` is: a name and a look at a tree that returns findings instead of throwing. */

/** One reason for a red check. `file` is relative to the root with `/`; `line` counts from 1. */
export interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export interface Step {
  readonly name: string;
  /** Throws only when the step itself cannot run (a tool is missing). */
  find(root: string): Promise<Finding[]>;
}

export function findingText(finding: Finding): string {
  const place = finding.line === undefined ? finding.file : `${finding.file}:${finding.line}`;
  return `${place}  ${finding.rule}  ${finding.message}`;
}

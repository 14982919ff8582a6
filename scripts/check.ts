/**
 * `npm run check`: every rule of the house in one run, one line per step, exit code 1 with the findings.
 * `--root DIR` looks at another tree (the test of planted violations does), and names of steps run only those.
 * Changes no source; the compiler writes declarations to `out/`.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from './check/compile.ts';
import { contract } from './check/contract.ts';
import { contributions } from './check/contributions.ts';
import { format } from './check/format.ts';
import { lint } from './check/lint.ts';
import { names } from './check/names.ts';
import { type Finding, findingText, type Step } from './check/step.ts';
import { unused } from './check/unused.ts';

const STEPS: readonly Step[] = [format, names, contributions, contract, compile, lint, unused];

interface Outcome {
  readonly step: Step;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

/** A step that cannot run is red, not clean: a tool that is missing or crashed has judged nothing. */
function brokenStep(step: Step, error: unknown): Finding {
  const message = `could not run: ${error instanceof Error ? error.message : String(error)}`;
  return { rule: step.name, file: '.', message };
}

async function run(step: Step, root: string): Promise<Outcome> {
  const start = performance.now();
  const findings = await step.find(root).catch((error: unknown) => [brokenStep(step, error)]);
  return { step, findings, seconds: (performance.now() - start) / 1000 };
}

function outcomeText({ step, findings, seconds }: Outcome): string {
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  const verdict = findings.length === 0 ? 'ok' : count;
  return `${step.name.padEnd(14)} ${verdict.padEnd(13)} ${seconds.toFixed(1)} s`;
}

/** Steps of one kind compete for the same cores, so the two that load all types run one after the other. */
async function runAll(steps: readonly Step[], root: string): Promise<Outcome[]> {
  const heavy = [compile, lint];
  const outcomes: Outcome[] = [];
  async function inOrder(queue: readonly Step[]): Promise<void> {
    for (const step of queue) {
      const outcome = await run(step, root);
      console.log(outcomeText(outcome));
      outcomes.push(outcome);
    }
  }
  await Promise.all([
    inOrder(steps.filter((step) => heavy.includes(step))),
    inOrder(steps.filter((step) => !heavy.includes(step))),
  ]);
  return outcomes;
}

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { root: { type: 'string', default: here } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `No step ${unknown.join(', ')}. Steps: ${STEPS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const wanted = STEPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const findings = (await runAll(wanted, resolve(values.root))).flatMap(
  (outcome) => outcome.findings,
);
for (const finding of findings) console.log(findingText(finding));
process.exitCode = findings.length === 0 ? 0 : 1;

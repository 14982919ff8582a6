/** The judgement over a run: every promised case measured and at least as good as its floor, and nothing failed. */
import type { Figure, Measurement } from './figure.ts';
import { holdsFloor, reachesGoal } from './figure.ts';
import type { Failure, Outcome } from './run.ts';

/** One line of the table. Only `holds` lets the gate open. */
export interface Verdict {
  readonly id: string;
  readonly case: string;
  readonly holds: boolean;
  readonly said: string;
  readonly measurement?: Measurement;
}

/** In the order of the figures; a case that is missing stands in its place, a failure at the end. */
export function judge(
  figures: readonly Figure[],
  wanted: ReadonlySet<string>,
  { measurements, failures }: Outcome,
): Verdict[] {
  const verdicts = figures
    .flatMap(({ cases }) => Object.entries(cases))
    .filter(([id]) => wanted.has(id))
    .flatMap(([id, names]) => {
      const measured = measurements.filter((measurement) => measurement.id === id);
      const missing = names.filter((name) => measured.every((one) => one.case !== name));
      return [
        ...measured.map(judgeMeasurement),
        ...missing.map((name) => missingVerdict(id, name)),
      ];
    });
  return [...verdicts, ...failures.map(judgeFailure)];
}

export function opensGate(verdicts: readonly Verdict[]): boolean {
  return verdicts.length > 0 && verdicts.every(({ holds }) => holds);
}

function judgeMeasurement(measurement: Measurement): Verdict {
  const { id, case: name, isVariant = false } = measurement;
  const isGood = holdsFloor(measurement);
  const grade = isGood ? 'holds' : 'misses';
  const said = reachesGoal(measurement) ? 'holds, goal reached' : grade;
  return {
    id,
    case: name,
    holds: isGood || isVariant,
    said: isVariant ? `${said} (not gated)` : said,
    measurement,
  };
}

function missingVerdict(id: string, name: string): Verdict {
  return { id, case: name, holds: false, said: 'not measured' };
}

function judgeFailure({ ids, reason }: Failure): Verdict {
  return { id: ids.join(', '), case: '', holds: false, said: `failed: ${reason}` };
}

const titles = ['figure', 'case', 'floor', 'goal', 'measured', 'anchor', 'verdict'];

/** In Markdown, for a note. */
export function toTable(verdicts: readonly Verdict[]): string {
  const rows = [titles, titles.map(() => '---'), ...verdicts.map(toCells)];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function toCells({ id, case: name, said, measurement }: Verdict): string[] {
  const plain = said.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 200);
  if (measurement === undefined) return [id, name, '', '', '', '', plain];
  const { bound, value, unit, anchor = {} } = measurement;
  const numbers = [bound.floor, bound.goal, value].map((number) => withUnit(number, unit));
  const beside = Object.entries(anchor).map(([key, number]) => `${key} ${cut(number)}`);
  return [id, name, ...numbers, beside.join(', '), plain];
}

const units: Readonly<Record<Measurement['unit'], string>> = {
  ratio: '',
  ms: ' ms',
  count: '',
  bytes: ' KiB',
  percent: ' %',
  perSecond: ' /s',
  gigabytesPerSecond: ' GB/s',
};

function withUnit(number: number, unit: Measurement['unit']): string {
  return `${cut(unit === 'bytes' ? number / 1024 : number)}${units[unit]}`;
}

function cut(number: number): string {
  return String(Number(number.toPrecision(3)));
}

/**
 * One line per figure and case. A figure is measured in rounds that interleave ours with its anchor; its value is the
 * median over the rounds, and the anchor's own median stands beside it.
 */

/** `higher`: a larger value is better (a ratio of throughputs); `lower`: a smaller one is. */
export type Better = 'higher' | 'lower';

/** What a figure promises for one case. `floor` gates, `goal` is what we are after; both in the figure's unit. */
export interface Bound {
  readonly floor: number;
  readonly goal: number;
  readonly better: Better;
}

export interface Measurement {
  readonly id: string;
  readonly case: string;
  readonly value: number;
  readonly unit:
    | 'ratio'
    | 'ms'
    | 'count'
    | 'bytes'
    | 'percent'
    | 'perSecond'
    | 'gigabytesPerSecond';
  readonly bound: Bound;
  readonly rounds: number;
  /** What the physical anchor took in the same rounds, with its unit in the name: `{ seconds: 0.98 }`. */
  readonly anchor?: Readonly<Record<string, number>>;
  /** Anything a reader needs to judge the value. */
  readonly note?: string;
  /** Measured another way than the table of goals says, beside the one that it says: shown, and no gate. */
  readonly isVariant?: boolean;
}

/** Told to every figure. `rounds` at least five unless a person asked for fewer; `signal` ends a run early. */
export interface BenchContext {
  readonly rounds: number;
  readonly programDirectory: string;
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface Figure {
  /** By id, the cases without which it is not measured. It may print more. */
  readonly cases: Readonly<Record<string, readonly string[]>>;
  measure(context: BenchContext, wanted: ReadonlySet<string>): AsyncIterable<Measurement>;
}

/** Whether the value is at least as good as its floor. */
export function holdsFloor(measurement: Measurement): boolean {
  const { value, bound } = measurement;
  return bound.better === 'higher' ? value >= bound.floor : value <= bound.floor;
}

/** One figure for each id, where they are measured one after the other: what goes wrong with one leaves the others. */
export function apart(figure: Figure): Figure[] {
  return Object.entries(figure.cases).map(([id, names]) => ({
    cases: { [id]: names },
    measure: (context, wanted) => figure.measure(context, wanted),
  }));
}

/** Whether the value is at least as good as what we are after. */
export function reachesGoal({ value, bound }: Measurement): boolean {
  return bound.better === 'higher' ? value >= bound.goal : value <= bound.goal;
}

/** The JSON line of a measurement, numbers cut to four significant digits. */
export function toLine(measurement: Measurement): string {
  const { id, case: name, value, unit, bound, rounds, anchor, note, isVariant } = measurement;
  return JSON.stringify({
    id,
    case: name,
    value: round(value),
    unit,
    floor: bound.floor,
    goal: bound.goal,
    rounds,
    pass: holdsFloor(measurement),
    ...(isVariant === true && { isVariant }),
    ...(anchor && {
      anchor: Object.fromEntries(
        Object.entries(anchor).map(([key, number]) => [key, round(number)]),
      ),
    }),
    ...(note !== undefined && { note }),
  });
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** The value below which `share` (0 to 1) of the samples lie; throws without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new Error('no samples');
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

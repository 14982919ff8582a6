/** Runs figures one after the other: one that fails is told with its reason, and the others still run. */
import type { BenchContext, Figure, Measurement } from './figure.ts';

export interface Failure {
  /** The figure and what of it was wanted. */
  readonly ids: readonly string[];
  readonly reason: string;
}

export interface Outcome {
  readonly measurements: readonly Measurement[];
  readonly failures: readonly Failure[];
}

export interface RunOptions {
  readonly figures: readonly Figure[];
  readonly context: BenchContext;
  readonly wanted: ReadonlySet<string>;
  /** Told at once. */
  readonly print: (measurement: Measurement) => void;
}

/** Rejects only when the run was ended early. */
export async function runFigures(options: RunOptions): Promise<Outcome> {
  const { figures, context, wanted, print } = options;
  const measurements: Measurement[] = [];
  const failures: Failure[] = [];
  for (const figure of figures) {
    const ids = Object.keys(figure.cases).filter((id) => wanted.has(id));
    if (ids.length === 0) continue;
    try {
      for await (const measurement of figure.measure(context, new Set(ids))) {
        measurements.push(measurement);
        print(measurement);
      }
    } catch (error) {
      context.signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      failures.push({ ids, reason });
      context.say(`${ids.join(', ')} failed: ${error instanceof Error ? error.stack : reason}`);
    }
  }
  return { measurements, failures };
}

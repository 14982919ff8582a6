import assert from 'node:assert/strict';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { apart } from './figure.ts';
import { judge, opensGate, toTable } from './gate.ts';
import type { Outcome } from './run.ts';
import { runFigures } from './run.ts';

const bound = { floor: 10, goal: 5, better: 'lower' } as const;

function measured(id: string, value: number, more: Partial<Measurement> = {}): Measurement {
  return { id, case: 'p50', value, unit: 'ms', bound, rounds: 5, ...more };
}

function figureOf(id: string, ...measurements: readonly Measurement[]): Figure {
  return {
    cases: { [id]: ['p50'] },
    async *measure() {
      yield* measurements;
    },
  };
}

const context: BenchContext = {
  rounds: 5,
  programDirectory: '',
  temporaryDirectory: '',
  signal: new AbortController().signal,
  say: () => undefined,
};

function run(figures: readonly Figure[], wanted: ReadonlySet<string>): Promise<Outcome> {
  return runFigures({ figures, context, wanted, print: () => undefined });
}

async function verdictsOf(figures: readonly Figure[], ...wanted: string[]): Promise<string[]> {
  const ids = new Set(wanted);
  const verdicts = judge(figures, ids, await run(figures, ids));
  const lines = verdicts.map((verdict) => `${verdict.id} ${verdict.case} ${verdict.said}`);
  return [...lines, opensGate(verdicts) ? 'open' : 'closed'];
}

describe('the gate of the figures', () => {
  it('opens when each case that is promised holds its floor, at it too', async () => {
    const figures = [figureOf('a', measured('a', 5)), figureOf('b', measured('b', 10))];
    assert.deepEqual(await verdictsOf(figures, 'a', 'b'), [
      'a p50 holds, goal reached',
      'b p50 holds',
      'open',
    ]);
  });

  it('stays closed for a value that is worse than its floor, and for one that is no number', async () => {
    const worse = { floor: 0.9, goal: 1, better: 'higher' } as const;
    const figures = [
      figureOf('a', measured('a', 10.1)),
      figureOf('b', measured('b', 0.89, { bound: worse })),
      figureOf('c', measured('c', Number.NaN)),
    ];
    for (const id of ['a', 'b', 'c'])
      assert.deepEqual(await verdictsOf(figures, id), [`${id} p50 misses`, 'closed']);
  });

  it('stays closed when a figure measures nothing, or one of its cases not', async () => {
    const half = { ...figureOf('b', measured('b', 1)), cases: { b: ['p50', 'p99'] } };
    const figures = [figureOf('a'), half];
    assert.deepEqual(await verdictsOf(figures, 'a'), ['a p50 not measured', 'closed']);
    assert.deepEqual(await verdictsOf(figures, 'b'), [
      'b p50 holds, goal reached',
      'b p99 not measured',
      'closed',
    ]);
  });

  it('asks for nothing that nobody wanted', async () => {
    const figures = [figureOf('a', measured('a', 1)), figureOf('b')];
    assert.deepEqual(await verdictsOf(figures, 'a'), ['a p50 holds, goal reached', 'open']);
    assert.ok(!opensGate([]));
  });

  it('stays closed with the reason when a figure fails, and the later ones are still measured', async () => {
    const broken: Figure = {
      cases: { a: ['p50', 'p99'] },
      async *measure() {
        yield measured('a', 1);
        throw new Error('no program');
      },
    };
    assert.deepEqual(await verdictsOf([broken, figureOf('b', measured('b', 1))], 'a', 'b'), [
      'a p50 holds, goal reached',
      'a p99 not measured',
      'b p50 holds, goal reached',
      'a  failed: no program',
      'closed',
    ]);
  });

  it('measures the ids of one figure apart, so that one that fails leaves the others', async () => {
    const figure: Figure = {
      cases: { a: ['p50'], b: ['p50'] },
      async *measure(_context, wanted) {
        if (wanted.has('a')) throw new Error('no program');
        yield measured('b', 1);
      },
    };
    assert.deepEqual(await verdictsOf(apart(figure), 'a', 'b'), [
      'a p50 not measured',
      'b p50 holds, goal reached',
      'a  failed: no program',
      'closed',
    ]);
  });

  it('shows a variant beside the promised case and is not closed by it', async () => {
    const variant = measured('a', 99, { case: 'p50, otherwise', isVariant: true });
    assert.deepEqual(await verdictsOf([figureOf('a', measured('a', 1), variant)], 'a'), [
      'a p50 holds, goal reached',
      'a p50, otherwise misses (not gated)',
      'open',
    ]);
  });

  it('ends a run that a person ends', async () => {
    const controller = new AbortController();
    const figure: Figure = {
      cases: { a: ['p50'] },
      async *measure({ signal }) {
        yield measured('a', 1);
        controller.abort();
        signal.throwIfAborted();
      },
    };
    const aborted = { ...context, signal: controller.signal };
    const options = { figures: [figure], wanted: new Set(['a']), print: () => undefined };
    await assert.rejects(runFigures({ ...options, context: aborted }), { name: 'AbortError' });
  });

  it('prints a table with units and anchors that can be pasted', () => {
    const anchor = { plainMs: 1.23456 };
    const size = { floor: 65_536, goal: 40_960, better: 'lower' } as const;
    const measurements = [
      measured('a', 7.654321, { anchor }),
      measured('b', 31_744, { unit: 'bytes', bound: size }),
    ];
    const figures = [figureOf('a'), figureOf('b')];
    const failures = [{ ids: ['b'], reason: 'a | b\nc' }];
    const verdicts = judge(figures, new Set(['a', 'b']), { measurements, failures });
    assert.equal(
      toTable(verdicts),
      [
        '| figure | case | floor | goal | measured | anchor | verdict |',
        '| --- | --- | --- | --- | --- | --- | --- |',
        '| a | p50 | 10 ms | 5 ms | 7.65 ms | plainMs 1.23 | holds |',
        '| b | p50 | 64 KiB | 40 KiB | 31 KiB |  | holds, goal reached |',
        '| b |  |  |  |  |  | failed: a / b c |',
        '',
      ].join('\n'),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Step } from './planning.ts';
import { planFiles, planIdOf } from './planning.ts';
import { isFilePath } from './state.ts';

const of = (entries: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(entries));

describe('the plan of a restore', () => {
  it('takes back what is as our last step left it, and leaves what others changed on the way or since', () => {
    const steps: Step[] = [
      { before: of({ a: '1', b: '1', c: '1' }), after: of({ a: '2', b: '2', d: '1' }) },
      { before: of({ a: '2', b: 'x', d: '1' }), after: of({ a: '3', b: 'y', d: '1' }) },
    ];
    const planned = planFiles(steps, of({ a: '3', b: 'y', d: 'z' }), ['a', 'b', 'c', 'd']);
    assert.deepEqual(planned, [
      { path: 'a', now: '3', target: '1', conflict: undefined },
      { path: 'b', now: 'y', target: '1', conflict: 'changedBetween' },
      { path: 'c', now: undefined, target: '1', conflict: undefined },
      { path: 'd', now: 'z', target: undefined, conflict: 'changedSince' },
    ]);
    const other = planFiles(steps, of({ a: '3', b: 'y', d: '1' }), ['a', 'b', 'c', 'd']);
    assert.notEqual(planIdOf(1, planned), planIdOf(1, other));
    assert.notEqual(planIdOf(1, planned), planIdOf(2, planned));
  });

  it('never puts a file back unasked that anybody else wrote after the turn began', () => {
    // Each act writes a version nobody wrote before, by us within a step or by somebody else outside of one.
    const acts = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(acts, (byUs) => {
        let [version, isTouched] = [1, false];
        const at = (): Map<string, string> => of({ f: String(version) });
        const steps: Step[] = [{ before: at(), after: at() }];
        for (const ours of byUs) {
          const before = at();
          version += 1;
          if (ours) steps.push({ before, after: at() });
          else isTouched = true;
        }
        const [planned] = planFiles(steps, at(), ['f']);
        assert.equal(planned?.target, '1');
        assert.equal(planned?.conflict !== undefined, isTouched);
      }),
      { seed: 20_261_128 },
    );
  });

  it('knows paths in a worktree from all others', () => {
    const inside = ['a', 'a/b.txt', '.github/x', 'a b/ü'];
    const outside = [
      '',
      '/a',
      'a/',
      '../a',
      'a/../b',
      './a',
      '.git/config',
      'a/.GIT/x',
      'a\0b',
      'a\\b',
    ];
    assert.deepEqual([inside.filter(isFilePath), outside.filter(isFilePath)], [inside, []]);
  });
});

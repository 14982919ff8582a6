import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromPageSchema, pageActs, toPageSchema } from './chatPage.ts';

describe('what a page says', () => {
  it('is one of a closed list, whatever comes', () => {
    const value = fc.oneof(
      fc.anything(),
      fc.record({ type: fc.string(), what: fc.string(), command: fc.string() }),
      fc.record({
        type: fc.constantFrom('act', 'openLink', 'send', 'answer'),
        what: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(value, (message) => {
        const parsed = fromPageSchema.safeParse(message);
        if (!parsed.success) return;
        assert.equal(parsed.data.type, 'act');
        assert.ok('what' in parsed.data && pageActs.includes(parsed.data.what));
      }),
      { seed: 4711, numRuns: 400 },
    );
  });

  it('has nothing beside what its kind has', () => {
    assert.equal(fromPageSchema.safeParse({ type: 'ready' }).success, true);
    assert.equal(fromPageSchema.safeParse({ type: 'ready', command: 'x' }).success, false);
    assert.equal(
      fromPageSchema.safeParse({ type: 'act', what: 'workbench.action.quit' }).success,
      false,
    );
    assert.equal(fromPageSchema.safeParse({ type: 'command', command: 'x' }).success, false);
  });

  it('hears from a newer editor what it knows of it', () => {
    assert.deepEqual(toPageSchema.parse({ type: 'ping', more: 1 }), { type: 'ping' });
    assert.equal(toPageSchema.safeParse({ type: 'unheardOf' }).success, false);
  });
});

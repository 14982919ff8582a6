import assert from 'node:assert/strict';
import { aFactRow, aSaidFactRow, aSource } from '../../test/support/memoryRow.ts';
import type { Decision, SimilarRow } from './deciding.ts';
import { decideSave } from './deciding.ts';
import type { FactRow } from './rows.ts';

const other = '0197a1b2-0000-7000-8000-0000000000f2';
const foreign = aSource({ sessionId: '0197a1b2-0000-7000-8000-000000000099' });

function decide(
  draft: FactRow,
  similar: readonly SimilarRow[],
  supersedes?: FactRow,
): Decision & { readonly text?: string } {
  return decideSave({ draft, similar, supersedes });
}

describe('saving beside what is known', () => {
  it('inserts what is new', () => {
    const draft = aFactRow();
    assert.deepEqual(decide(draft, []), { kind: 'insert', row: draft, superseded: [] });
  });

  it('knows the same, and puts off when it is forgotten', () => {
    const row = aFactRow({ id: other });
    const draft = aFactRow({ expiresAt: '2027-01-01T00:00:00.000Z' });
    assert.deepEqual(decide(draft, [{ row, kind: 'same' }]), {
      kind: 'known',
      row: { ...row, expiresAt: draft.expiresAt },
    });
    const kept = aSaidFactRow({ id: other });
    assert.deepEqual(decide(draft, [{ row: kept, kind: 'same' }]), { kind: 'known', row: kept });
  });

  it('takes the longer text of two agents, and none of an agent over what a person looked at', () => {
    const row = aFactRow({ id: other });
    const longer = aFactRow({ text: 'The tests need Redis 7.', source: foreign });
    const merged = decide(longer, [{ row, kind: 'near' }]);
    assert.ok(merged.kind === 'merge');
    assert.deepEqual(
      [merged.merged.id, merged.merged.text, merged.merged.source],
      [other, longer.text, foreign],
    );
    const shorter = decide(aFactRow({ text: 'Redis.' }), [{ row, kind: 'near' }]);
    assert.deepEqual(shorter, { kind: 'known', row });
    for (const seen of [aSaidFactRow(), aFactRow({ pinned: true })])
      assert.deepEqual(decide(longer, [{ row: seen, kind: 'near' }]), { kind: 'known', row: seen });
  });

  it('lets neither launder the other: what waits and what holds are never merged by an agent', () => {
    const waiting = aFactRow({ id: other, state: 'quarantined', reasons: ['instructions'] });
    const clean = aFactRow();
    assert.equal(decide(clean, [{ row: waiting, kind: 'near' }]).kind, 'insert');
    assert.equal(decide(waiting, [{ row: clean, kind: 'same' }]).kind, 'insert');
  });

  it('accepts what waits when a person says the same', () => {
    const waiting = aFactRow({ id: other, state: 'quarantined', reasons: ['outsideSource'] });
    const said = aSaidFactRow();
    const decision = decide(said, [{ row: waiting, kind: 'same' }]);
    assert.ok(decision.kind === 'merge');
    const { state, reasons, expiresAt, reviewedAt } = decision.merged;
    assert.deepEqual(
      [state, reasons, expiresAt, reviewedAt],
      ['accepted', [], null, said.reviewedAt],
    );
  });

  it('makes an agent that denies what is known wait, unless its own session said so a moment ago', () => {
    const row = aFactRow({ id: other, source: foreign });
    const denied = decide(aFactRow(), [{ row, kind: 'contradicts' }]);
    assert.ok(denied.kind === 'insert');
    assert.deepEqual(
      [denied.row.state, denied.row.reasons, denied.row.contradicts, denied.superseded],
      ['quarantined', ['contradiction'], [other], []],
    );
    const own = aFactRow({ id: other });
    const corrected = decide(aFactRow(), [{ row: own, kind: 'contradicts' }]);
    assert.ok(corrected.kind === 'insert');
    assert.deepEqual([corrected.row.state, corrected.superseded], ['accepted', [own]]);
    const seen = aFactRow({ id: other, reviewedAt: '2026-11-28T12:00:00.000Z' });
    const late = decide(aFactRow(), [{ row: seen, kind: 'contradicts' }]);
    assert.ok(late.kind === 'insert' && late.row.state === 'quarantined');
  });

  it('lets the word of a person replace what denies it', () => {
    const row = aFactRow({ id: other });
    const said = aSaidFactRow();
    assert.deepEqual(decide(said, [{ row, kind: 'contradicts' }]), {
      kind: 'insert',
      row: said,
      superseded: [row],
    });
  });

  it('gives who replaces something of its own no right to deny what others hold', () => {
    const own = aFactRow({ id: other });
    const said = aSaidFactRow({ id: '0197a1b2-0000-7000-8000-0000000000f3' });
    const denied = decide(aFactRow(), [{ row: said, kind: 'contradicts' }], own);
    assert.ok(denied.kind === 'insert');
    assert.deepEqual(
      [denied.row.state, denied.row.contradicts, denied.superseded],
      ['quarantined', [said.id], []],
    );
    // What it replaces is what it denies.
    const corrected = decide(aFactRow(), [{ row: own, kind: 'contradicts' }], own);
    assert.ok(corrected.kind === 'insert');
    assert.deepEqual([corrected.row.state, corrected.superseded], ['accepted', [own]]);
    // Nor is what denies something hidden in what says nearly the same.
    const near = decide(aFactRow(), [
      { row: own, kind: 'near' },
      { row: said, kind: 'contradicts' },
    ]);
    assert.ok(near.kind === 'insert' && near.row.state === 'quarantined');
  });

  it('replaces what the saver names', () => {
    const row = aFactRow({ id: other });
    assert.deepEqual(decide(aFactRow(), [], row), {
      kind: 'insert',
      row: aFactRow(),
      superseded: [row],
    });
  });
});

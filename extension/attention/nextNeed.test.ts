import assert from 'node:assert/strict';
import { fakeNeed } from './needRow.test.ts';
import { chooseNext } from './nextNeed.ts';

const sessionId = (last: number): string => `018f0000-0000-7000-8000-00000000000${last}`;

describe('the next session that needs the person', () => {
  const notice = fakeNeed({ id: 'n0', kind: 'notice', sessionId: null });
  const needs = [1, 2, 3].map((last) => fakeNeed({ id: `n${last}`, sessionId: sessionId(last) }));
  const ranked = [notice, ...needs];

  it('is each of them in turn, and then the first again', () => {
    const ids = [undefined, 1, 2, 3].map(
      (last) => chooseNext(ranked, last === undefined ? undefined : sessionId(last))?.sessionId,
    );
    assert.deepEqual(ids, [1, 2, 3, 1].map(sessionId));
  });

  it('is the first when the last one needs nothing any more', () => {
    assert.equal(chooseNext(ranked, sessionId(9))?.sessionId, sessionId(1));
  });

  it('is none when nothing has a session', () => {
    assert.equal(chooseNext([notice], undefined), undefined);
  });
});

import assert from 'node:assert/strict';
import type { AskRequest } from '../provider/provider.ts';
import { sentenceOf, toPermission } from './asking.ts';

const by = { sessionId: 's', generation: 1, cwd: '/w', at: '2026-01-01T00:00:00.000Z' };
const form: AskRequest = {
  ...{ requestId: 'r', ask: 'question', tool: 'dh:form', input: '{}', canEdit: false },
  ...{ changes: [], questions: [], description: 'Delete it?' },
};

describe('what an agent asks', () => {
  it('is all of its message where there is nothing to fill in', () => {
    assert.equal(sentenceOf(toPermission(form, by)), 'asks: Delete it?');
    assert.equal(sentenceOf(toPermission({ ...form, description: '' }, by)), 'asks: dh:form');
    const long = { ...form, description: `${'x'.repeat(20_000)} and everything else?` };
    assert.equal(toPermission(long, by).description, long.description);
  });
});

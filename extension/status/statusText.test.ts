import assert from 'node:assert/strict';
import { needSchema, type Need } from '../../protocol/attention/attention.ts';
import { fakeSession } from '../session/fakeSession.test.ts';
import { inEnglish } from '../translate.ts';
import { describeStatus, rankSessions } from './statusText.ts';

const since = '2026-11-20T08:00:00.000Z';

function need(kind: Need['kind']): Need {
  return needSchema.parse({
    id: kind,
    kind,
    sessionId: null,
    taskId: null,
    text: 'x',
    since,
    revision: 1,
    actions: [],
  });
}

describe('the status bar', () => {
  it('counts who asks before who works, and warns only then', () => {
    const sessions = [fakeSession(), fakeSession()];
    const needs = [need('permission'), need('question'), need('finished')];
    assert.deepEqual(describeStatus(sessions, needs, inEnglish), {
      text: '2 need you',
      asking: true,
    });
    assert.deepEqual(describeStatus(sessions, [need('finished')], inEnglish), {
      text: '2 working',
      asking: false,
    });
    assert.deepEqual(describeStatus([], [], inEnglish), { text: '', asking: false });
  });

  it('says one in the singular', () => {
    assert.equal(describeStatus([], [need('signIn')], inEnglish).text, '1 needs you');
  });

  it('ranks who asks first', () => {
    const asking = fakeSession({
      name: 'b',
      attention: { state: 'asking', kind: null, sentence: '', since },
    });
    assert.deepEqual(
      rankSessions([fakeSession({ name: 'a' }), asking]).map(({ name }) => name),
      ['b', 'a'],
    );
  });
});

import assert from 'node:assert/strict';
import type { Caller } from '../feature.ts';
import type { Need } from './attention.ts';
import { createAttentionFeature } from './attention.ts';

const nobody = undefined as unknown as Caller;

function createRegistry() {
  const told: string[][] = [];
  const answered: string[] = [];
  const feature = createAttentionFeature({
    clock: { now: () => 1000, monotonicMs: () => 0 },
    publish: (_event, params) => told.push((params as { needs: Need[] }).needs.map(({ id }) => id)),
  });
  const source = feature.register({
    kinds: ['failed', 'permission'],
    answer: async (need, action) => void answered.push(`${need.id} ${action}`),
  });
  const list = () =>
    feature.handlers['attention/list']({}, nobody) as { needs: Need[]; revision: number };
  return { feature, source, told, answered, list };
}

const need = (id: string, kind: Need['kind'], since: string): Omit<Need, 'revision'> => ({
  id,
  kind,
  sessionId: null,
  taskId: null,
  text: id,
  since,
  actions: [{ id: 'dismiss', label: 'Dismiss' }],
});

describe('needs you', () => {
  it('ranks by kind, then by who waits longest, and tells every change once', () => {
    const { source, told, list } = createRegistry();
    source.put(need('late', 'permission', '2026-01-02T00:00:00.000Z'));
    source.put(need('failed', 'failed', '2026-01-01T00:00:00.000Z'));
    source.put(need('early', 'permission', '2026-01-01T00:00:00.000Z'));
    source.put(need('early', 'permission', '2026-01-01T00:00:00.000Z'));
    source.remove('late');
    source.remove('late');
    assert.deepEqual(told.at(-1), ['early', 'failed']);
    assert.equal(told.length, 4);
    assert.equal(list().revision, 1004);
  });

  it('passes an answer to who asked, when it was given to what was seen', async () => {
    const { feature, source, answered, list } = createRegistry();
    source.put(need('a', 'failed', '2026-01-01T00:00:00.000Z'));
    const revision = list().needs[0]?.revision ?? 0;
    const answer = feature.handlers['attention/answer'];
    await answer({ id: 'a', action: 'dismiss', revision }, nobody);
    assert.deepEqual(answered, ['a dismiss']);
    await assert.rejects(async () => answer({ id: 'a', action: 'allow', revision }, nobody), {
      code: 'badRequest',
    });
    await assert.rejects(
      async () => answer({ id: 'a', action: 'dismiss', revision: revision - 1 }, nobody),
      { code: 'conflict' },
    );
    await assert.rejects(async () => answer({ id: 'b', action: 'dismiss', revision }, nobody), {
      code: 'notFound',
    });
    assert.deepEqual(answered, ['a dismiss']);
  });
});

import assert from 'node:assert/strict';
import type { Need } from './attention.ts';
import { Registry } from './registry.ts';

function createRegistry() {
  const told: string[][] = [];
  const answered: string[] = [];
  const registry = new Registry({
    clock: { now: () => 1000, monotonicMs: () => 0 },
    publish: (_event, params) => told.push((params as { needs: Need[] }).needs.map(({ id }) => id)),
  });
  const source = registry.register({
    kinds: ['failed', 'permission'],
    answer: async (need, action) => void answered.push(`${need.id} ${action}`),
  });
  return { registry, source, told, answered, list: () => registry.list() };
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
    const { registry, source, answered, list } = createRegistry();
    source.put(need('a', 'failed', '2026-01-01T00:00:00.000Z'));
    const revision = list().needs[0]?.revision ?? 0;
    await registry.answer('a', 'dismiss', revision);
    assert.deepEqual(answered, ['a dismiss']);
    await assert.rejects(registry.answer('a', 'allow', revision), { code: 'badRequest' });
    await assert.rejects(registry.answer('a', 'dismiss', revision - 1), { code: 'conflict' });
    await assert.rejects(registry.answer('b', 'dismiss', revision), { code: 'notFound' });
    assert.deepEqual(answered, ['a dismiss']);
  });
});

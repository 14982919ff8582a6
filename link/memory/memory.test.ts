import assert from 'node:assert/strict';
import { importPages } from './memory.ts';

const candidate = (text: string) => ({
  path: '/repo/memory.md',
  kind: 'memory' as const,
  as: 'fact' as const,
  label: null,
  type: 'belief' as const,
  text,
});

describe('pages of an import', () => {
  it('hold what one message holds, in bytes, and nothing is left out', () => {
    const all = Array.from({ length: 900 }, (_, index) => candidate(`${index} ${'ü'.repeat(900)}`));
    const pages = importPages(all);
    assert.deepEqual(pages.flat(), all);
    assert.equal(pages.length, 3);
    for (const page of pages) assert.ok(Buffer.byteLength(JSON.stringify(page)) < 1024 * 1024);
  });

  it('hold a thousand at most', () => {
    const pages = importPages(Array.from({ length: 2001 }, (_, index) => candidate(`${index}`)));
    assert.deepEqual(
      pages.map((page) => page.length),
      [1000, 1000, 1],
    );
  });
});

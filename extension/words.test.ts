import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Every text that the source passes to `t(…)` or `l10n.t(…)`, as the editor looks it up. */
function listSpoken(): string[] {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const call = /\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
  const texts = sources.flatMap((source) =>
    [...source.matchAll(call)].map(([, single, double]) =>
      (single ?? double ?? '').replace(/\\(['"])/g, '$1'),
    ),
  );
  return [...new Set(texts)].sort();
}

describe('the words of the extension', () => {
  it('stand in l10n/bundle.l10n.json, all of them and no others, for translators', () => {
    const bundle: Record<string, string> = JSON.parse(
      readFileSync(join(root, 'l10n', 'bundle.l10n.json'), 'utf8'),
    );
    assert.deepEqual(Object.keys(bundle).sort(), listSpoken());
  });

  it('are their own translation into English', () => {
    for (const [key, text] of Object.entries(
      JSON.parse(readFileSync(join(root, 'l10n', 'bundle.l10n.json'), 'utf8')) as object,
    )) {
      assert.equal(text, key);
    }
  });
});

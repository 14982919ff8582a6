import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Every text that the sources, also those of the pages, pass to `t(…)` or `l10n.t(…)`, as the editor looks it up. */
function listSpoken(): string[] {
  const folders = [import.meta.dirname, join(root, 'webview-ui')];
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
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

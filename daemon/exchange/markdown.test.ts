import assert from 'node:assert/strict';
import fc from 'fast-check';
import { factTypes } from '../../protocol/memory/memory.ts';
import { isExport, parseExport, toMarkdown } from './markdown.ts';
import { factOf, noteOf } from './noteOf.test.ts';

describe('memory as Markdown', () => {
  it('can be read by a person, with its origin', () => {
    const markdown = toMarkdown({
      blocks: [noteOf('project', 'A shop.', 'What this is.')],
      facts: [factOf('Tests need Redis.\nVersion 7.', { type: 'gotcha', pinned: true })],
    });
    assert.equal(
      markdown,
      [
        ...['<!-- waggle memory 1 -->', '', '# Memory', '', '## Notes', '', '### project', ''],
        ...['> What this is.', '', '```text', 'A shop.', '```', '', '## Facts', ''],
        ...['- **gotcha**: Tests need Redis.', '  Version 7.'],
        ...['  <!-- repository · 2026-11-28 · shop <1> - · pinned -->', ''],
      ].join('\n'),
    );
    assert.equal(isExport(markdown), true);
  });

  it('gives the same notes and facts again, whatever is in them', () => {
    const piece = fc.constantFrom(
      '- **gotcha**: x',
      '## Facts',
      '### label',
      '```',
      '````text',
      '<!-- x -->',
      '  <!-- y -->',
      '',
      '  in',
      'plain ü',
      '> quoted',
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 6 })
      .map((lines) => lines.join('\n').replaceAll('\r', ''))
      .filter((whole) => whole.trim() !== '');
    const label = fc.constantFrom('project', 'release steps', 'Größe');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(label, text), { maxLength: 3 }),
        fc.array(fc.tuple(fc.constantFrom(...factTypes), text), { maxLength: 4 }),
        (notes, facts) => {
          const page = toMarkdown({
            blocks: notes.map(([name, whole]) => noteOf(name, whole, '`told`')),
            facts: facts.map(([type, whole]) => factOf(whole, { type })),
          });
          const expected = [
            ...notes.map(([name, whole]) => ['note', name, whole]),
            ...facts.map(([type, whole]) => ['fact', type, whole]),
          ];
          const read = parseExport(page + page).map(({ as, label: name, type, text: whole }) => [
            ...[as, as === 'note' ? name : type, whole],
          ]);
          assert.deepEqual(read, [...expected, ...expected]);
        },
      ),
    );
  });

  it('is still understood after a person changed it', () => {
    const text = [
      ...['<!-- waggle memory 1 -->', '# Ours', '## Facts', '', 'Some words of mine.', ''],
      ...['- **belief**: first', '', '- **decision**: second', '  goes on', '', '- **other**: no'],
    ].join('\r\n');
    assert.deepEqual(
      parseExport(text).map(({ type, text: whole, line }) => [type, whole, line]),
      [
        ['belief', 'first', 7],
        ['decision', 'second\ngoes on', 9],
      ],
    );
  });
});

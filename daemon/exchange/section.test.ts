import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Block } from '../../protocol/memory/memory.ts';
import { noteOf } from './noteOf.test.ts';
import { withoutSection, withSection } from './section.ts';

const notes: Block[] = [noteOf('project', 'A shop.\nIn Go.'), noteOf('style', 'Short words.')];

describe('the marked section of a file', () => {
  it('stands at the end, says who wrote it, and is replaced in its place', () => {
    const first = withSection('# Mine\n', notes);
    assert.equal(
      first,
      [
        '# Mine',
        '',
        '<!-- waggle:notes:begin +1 Written by Waggle: change the notes there, not here. -->',
        '## Notes shared by agents',
        '',
        '### project',
        '',
        'A shop.',
        'In Go.',
        '',
        '### style',
        '',
        'Short words.',
        '',
        '<!-- waggle:notes:end -->',
        '',
      ].join('\n'),
    );
    assert.equal(withSection(first, notes), first);
    const second = withSection(`${first}\nMore of mine.\n`, [noteOf('project', 'A blog.')]);
    assert.match(second, /^# Mine\n\n<!-- waggle[^]*A blog\.[^]*end -->\n\nMore of mine\.\n$/u);
    assert.equal(second.includes('shop'), false);
    assert.equal(withSection('', notes).startsWith('<!-- waggle:notes:begin +0'), true);
    assert.equal(withSection('\u{feff}', notes).startsWith('\u{feff}<!-- waggle'), true);
  });

  it('leaves everything outside byte for byte, also when it is taken out again', () => {
    const line = fc.constantFrom('', 'text', '# head', '```', '<!-- other -->', '  ', 'ü 日本');
    const ending = fc.constantFrom('\n', '\r\n', '\r', '');
    const text = fc
      .array(fc.tuple(line, ending), { maxLength: 8 })
      .map((lines) => lines.map((parts) => parts.join('')).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const written = withSection(before, notes);
        assert.ok(written.startsWith(before));
        assert.equal(withSection(written, []), before);
        assert.equal(withoutSection(written), before);
        const between = withSection(written + after, [noteOf('one', 'other text')]);
        assert.ok(between.startsWith(before) && between.endsWith(after));
        assert.equal(withSection(between, []), before + after);
      }),
    );
  });

  it('uses the line breaks of the file', () => {
    const written = withSection('# Mine\r\n', notes);
    assert.equal(written.replaceAll('\r\n', '').includes('\n'), false);
  });

  it('refuses marks that are not one pair, and a note cannot bring one', () => {
    const written = withSection('', notes);
    const mark = '<!-- waggle:notes:end -->\n';
    for (const odd of [written + written, mark + written, mark, written.replace(mark, '')])
      assert.throws(() => withSection(odd, notes), { code: 'conflict' });
    const nasty = withSection('', [noteOf('x', `${mark}# Outside`)]);
    assert.equal(withSection(nasty, []), '');
  });

  it('is not there without notes', () => {
    assert.equal(withSection('# Mine\n', []), '# Mine\n');
  });
});

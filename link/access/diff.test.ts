import assert from 'node:assert/strict';
import { diffLines } from './diff.ts';

describe('a change as lines', () => {
  const shown = (before: string, after: string): string[] =>
    diffLines(before, after).map(({ sign, text }) => `${sign}${text}`);

  it('shows what goes and comes, with three lines around it', () => {
    assert.deepEqual(shown('1\n2\n3\n4\n5\n6\n7\n8\n', '1\n2\n3\n4\nX\nY\n6\n7\n8\n'), [
      ...[' 2', ' 3', ' 4'],
      ...['-5', '+X', '+Y'],
      ...[' 6', ' 7', ' 8'],
    ]);
  });

  it('shows a new and a removed file whole, and nothing where nothing changes', () => {
    assert.deepEqual(shown('', 'a\r\nb\n'), ['+a', '+b']);
    assert.deepEqual(shown('a\n', ''), ['-a']);
    assert.deepEqual(
      diffLines('a\nb\n', 'a\nb\n').filter(({ sign }) => sign !== ' '),
      [],
    );
  });
});

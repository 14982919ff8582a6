import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hostileTexts } from '../../test/support/hostileMarkup.ts';
import type { Blocks, Node } from './blocks.ts';
import { toBlocks, toTree } from './blocks.ts';

function flatten(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...('children' in node ? flatten(node.children) : [])]);
}

function textOf(nodes: readonly Node[]): string {
  return flatten(nodes)
    .map((node) => ('text' in node ? node.text : ''))
    .join('');
}

describe('Markdown of an agent', () => {
  it('becomes elements of a closed list, and HTML in it stays text', () => {
    const tree = toTree('# A\n\n<b onclick=x>hi</b> **bold** `code`\n\n```ts\nlet x;\n```');
    assert.deepEqual(
      flatten(tree).map((node) => (node.kind === 'element' ? node.tag : node.kind)),
      ['h1', 'text', 'p', 'text', 'strong', 'text', 'text', 'code', 'fence'],
    );
    assert.ok(textOf(tree).includes('<b onclick=x>hi</b>'));
  });

  it('has links to the web, to mail and to files, and to nothing else', () => {
    assert.equal(hostileTexts.length, 200);
    const nodes = flatten(hostileTexts.flatMap((text) => toTree(text)));
    const addresses = nodes.flatMap((node) => (node.kind === 'link' ? [node.address] : []));
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith('https://evil.invalid/')),
      [],
    );
    const [link] = flatten(toTree('[a](src/a.ts:12) https://example.org'));
    assert.ok(link);
    const kept = flatten(toTree('[a](src/a.ts:12) [b](mailto:a@b.c) https://example.org'));
    assert.deepEqual(
      kept.flatMap((node) => (node.kind === 'link' ? [node.address] : [])),
      ['src/a.ts:12', 'mailto:a@b.c', 'https://example.org'],
    );
  });

  it('loses nothing of a hostile text that a reader can see', () => {
    for (const text of hostileTexts.filter((one) => one.startsWith('text <')))
      assert.ok(textOf(toTree(text)).includes('pwned') || text.includes('evil.invalid'), text);
  });

  it('is cut into the same blocks piece by piece as at once', () => {
    const piece = fc.constantFrom(
      'word ',
      '\n',
      '\n\n',
      '# h\n',
      '- a\n',
      '  - b\n',
      '```\n',
      '> q\n',
      '| a |\n|---|\n',
      '1. x\n',
      '***\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let growing: Blocks | undefined;
        let text = '';
        for (const one of pieces) {
          text += one;
          growing = toBlocks(text, growing);
        }
        const whole = toBlocks(text);
        assert.equal(
          growing?.blocks.map(({ source }) => source).join('') ?? '',
          whole.blocks.map(({ source }) => source).join(''),
        );
      }),
      { seed: 4711, numRuns: 200 },
    );
  });
});

import assert from 'node:assert/strict';
import { toMessage, toPickLabel } from './message.ts';

describe('text of programs in the editor’s own places', () => {
  it('becomes no link of a message', () => {
    const link = /\[[^\]]+\]\([^)]+\)/;
    const hostile = 'see [this](command:workbench.action.quit) [[x]](https://example.test)';
    assert.ok(link.test(hostile));
    assert.ok(!link.test(toMessage(hostile)), toMessage(hostile));
    assert.equal(toMessage('a [b] (c)'), 'a [b] (c)');
  });

  it('becomes no icon of a quick pick', () => {
    assert.equal(toPickLabel('$(bell) costs $5 $(x'), '\\$(bell) costs $5 \\$(x');
  });
});

import assert from 'node:assert/strict';
import { readOrder } from './order.ts';

const order = {
  title: 'fix-login',
  body: 'wants to run `npm test`',
  urgency: 'normal',
  openLabel: 'Open',
  sound: true,
  link: 'vscode://waggle.waggle/notice?windowId=3&notice=00112233445566778899aabbccddeeff',
};

describe('an order for a notice where the person sits', () => {
  it('is taken as it is', () => {
    assert.deepEqual(readOrder(order, 'vscode'), order);
  });

  it('is none when it has another shape', () => {
    for (const given of [undefined, 'x', { ...order, command: 'rm' }, { ...order, body: 1 }])
      assert.equal(readOrder(given, 'vscode'), undefined);
  });

  it('says text on one line, without what moves, hides or turns it', () => {
    const hostile = { ...order, title: 'a\u001b[2Jb\u202e', body: `x\ny${'z'.repeat(400)}` };
    const read = readOrder(hostile, 'vscode');
    assert.equal(read?.title, 'a[2Jb');
    assert.match(read.body, /^x yz+…$/);
    assert.equal(read.body.length, 240);
  });

  it('opens only links that lead back to a window of this editor', () => {
    const linkOf = (link: string): unknown => readOrder({ ...order, link }, 'vscode')?.link;
    for (const link of [
      order.link,
      'https://editor.example.test/callback?vscode-reqid=1',
      'http://127.0.0.1:8080/callback?vscode-reqid=1',
    ])
      assert.equal(linkOf(link), link);
    for (const link of [
      'file:///etc/passwd',
      'vscode://other.extension/run',
      'vscode-insiders://waggle.waggle/notice',
      'http://evil.example.test/',
      'javascript:alert(1)',
      'no link',
    ])
      assert.equal(linkOf(link), undefined, link);
  });
});

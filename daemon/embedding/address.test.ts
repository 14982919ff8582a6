import assert from 'node:assert/strict';
import { parseEndpoint, reachOf } from './address.ts';

const notOurs = [
  'http://169.254.169.254/',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::]/',
  'http://0.0.0.0/',
  'http://0/',
  'https://0.0.0.0/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[ff02::1]/',
  'http://192.0.0.192/',
  'http://93.184.215.14/',
  'http://[2606:4700::1111]/',
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:1',
  'unix:/run/x.sock',
  '//127.0.0.1/',
  '127.0.0.1:11434',
  'http://',
  'http://user@127.0.0.1/',
  'http://user:pass@127.0.0.1/',
  'https://:pass@example.com/',
  'https://example.com/v1?api_key=x',
  'https://example.com/v1?access_token=x',
  'https://example.com/v1?Authorization=x',
  'https://example.com/v1?X-Amz-Signature=x',
  '',
  ' ',
];

describe('an address that texts are sent to', () => {
  it('is none that is reserved, in the clear, of another kind or with a secret in it, however it is spelt', () => {
    const secure = notOurs.filter((text) => text.startsWith('http://') && !isPublic(text));
    for (const text of [...notOurs, ...secure.map((one) => one.replace('http', 'https'))])
      assert.throws(() => parseEndpoint(text), { kind: 'address', code: 'badRequest' }, text);
  });

  it('may be this machine, the private network, or anybody by https', () => {
    const good = {
      'http://127.0.0.1:11434': true,
      'http://localhost:1234/v1': true,
      'http://[::1]:11434': true,
      'http://127.1/': true,
      'http://192.168.1.20:11434': false,
      'http://10.0.0.5/v1': false,
      'http://[fd12::5]/': false,
      'https://api.openai.com/v1': true,
      'https://example.com/openai?api-version=2024-10-21': true,
    };
    for (const [text, isConfidential] of Object.entries(good))
      assert.equal(parseEndpoint(text).isConfidential, isConfidential, text);
  });

  it('is looked at again once its name is resolved', () => {
    const local = parseEndpoint('http://localhost:11434').isAllowed;
    assert.deepEqual(['loopback', 'private', 'public', 'forbidden'].map(asReach(local)), [
      ...[true, false, false, false],
    ]);
    const plain = parseEndpoint('http://models.lan:8080').isAllowed;
    assert.deepEqual(['loopback', 'private', 'public', 'forbidden'].map(asReach(plain)), [
      ...[false, true, false, false],
    ]);
    const secure = parseEndpoint('https://api.example.com').isAllowed;
    assert.deepEqual(['loopback', 'private', 'public', 'forbidden'].map(asReach(secure)), [
      ...[false, true, true, false],
    ]);
    assert.equal(reachOf('::ffff:127.0.0.1'), 'loopback');
    assert.equal(reachOf('::ffff:10.0.0.1'), 'private');
    assert.equal(reachOf('8.8.8.8'), 'public');
    assert.equal(reachOf('not an address'), 'forbidden');
  });
});

/** By https anybody's may be reached. */
function isPublic(text: string): boolean {
  return text.includes('93.184.') || text.includes('2606:');
}

function asReach(isAllowed: (reach: ReturnType<typeof reachOf>) => boolean) {
  return (reach: string): boolean => isAllowed(reach as ReturnType<typeof reachOf>);
}

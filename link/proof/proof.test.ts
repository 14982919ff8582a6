import assert from 'node:assert/strict';
import { constantTimeEqual, makeProof, randomHex, verifyProof } from './proof.ts';

const secret = 'a'.repeat(64);
const nonce = 'b'.repeat(64);
const server = { endpoint: '/run/host.sock', pid: 7, startTime: 99 };

describe('a proof', () => {
  it('is what the protocol says, for ever', () => {
    const proof = 'ea1be4bde226cd795eb29797d519e06cd366c118c7a68f2f63de5299f5a32d37';
    assert.equal(makeProof(secret, nonce, server), proof);
  });

  it('holds for its secret, nonce, endpoint, pid and start time only', () => {
    const proof = makeProof(secret, nonce, server);
    const claims = [
      verifyProof(secret, nonce, { ...server, proof }),
      verifyProof(randomHex(32), nonce, { ...server, proof }),
      verifyProof(secret, randomHex(32), { ...server, proof }),
      verifyProof(secret, nonce, { ...server, endpoint: '/other', proof }),
      verifyProof(secret, nonce, { ...server, pid: 8, proof }),
      verifyProof(secret, nonce, { ...server, startTime: 98, proof }),
      verifyProof(secret, nonce, { ...server, proof: proof.slice(1) }),
    ];
    assert.deepEqual(claims, [true, false, false, false, false, false, false]);
  });
});

describe('a comparison of secrets', () => {
  it('takes a missing or empty one for no match', () => {
    const pairs = [
      ['x', 'x'],
      ['x', 'y'],
      ['', ''],
      [undefined, undefined],
      ['x', undefined],
    ] as const;
    const equal = pairs.map(([left, right]) => constantTimeEqual(left, right));
    assert.deepEqual(equal, [true, false, false, false, false]);
  });
});

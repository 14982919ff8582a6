/**
 * The proof of both handshakes: a server shows that it knows the secret before the client sends it. Deliberately knows no
 * socket and no message; what the bytes under the proof are is said by `protocol/wire/hello.ts`.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HelloResult } from '../../protocol/wire/hello.ts';
import { proofInput, proofPurpose } from '../../protocol/wire/hello.ts';

/** What a server says about itself under the proof. */
export type ProvenServer = Pick<HelloResult, 'endpoint' | 'pid' | 'startTime'>;

/** 64 hex digits. `nonce`: 64 hex digits of the client, new for every connection. */
export function makeProof(secret: string, nonce: string, server: ProvenServer): string {
  return makeProofOfHash(createHash('sha256').update(secret).digest(), nonce, server);
}

/** The same for who stores only the SHA-256 of the secret. */
export function makeProofOfHash(ikm: Uint8Array, nonce: string, server: ProvenServer): string {
  const key = Buffer.from(hkdfSync('sha256', ikm, Buffer.alloc(0), proofPurpose, 32));
  return createHmac('sha256', key).update(proofInput(nonce, server)).digest('hex');
}

/** Whether `server.proof` was made by somebody who knows the secret. */
export function verifyProof(
  secret: string,
  nonce: string,
  server: ProvenServer & Pick<HelloResult, 'proof'>,
): boolean {
  return constantTimeEqual(makeProof(secret, nonce, server), server.proof);
}

/** `bytes` random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Compares hashes of both, so that neither length nor content shows in the time. A missing value equals nothing. */
export function constantTimeEqual(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined || left === '' || right === '') return false;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}

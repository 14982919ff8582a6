import { createHash } from 'node:crypto';

/** What is kept of a secret: SHA-256 as hex. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

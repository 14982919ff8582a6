/**
 * The handshake of both the daemon's and the hosts' sockets. The client sends `hello` with a nonce and no secret; the
 * server proves that it knows the secret (HMAC-SHA256 keyed by HKDF(SHA-256(secret), "hello-v1") over nonce, endpoint,
 * pid and start time); only then the client sends the secret in `auth`.
 */
import { z } from 'zod';

/** Milliseconds for the whole handshake, and the largest message before it is complete. */
export const handshakeLimitMs = 2000;
export const handshakeMaxBytes = 4096;
export const proofPurpose = 'hello-v1';

export const clientKinds = ['extension', 'cli', 'daemon', 'browser', 'test', 'other'] as const;

export const helloMethod = 'connection/hello';
export const authMethod = 'connection/auth';

/** `tokenId`: which secret will be used, so that the server can prove that one. Hosts know `control` and `client`. */
export const helloParamsSchema = z.strictObject({
  protocol: z.strictObject({ min: z.int().min(1), max: z.int().min(1) }),
  clientVersion: z.string().max(64),
  kind: z.enum(clientKinds),
  tokenId: z.string().min(1).max(64),
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
});
export type HelloParams = z.infer<typeof helloParamsSchema>;

/** `endpoint`: socket path or `127.0.0.1:port` as the server sees itself. `startTime`: of the server's process, ms since the epoch. */
export const helloResultSchema = z.object({
  protocol: z.int().min(1),
  serverVersion: z.string().max(64),
  endpoint: z.string().max(1024),
  pid: z.int(),
  startTime: z.number(),
  proof: z.string().regex(/^[0-9a-f]{64}$/),
});
export type HelloResult = z.infer<typeof helloResultSchema>;

/** `clientId`: one window or terminal, kept over reconnects, so that its lease and its input numbers go on. */
export const authParamsSchema = z.strictObject({
  token: z.string().min(1).max(256),
  clientId: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w.:-]+$/),
});

export const authResultSchema = z.object({ principal: z.string(), connectionId: z.string() });
export type AuthResult = z.infer<typeof authResultSchema>;

/** The bytes under the proof. */
export function proofInput(
  nonce: string,
  server: Pick<HelloResult, 'endpoint' | 'pid' | 'startTime'>,
): string {
  return [nonce, server.endpoint, String(server.pid), String(server.startTime)].join('\u0000');
}

/** WebSocket close codes of ours. Reasons are at most 123 bytes. */
export const closeCodes = {
  badFrame: 4400,
  revoked: 4401,
  forbidden: 4403,
  tooSlow: 4408,
  replaced: 4409,
  rateLimited: 4429,
} as const;

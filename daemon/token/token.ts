/**
 * Who may do what: the owner's token in its file, the tokens of sessions and connectors in the database, proofs for the
 * handshake, and the limiter of failed tries. Rights come from the record of a token, never from a parameter.
 */
export type { TokenAuthority } from './authority.ts';
export { createTokenAuthority } from './authority.ts';
export type { FailureLimiter } from './failureLimiter.ts';
export { createFailureLimiter } from './failureLimiter.ts';
export { createTokenFeature } from './token.handlers.ts';

/** Why an ACP agent did not do what it was asked, in words for a person. */
import { z } from 'zod';
import type { RpcMessage } from './rpcState.ts';

export type RpcFailure = NonNullable<RpcMessage['error']>;

export interface Failure {
  readonly reason: string;
  /** A person has to log in, or to give another key. */
  readonly needsSignIn: boolean;
}

const authRequired = -32_000;
/** The status of a model's server stands where the protocol has its own numbers, or in words only. */
const signInStatus = 401;
const signInWords =
  /\b401\b|\bunauthori[sz]ed\b|\bauthentication(?:_error)?\b|\b(?:invalid|incorrect|missing) (?:x-)?api[- ]key\b|\blog ?in\b/i;
const signInNames = new Set(['ProviderAuthError', 'authentication_failed']);
const dataSchema = z.object({
  errorName: z.string().optional(),
  errorKind: z.string().optional(),
});
const passedOnSchema = z.object({ error: z.object({ message: z.string() }) });
const passedOnMost = 3;

export function readFailure({ code, message, data }: RpcFailure): Failure {
  const reason = unwrap(message);
  const { errorName = '', errorKind = '' } = dataSchema.safeParse(data).data ?? {};
  const isNamed = signInNames.has(errorName) || signInNames.has(errorKind);
  const isCode = code === authRequired || code === signInStatus;
  return { reason, needsSignIn: isCode || isNamed || signInWords.test(message) };
}

/** Some pass on what the model's server answered, as it is, also within one another. */
function unwrap(message: string): string {
  let text = message;
  for (let depth = 0; depth < passedOnMost; depth += 1) {
    const inner = passedOnSchema.safeParse(parseJson(text)).data?.error.message;
    if (inner === undefined) return text;
    text = inner;
  }
  return text;
}

function parseJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

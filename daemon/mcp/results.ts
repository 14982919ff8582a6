/** What a tool's outcome is to a client: the same values as text and as structure, failures with a code and a way out. */
import { randomUUID } from 'node:crypto';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { Logger } from '../context.ts';
import type { CallToolResult } from './sdk.ts';

/** Replaces secrets that it knows. */
export type Redact = (text: string) => string;

export function toResult(output: unknown, redact: Redact): CallToolResult {
  const structuredContent = clean(output, redact) as Record<string, unknown>;
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

/** The unknown becomes `internal` with a log id and no stack. */
export function toErrorResult(
  thrown: unknown,
  { log, redact }: { readonly log: Logger; readonly redact: Redact },
): CallToolResult {
  const error = toKnown(thrown, log);
  const { code, message, fix, logId, details } = error;
  log.debug('A tool call was refused', { code });
  const told = { code, message, fix, logId, details };
  return {
    isError: true,
    content: [{ type: 'text', text: JSON.stringify(clean({ error: told }, redact)) }],
  };
}

function toKnown(thrown: unknown, log: Logger): WaggleError {
  if (thrown instanceof WaggleError && thrown.code !== 'internal') return thrown;
  const logId = randomUUID().slice(0, 8);
  log.error('A tool failed', { logId, error: thrown });
  return new WaggleError('internal', undefined, { cause: thrown, logId });
}

export function cleanText(text: string, redact: Redact): string {
  return toVisibleText(redact(text).replaceAll(tokens, '[secret]'));
}

/** Tokens of sessions that were made before this daemon, which knows their hashes only. */
const tokens = /\b[0-9a-f]{16}\.[0-9a-f]{64}\b/g;

/** Nothing in it moves a cursor, changes direction, hides, or is a secret of ours. */
function clean(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return cleanText(value, redact);
  if (Array.isArray(value)) return value.map((inner) => clean(inner, redact));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, clean(inner, redact)]);
  return Object.fromEntries(entries) as unknown;
}

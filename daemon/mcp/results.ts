/** What a tool's outcome is to a client: the same values as text and as structure, failures with a code and a way out. */
import { randomUUID } from 'node:crypto';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { Logger } from '../context.ts';
import type { CallToolResult } from './sdk.ts';

export function toResult(output: unknown): CallToolResult {
  const structuredContent = clean(output) as Record<string, unknown>;
  return {
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

/** The unknown becomes `internal` with a log id and no stack. */
export function toErrorResult(thrown: unknown, log: Logger): CallToolResult {
  const error = toKnown(thrown, log);
  const { code, message, fix, logId, details } = error;
  log.debug('A tool call was refused', { code });
  const told = { code, message, fix, logId, details };
  return {
    isError: true,
    content: [{ type: 'text', text: JSON.stringify(clean({ error: told })) }],
  };
}

function toKnown(thrown: unknown, log: Logger): WaggleError {
  if (thrown instanceof WaggleError && thrown.code !== 'internal') return thrown;
  const logId = randomUUID().slice(0, 8);
  log.error('A tool failed', { logId, error: thrown });
  return new WaggleError('internal', undefined, { cause: thrown, logId });
}

/** Nothing in it moves a cursor, changes direction or hides. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return toVisibleText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
}

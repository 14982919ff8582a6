/** JSON-RPC 2.0 envelopes, as LSP, MCP and ACP use them. Ids are numbers of the caller, unique per connection and direction. */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { WaggleError, errorCatalog } from './errors.ts';

/** Largest message of a client, bytes of its JSON: whoever sends more loses the connection. */
export const requestMaxBytes = 1024 * 1024;

const codes = Object.keys(errorCatalog) as [ErrorCode, ...ErrorCode[]];

/** What stands in the `data` of a JSON-RPC error. `fix` is the one thing a person can do, as a sentence or a command. */
const errorDataSchema = z.object({
  code: z.enum(codes).catch('internal'),
  fix: z.string().optional(),
  logId: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
type ErrorData = z.infer<typeof errorDataSchema>;

export const requestSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int().min(0),
  method: z.string().min(1).max(64),
  params: z.unknown().optional(),
});
export const notificationSchema = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string().min(1).max(64),
  params: z.unknown().optional(),
});
export const successSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.int().min(0),
  result: z.unknown(),
});
export const failureSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.int().min(0).nullable(),
  error: z.object({ code: z.int(), message: z.string(), data: errorDataSchema.optional() }),
});

export type RpcRequest = z.infer<typeof requestSchema>;
export type RpcNotification = z.infer<typeof notificationSchema>;
export type RpcSuccess = z.infer<typeof successSchema>;
export type RpcFailure = z.infer<typeof failureSchema>;

/** A message by its role, after its envelope was checked. `invalid` carries the id when one could be read. */
export type ParsedRpc =
  | { readonly role: 'request'; readonly message: RpcRequest }
  | { readonly role: 'notification'; readonly message: RpcNotification }
  | { readonly role: 'success'; readonly message: RpcSuccess }
  | { readonly role: 'failure'; readonly message: RpcFailure }
  | { readonly role: 'invalid'; readonly id: number | null; readonly reason: string };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const maxDepth = 32;
const maxKeys = 256;

/** Refuses what a schema cannot see cheaply: depth over 32, objects over 256 keys, prototype keys. Returns the reason or undefined. */
export function findStructuralFault(value: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= maxDepth) return `nested deeper than ${maxDepth}`;
  const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (!Array.isArray(value)) {
    const keys = Object.keys(value);
    if (keys.length > maxKeys && depth === 0) return `more than ${maxKeys} keys`;
    const forbidden = keys.find((key) => forbiddenKeys.has(key));
    if (forbidden !== undefined) return `forbidden key ${forbidden}`;
  }
  for (const child of children) {
    const fault = findStructuralFault(child, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Parses one text frame. Never throws. */
export function parseRpc(text: string): ParsedRpc {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { role: 'invalid', id: null, reason: 'not JSON' };
  }
  const fault = findStructuralFault(value);
  if (fault !== undefined) return { role: 'invalid', id: null, reason: fault };
  if (typeof value !== 'object' || value === null)
    return { role: 'invalid', id: null, reason: 'not an object' };
  return classify(value);
}

function classify(value: object): ParsedRpc {
  const id = 'id' in value && typeof value.id === 'number' ? value.id : null;
  if ('method' in value) {
    const isRequest = 'id' in value;
    const parsed = (isRequest ? requestSchema : notificationSchema).safeParse(value);
    if (!parsed.success) return { role: 'invalid', id, reason: z.prettifyError(parsed.error) };
    return isRequest
      ? { role: 'request', message: parsed.data as RpcRequest }
      : { role: 'notification', message: parsed.data };
  }
  if ('error' in value) {
    const parsed = failureSchema.safeParse(value);
    return parsed.success
      ? { role: 'failure', message: parsed.data }
      : { role: 'invalid', id, reason: z.prettifyError(parsed.error) };
  }
  const parsed = successSchema.safeParse(value);
  return parsed.success
    ? { role: 'success', message: parsed.data }
    : { role: 'invalid', id, reason: z.prettifyError(parsed.error) };
}

const rpcNumbers: Partial<Record<ErrorData['code'], number>> = {
  methodNotFound: -32601,
  badRequest: -32602,
  internal: -32603,
};

/** The wire form of a typed error. Codes without a number of the specification's are -32000. */
export function toRpcFailure(id: number | null, error: WaggleError): RpcFailure {
  const data: ErrorData = { code: error.code };
  if (error.fix !== undefined) data.fix = error.fix;
  if (error.logId !== undefined) data.logId = error.logId;
  if (error.details !== undefined) data.details = error.details;
  return {
    jsonrpc: '2.0',
    id,
    error: { code: rpcNumbers[error.code] ?? -32000, message: error.message, data },
  };
}

/** The typed error behind a failure envelope; one without our data is `internal`. */
export function fromRpcFailure(failure: RpcFailure): WaggleError {
  const { message, data } = failure.error;
  return new WaggleError(data?.code ?? 'internal', message, {
    ...(data?.fix === undefined ? {} : { fix: data.fix }),
    ...(data?.logId === undefined ? {} : { logId: data.logId }),
    ...(data?.details === undefined ? {} : { details: data.details }),
  });
}

/** Agents that speak JSON-RPC over lines: what was asked and not answered yet, and how it is written. */
import { z } from 'zod';
import type { ProviderState, Step } from './adapter.ts';
import type { ChatEvent } from './event.ts';

export interface RpcState {
  readonly nextId: number;
  /** What we asked and wait for, by its id. */
  readonly pending: Readonly<Record<string, string>>;
}

const messageSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
  error: z
    .object({ message: z.string(), code: z.number().optional(), data: z.unknown().optional() })
    .optional(),
});
export type RpcMessage = z.infer<typeof messageSchema>;

/** A sentence instead of a message: why it is none. */
export function parseRpcLine(text: string): RpcMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const parsed = messageSchema.safeParse(value);
  return parsed.success ? parsed.data : 'no JSON-RPC message';
}

export function rpcStep(
  state: object,
  events: readonly ChatEvent[] = [],
  writes: readonly object[] = [],
): Step {
  const kept: ProviderState = { ...state };
  return { state: kept, events, writes: writes.map((value) => JSON.stringify(value)) };
}

/** Asks for something; `name` is found again with its answer. */
export function call<S extends RpcState>(
  state: S,
  name: string,
  request: { readonly method: string; readonly params: object },
): { readonly state: S; readonly line: object } {
  const id = state.nextId;
  const pending = { ...state.pending, [String(id)]: name };
  return { state: { ...state, nextId: id + 1, pending }, line: { jsonrpc: '2.0', id, ...request } };
}

/** Which of our questions is answered; the state without it. */
export function settle<S extends RpcState>(
  state: S,
  id: RpcMessage['id'],
): { readonly state: S; readonly name: string | undefined } {
  const { [String(id)]: name, ...pending } = state.pending;
  return { state: { ...state, pending }, name };
}

export function reply(requestId: string, result: object): object {
  return { jsonrpc: '2.0', id: toId(requestId), result };
}

export function refuse(id: RpcMessage['id'], method: string): object {
  return { jsonrpc: '2.0', id, error: { code: -32601, message: `${method} is not supported.` } };
}

/** Ids are numbers or text; ours are text. */
export function toRequestId(id: RpcMessage['id']): string {
  return typeof id === 'number' ? `n${id}` : `s${id ?? ''}`;
}

function toId(requestId: string): number | string {
  const text = requestId.slice(1);
  return requestId.startsWith('n') ? Number(text) : text;
}

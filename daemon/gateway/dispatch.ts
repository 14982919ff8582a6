/** From a request to its answer: rate, method table, rights, parameters, handler, result. Deny by default. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findMethod } from '../../protocol/protocol.ts';
import type { MethodDefinition } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { RpcFailure, RpcRequest, RpcSuccess } from '../../protocol/wire/rpc.ts';
import { toRpcFailure } from '../../protocol/wire/rpc.ts';
import type { Logger } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { RateLimiter } from './rateLimit.ts';
import { covers } from './routes.ts';

/** A handler after its types were checked in the composition root; its parameters are validated before the call. */
export type AnyHandler = (params: unknown, caller: Caller) => unknown;
export type HandlerTable = ReadonlyMap<string, AnyHandler>;

export interface DispatchContext {
  readonly handlers: HandlerTable;
  readonly rate: RateLimiter;
  readonly log: Logger;
}

/** Never rejects. `protocol`: the version that both sides agreed on. */
export async function dispatch(
  request: RpcRequest,
  { caller, protocol }: { readonly caller: Caller; readonly protocol: number },
  context: DispatchContext,
): Promise<RpcSuccess | RpcFailure> {
  try {
    if (!context.rate.take(caller.principal.id)) throw new WaggleError('rateLimited');
    const definition = getMethod(request.method, protocol);
    if (!covers(caller.principal.right, definition.right)) throw new WaggleError('forbidden');
    const handler = context.handlers.get(request.method);
    if (handler === undefined) throw new WaggleError('methodNotFound');
    const params = parseParams(definition, request);
    const result = definition.result.safeParse(await handler(params, caller));
    if (!result.success)
      throw new Error(
        `${request.method} returned what it may not: ${z.prettifyError(result.error)}`,
      );
    return { jsonrpc: '2.0', id: request.id, result: result.data };
  } catch (error) {
    return toRpcFailure(request.id, toWireError(error, request.method, context.log));
  }
}

function getMethod(name: string, protocol: number): MethodDefinition {
  const definition = findMethod(name);
  if (definition === undefined || definition.introducedIn > protocol)
    throw new WaggleError('methodNotFound');
  return definition;
}

function parseParams(definition: MethodDefinition, { method, params = {} }: RpcRequest): unknown {
  const parsed = definition.params.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new WaggleError('badRequest', `${method}: ${z.prettifyError(parsed.error)}`);
}

/** The one place where the unknown becomes `internal` with a log id and no stack. */
function toWireError(error: unknown, method: string, log: Logger): WaggleError {
  if (error instanceof WaggleError && error.code !== 'internal') return error;
  const logId = randomUUID().slice(0, 8);
  log.error('A request failed', { method, logId, error });
  const message = error instanceof WaggleError ? error.message : undefined;
  return new WaggleError('internal', message, {
    cause: error,
    logId,
    ...(error instanceof WaggleError && error.fix !== undefined ? { fix: error.fix } : {}),
  });
}

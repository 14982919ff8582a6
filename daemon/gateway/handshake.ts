/** The two messages before a connection counts: `hello` answered by a proof, then `auth` with the token. */
import type { ClientId } from '../../protocol/wire/brand.ts';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import { oldestProtocol, protocolVersion } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { HelloParams, HelloResult } from '../../protocol/wire/hello.ts';
import {
  authMethod,
  authParamsSchema,
  closeCodes,
  helloMethod,
  helloParamsSchema,
} from '../../protocol/wire/hello.ts';
import type { RpcRequest } from '../../protocol/wire/rpc.ts';
import { parseRpc } from '../../protocol/wire/rpc.ts';
import type { Principal } from '../feature.ts';

/** Tokens as the gateway sees them; `daemon/token` implements it. */
export interface Authority {
  prove(
    tokenId: string,
    nonce: string,
    server: Pick<HelloResult, 'endpoint' | 'pid' | 'startTime'>,
  ): string | undefined;
  authenticate(tokenId: string, token: string): Principal | undefined;
  findBearer(hex: string): Principal | undefined;
  /** It counted once and does not any more. */
  isSpent(hex: string): boolean;
}

export interface FailureGuard {
  waitMs(key: string): number;
  fail(key: string): void;
}

export interface ServerIdentity {
  readonly version: string;
  readonly pid: number;
  readonly startTime: number;
  /** Versions of the protocol; those of this source when absent. */
  readonly speaks?: ProtocolRange;
}

interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

const spoken: ProtocolRange = { min: oldestProtocol, max: protocolVersion };

export interface HandshakeContext {
  readonly authority: Authority;
  readonly guard: FailureGuard;
  readonly identity: ServerIdentity;
  readonly endpoint: string;
  /** What failures count against: the address, or the private socket as a whole. */
  readonly guardKey: string;
  readonly connectionId: string;
}

export interface Admitted {
  readonly principal: Principal;
  readonly clientId: ClientId;
  readonly kind: HelloParams['kind'];
  readonly protocol: number;
}

/** What to answer; `closeCode` ends the connection after the answer, `admitted` opens it. */
export type HandshakeStep =
  | { readonly id: number; readonly result: object; readonly admitted?: Admitted }
  | { readonly id: number | null; readonly error: WaggleError; readonly closeCode: number };

/** One handshake: feed it text messages until it admits or refuses. */
export class Handshake {
  readonly #context: HandshakeContext;
  #hello: (HelloParams & { readonly agreed: number }) | undefined;

  constructor(context: HandshakeContext) {
    this.#context = context;
  }

  receive(text: string): HandshakeStep {
    const parsed = parseRpc(text);
    if (parsed.role !== 'request')
      return refuse(null, new WaggleError('badRequest'), closeCodes.badFrame);
    const waitMs = this.#context.guard.waitMs(this.#context.guardKey);
    if (waitMs > 0) {
      const error = new WaggleError('rateLimited', undefined, {
        details: { retryAfterMs: waitMs },
      });
      return refuse(parsed.message.id, error, closeCodes.rateLimited);
    }
    if (this.#hello === undefined) return this.#receiveHello(parsed.message);
    return this.#receiveAuth(parsed.message, this.#hello);
  }

  #receiveHello({ id, method, params }: RpcRequest): HandshakeStep {
    const parsed = helloParamsSchema.safeParse(params);
    if (method !== helloMethod || !parsed.success)
      return refuse(id, new WaggleError('badRequest', 'Expected hello.'), closeCodes.badFrame);
    const { protocol, tokenId, nonce } = parsed.data;
    const { identity, endpoint, authority } = this.#context;
    const { speaks = spoken } = identity;
    if (protocol.min > speaks.max || protocol.max < speaks.min)
      return refuse(id, versionError(identity.version, speaks, protocol), closeCodes.badFrame);
    const server = { endpoint, pid: identity.pid, startTime: identity.startTime };
    const proof = authority.prove(tokenId, nonce, server);
    if (proof === undefined) return this.#refuseToken(id);
    const agreed = Math.min(protocol.max, speaks.max);
    this.#hello = { ...parsed.data, agreed };
    const result = { protocol: agreed, serverVersion: identity.version, ...server, proof };
    return { id, result: result satisfies HelloResult };
  }

  #receiveAuth(
    { id, method, params }: RpcRequest,
    hello: HelloParams & { agreed: number },
  ): HandshakeStep {
    const parsed = authParamsSchema.safeParse(params);
    if (method !== authMethod || !parsed.success)
      return refuse(id, new WaggleError('badRequest', 'Expected auth.'), closeCodes.badFrame);
    const { authority, connectionId } = this.#context;
    const principal = authority.authenticate(hello.tokenId, parsed.data.token);
    if (principal === undefined) return this.#refuseToken(id);
    const clientId = clientIdSchema.parse(parsed.data.clientId);
    const admitted: Admitted = { principal, clientId, kind: hello.kind, protocol: hello.agreed };
    return { id, result: { principal: principal.id, connectionId }, admitted };
  }

  #refuseToken(id: number): HandshakeStep {
    this.#context.guard.fail(this.#context.guardKey);
    return refuse(id, new WaggleError('unauthenticated'), closeCodes.revoked);
  }
}

function refuse(id: number | null, error: WaggleError, closeCode: number): HandshakeStep {
  return { id, error, closeCode };
}

/** Who is older has to change: the daemon by a restart, the client by an update. */
function versionError(version: string, speaks: ProtocolRange, asked: ProtocolRange): WaggleError {
  const isDaemonOlder = asked.min > speaks.max;
  const who = isDaemonOlder ? 'older than this client' : 'newer than this client';
  return new WaggleError('versionMismatch', `The running daemon (${version}) is ${who}.`, {
    fix: isDaemonOlder ? 'waggle daemon restart' : 'Update the Waggle extension.',
    details: { serverVersion: version, ...speaks },
  });
}

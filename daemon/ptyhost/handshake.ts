/** The start of a connection: our proof first, then the client's secret. Deliberately knows no socket and no clock. */
import { z } from 'zod';
import { hostProtocolVersion, hostTokenIds } from '../../protocol/host/host.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AuthResult, HelloResult } from '../../protocol/wire/hello.ts';
import {
  authMethod,
  authParamsSchema,
  helloMethod,
  helloParamsSchema,
} from '../../protocol/wire/hello.ts';
import type { RpcRequest } from '../../protocol/wire/rpc.ts';
import { constantTimeEqual, makeProof, randomHex } from '../../link/proof/proof.ts';

export type HostRight = keyof typeof hostTokenIds;

/** What this host proves about itself, and the secret of each right. */
export interface HostIdentity {
  readonly endpoint: string;
  readonly pid: number;
  readonly startTime: number;
  readonly version: string;
  readonly secrets: Readonly<Record<HostRight, string>>;
}

export interface Peer {
  readonly right: HostRight;
  readonly clientId: string;
}

export class Handshake {
  readonly #identity: HostIdentity;
  #right: HostRight | undefined;
  peer: Peer | undefined;

  constructor(identity: HostIdentity) {
    this.#identity = identity;
  }

  /** The answer to one request; `peer` is set by the last. Throws a WaggleError after which the connection is closed. */
  receive({ method, params }: RpcRequest): HelloResult | AuthResult {
    if (method === helloMethod && this.#right === undefined) return this.#hello(params);
    if (method === authMethod && this.#right !== undefined) return this.#auth(params, this.#right);
    throw new WaggleError('unauthenticated', 'The connection has not been authenticated.');
  }

  #hello(params: unknown): HelloResult {
    const hello = parse(helloParamsSchema, params);
    if (hello.protocol.min > hostProtocolVersion || hello.protocol.max < hostProtocolVersion) {
      throw new WaggleError(
        'versionMismatch',
        `This pty host speaks version ${hostProtocolVersion}.`,
      );
    }
    if (hello.tokenId !== 'control' && hello.tokenId !== 'client') {
      throw new WaggleError('unauthenticated', 'This pty host knows no such key.');
    }
    this.#right = hello.tokenId;
    const { endpoint, pid, startTime, version, secrets } = this.#identity;
    const proof = makeProof(secrets[this.#right], hello.nonce, { endpoint, pid, startTime });
    return {
      protocol: hostProtocolVersion,
      serverVersion: version,
      endpoint,
      pid,
      startTime,
      proof,
    };
  }

  #auth(params: unknown, right: HostRight): AuthResult {
    const { token, clientId } = parse(authParamsSchema, params);
    if (!constantTimeEqual(token, this.#identity.secrets[right])) {
      throw new WaggleError('unauthenticated', 'The key is wrong.');
    }
    this.peer = { right, clientId };
    return { principal: right, connectionId: randomHex(16) };
  }
}

function parse<T>(schema: z.ZodType<T>, params: unknown): T {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new WaggleError('badRequest', z.prettifyError(parsed.error));
}

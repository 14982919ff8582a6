/** Binding: the same port on both loopback families, or the socket; the caller says which ports to try in which order. */
import { once } from 'node:events';
import type { Server } from 'node:http';

const v4 = '127.0.0.1';
const v6 = '::1';
/** Ports that the system chose and whose other family was taken. */
const anyPortAttempts = 8;

export interface LoopbackServers {
  readonly v4: Server;
  readonly v6: Server;
}

export interface BoundPort {
  readonly port: number;
  /** Whether `::1` exists here and is ours too. */
  readonly hasV6: boolean;
}

/** The first of `wanted` that is free on both families; undefined when none is. 0 stands for any port. */
export async function bindLoopback(
  servers: LoopbackServers,
  wanted: readonly number[],
): Promise<BoundPort | undefined> {
  const attempts = wanted.flatMap((port) =>
    port === 0 ? Array.from({ length: anyPortAttempts }, () => 0) : [port],
  );
  for (const attempt of attempts) {
    const bound = await bindBoth(servers, attempt);
    if (bound !== undefined) return bound;
  }
  return undefined;
}

async function bindBoth(servers: LoopbackServers, wanted: number): Promise<BoundPort | undefined> {
  const first = await listen(servers.v4, { host: v4, port: wanted });
  if (first !== 'bound') return undefined;
  const address = servers.v4.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  const second = await listen(servers.v6, { host: v6, port, ipv6Only: true });
  if (second !== 'taken') return { port, hasV6: second === 'bound' };
  await closeServer(servers.v4);
  return undefined;
}

/** Throws what is neither a port in use nor a family that this machine does not have. */
export async function listen(
  server: Server,
  where: { host: string; port: number; ipv6Only?: boolean } | { path: string },
): Promise<'bound' | 'taken' | 'absent'> {
  try {
    const listening = once(server, 'listening');
    server.listen({ ...where, exclusive: true });
    await listening;
    return 'bound';
  } catch (error) {
    if (hasErrorCode(error, 'EADDRINUSE', 'EACCES')) return 'taken';
    if (hasErrorCode(error, 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL')) return 'absent';
    throw error;
  }
}

export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function hasErrorCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Opens the connection: finds the address, dials, proves both sides, and hands out the link. */
import type { Socket } from 'node:net';
import { connect as connectNet } from 'node:net';
import WebSocket from 'ws';
import { oldestProtocol, protocolVersion } from '../../protocol/wire/define.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import {
  authMethod,
  authResultSchema,
  handshakeLimitMs,
  helloMethod,
  helloResultSchema,
} from '../../protocol/wire/hello.ts';
import type { HelloResult } from '../../protocol/wire/hello.ts';
import { fromRpcFailure, parseRpc } from '../../protocol/wire/rpc.ts';
import type { RuntimeFile } from '../home/home.ts';
import { readPrivateFile, readRuntimeFile } from '../home/home.ts';
import { randomHex, verifyProof } from '../proof/proof.ts';
import { closedError } from './closed.ts';
import type { ConnectOptions, DaemonInfo, DaemonLink } from './daemonLink.ts';
import { OpenLink } from './openLink.ts';
import { endWhenSilent } from './silence.ts';

/** Whole time for finding a place among many who dial at once. */
const attemptsMs = 10_000;
/** The server's time for a handshake, and that for a place at a crowded door. */
const handshakeMs = handshakeLimitMs + 6000;
/** The daemon asks for a sign of life every 15 s. */
const tcpSilenceMs = 40_000;
const messageMaxBytes = 64 * 1024 * 1024;

interface Address {
  readonly endpoint: string;
  readonly url: string;
  readonly socketPath: string | undefined;
  /** Opens what goes below the WebSocket; undefined: as the address says. */
  readonly open: (() => Socket) | undefined;
  readonly runtimeFile: RuntimeFile | undefined;
}

interface Credential {
  readonly id: string;
  readonly secret: string;
  /** What `auth` sends. */
  readonly token: string;
}

/** Rejects with `daemonUnreachable`, `versionMismatch`, `unauthenticated`, `rateLimited` or the signal's reason. */
export async function connectDaemon(options: ConnectOptions): Promise<DaemonLink> {
  const deadline = performance.now() + attemptsMs;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await connectOnce(options);
    } catch (error) {
      const waitMs = retryAfterMs(error);
      if (waitMs === undefined || performance.now() + waitMs > deadline) throw error;
      await pause(waitMs, options.signal);
    }
  }
}

/** A crowd at the door and the limiter are worth a second try; a wrong token or version is not. */
function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof WaggleError)) return undefined;
  const { retryAfterMs: told, crowded } = error.details ?? {};
  if (error.code === 'rateLimited' && typeof told === 'number') return told + 20;
  return crowded === true ? 50 + Math.random() * 200 : undefined;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

async function connectOnce(options: ConnectOptions): Promise<DaemonLink> {
  const address = findAddress(options);
  const credential = findCredential(options);
  const socket = dial(address);
  try {
    const stop = closeOnAbort(socket, options.signal);
    const hello = await shakeHands(socket, { options, address, credential });
    stop();
    const silenceMs = options.silenceMs ?? (options.via === 'tcp' ? tcpSilenceMs : undefined);
    if (silenceMs !== undefined) endWhenSilent(socket, silenceMs);
    return hello;
  } catch (error) {
    socket.on('error', ignoreAfterFailure);
    socket.terminate();
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** The handshake has failed already and says why; what the dying socket adds is of no use. */
function ignoreAfterFailure(error: Error): void {
  void error;
}

function closeOnAbort(socket: WebSocket, signal: AbortSignal | undefined): () => void {
  const close = (): void => socket.terminate();
  signal?.addEventListener('abort', close, { once: true });
  return () => signal?.removeEventListener('abort', close);
}

function findAddress({ paths, via = 'socket', socket, dialTcp }: ConnectOptions): Address {
  const runtimeFile = readRuntimeFile(paths);
  if (via === 'tcp') {
    const port = runtimeFile?.port;
    if (port === undefined || port === null)
      throw new WaggleError('daemonUnreachable', 'No daemon listens on a port.');
    const endpoint = `127.0.0.1:${port}`;
    const open = dialTcp === undefined ? undefined : (): Socket => dialTcp(port);
    return { endpoint, url: `ws://${endpoint}/ws`, socketPath: undefined, open, runtimeFile };
  }
  const path = runtimeFile?.socket ?? socket;
  if (path === undefined) throw new WaggleError('daemonUnreachable', 'No daemon runs.');
  const open = (): Socket => connectNet(path);
  return { endpoint: path, url: 'ws+unix:/waggle:/ws', socketPath: path, open, runtimeFile };
}

function findCredential({ paths, token }: ConnectOptions): Credential {
  if (token !== undefined) {
    const [id = '', secret = ''] = token.split('.', 2);
    return { id, secret, token };
  }
  const owner = readPrivateFile(paths.ownerTokenFile)?.trim();
  if (owner === undefined || owner === '')
    throw new WaggleError('unauthenticated', `There is no token in ${paths.ownerTokenFile}.`);
  return { id: 'owner', secret: owner, token: owner };
}

/**
 * A `ws+unix:` address keeps a proxy out of the way: the extension host of VS Code replaces `http.request` by one that
 * dials the host name itself, except for requests that name a socket. Its path is ours to open, whatever it holds.
 */
function dial({ url, socketPath, open }: Address): WebSocket {
  return new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: messageMaxBytes,
    handshakeTimeout: handshakeMs,
    ...(socketPath === undefined ? {} : { headers: { Host: 'waggle' } }),
    ...(open === undefined ? {} : { createConnection: open }),
  });
}

interface Handshaking {
  readonly options: ConnectOptions;
  readonly address: Address;
  readonly credential: Credential;
}

async function shakeHands(
  socket: WebSocket,
  { options, address, credential }: Handshaking,
): Promise<DaemonLink> {
  const answers = readAnswers(socket);
  try {
    return new OpenLink(socket, await askBoth(answers, { options, address, credential }));
  } finally {
    answers.dispose();
  }
}

async function askBoth(
  answers: Answers,
  { options, address, credential }: Handshaking,
): Promise<DaemonInfo> {
  await answers.opened;
  const nonce = randomHex(32);
  const hello = helloResultSchema.safeParse(
    await answers.ask(helloMethod, {
      protocol: { min: oldestProtocol, max: protocolVersion },
      clientVersion: options.clientVersion ?? '',
      kind: options.kind,
      tokenId: credential.id,
      nonce,
    }),
  );
  if (!hello.success || !isOurDaemon(hello.data, { nonce, address, credential }))
    throw new WaggleError(
      'daemonUnreachable',
      `What answers at ${address.endpoint} is not this data directory's daemon.`,
      { details: { endpoint: address.endpoint, impostor: true } },
    );
  const auth = authResultSchema.parse(
    await answers.ask(authMethod, { token: credential.token, clientId: options.clientId }),
  );
  return {
    protocol: hello.data.protocol,
    serverVersion: hello.data.serverVersion,
    endpoint: hello.data.endpoint,
    pid: hello.data.pid,
    startTime: hello.data.startTime,
    principal: auth.principal,
    connectionId: auth.connectionId,
    transport: address.socketPath === undefined ? 'tcp' : 'local',
  };
}

/** Proof, address and process must all be right before the token is sent. */
function isOurDaemon(
  hello: HelloResult,
  expected: { nonce: string; address: Address; credential: Credential },
): boolean {
  const { nonce, address, credential } = expected;
  const { runtimeFile } = address;
  const isSameProcess =
    runtimeFile === undefined ||
    (hello.pid === runtimeFile.pid && hello.startTime === runtimeFile.startTime);
  return (
    isSameProcess &&
    hello.endpoint === address.endpoint &&
    verifyProof(credential.secret, nonce, hello)
  );
}

/** A daemon says of what it speaks, not who of us has to change. */
function refusalOf(error: WaggleError): WaggleError {
  const oldest = error.details?.['min'];
  const isNewer = typeof oldest === 'number' && oldest > protocolVersion;
  if (error.code !== 'versionMismatch' || !isNewer) return error;
  const { message, details = {} } = error;
  const fix = 'Update the Waggle extension.';
  return new WaggleError('clientTooOld', message, { fix, details, cause: error });
}

interface Answers {
  readonly opened: Promise<void>;
  ask(method: string, params: object): Promise<unknown>;
  dispose(): void;
}

/** One question at a time; whatever ends the socket rejects the one that waits. */
function readAnswers(socket: WebSocket): Answers {
  const opening = Promise.withResolvers<void>();
  let waiting: PromiseWithResolvers<unknown> | undefined;
  let nextId = 0;
  const fail = (error: WaggleError): void => {
    opening.reject(error);
    waiting?.reject(error);
  };
  const timer = setTimeout(
    () => fail(new WaggleError('daemonUnreachable', 'The daemon does not answer.')),
    handshakeMs,
  );
  const onOpen = (): void => opening.resolve();
  const onMessage = (message: Buffer): void => {
    const parsed = parseRpc(message.toString('utf8'));
    if (parsed.role === 'success') waiting?.resolve(parsed.message.result);
    else if (parsed.role === 'failure') waiting?.reject(refusalOf(fromRpcFailure(parsed.message)));
    else fail(new WaggleError('daemonUnreachable', 'What answers is not a daemon.'));
  };
  const onClose = (code: number): void => fail(crowdedOr(closedError(code)));
  const onError = (error: Error): void => fail(dialError(error));
  socket.on('open', onOpen).on('message', onMessage).on('close', onClose).on('error', onError);
  return {
    opened: opening.promise,
    ask(method, params) {
      waiting = Promise.withResolvers();
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: nextId++, method, params }));
      return waiting.promise;
    },
    dispose() {
      clearTimeout(timer);
      socket.off('open', onOpen).off('message', onMessage).off('close', onClose);
      socket.off('error', onError);
    },
  };
}

/** Cut before anything was said: the door is crowded. */
function crowdedOr(error: WaggleError): WaggleError {
  return error.code === 'daemonUnreachable'
    ? new WaggleError(error.code, error.message, { details: { crowded: true } })
    : error;
}

function dialError(error: Error): WaggleError {
  const code = 'code' in error ? String(error.code) : '';
  const crowded = code === 'ECONNRESET' || code === 'EAGAIN' || code === 'EPIPE';
  return new WaggleError(
    'daemonUnreachable',
    `The daemon cannot be reached: ${errorMessageOf(error)}`,
    { cause: error, details: { system: code, crowded } },
  );
}

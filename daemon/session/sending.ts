import type { SessionId } from '../../protocol/wire/brand.ts';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { randomHex } from '../../link/proof/proof.ts';
import type { StreamTransport } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { InputOutcome } from '../../protocol/wire/mark.ts';
import type { Caller } from '../feature.ts';
import type { Attaching } from './attaching.ts';
import { refuseChat } from './attaching.ts';
import type { ConnectedHost } from '../host/host.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';

export interface SendRequest {
  readonly sessionId: SessionId;
  readonly text: string;
  readonly take: boolean;
}

const senderPrefix = 'send-';

/**
 * A permission of an agent is answered in its own dialog, where a person sees all of it: text that was meant for the agent
 * would answer it.
 * @throws WaggleError `conflict`.
 */
export function refuseInDialog({ attention, agent, tokenRight }: SessionRow): void {
  const isAgent = tokenRight === 'self' && agent !== 'command';
  if (!isAgent || attention.state !== 'asking' || attention.kind !== 'permission') return;
  throw new WaggleError('conflict', 'It asks for a permission: what is typed would answer it.', {
    fix: 'Answer it in its own dialog: waggle attach <session>.',
  });
}

/** A client that types and shows nothing. */
export function isSender(clientId: string): boolean {
  return clientId.startsWith(senderPrefix);
}

/** The answer of a program that does not read its input is waited for this long. */
const answerLimitMs = 10_000;

/**
 * Types into a session as a client of its own. Resolves when the kernel took all bytes.
 * @throws WaggleError `notRunning`, `leaseDenied`, `inputFull`, `timeout`.
 */
export async function sendText(
  { sessions, attaching }: { readonly sessions: Sessions; readonly attaching: Attaching },
  { sessionId, text, take }: SendRequest,
  caller: Pick<Caller, 'principal'>,
): Promise<void> {
  await attaching.ready;
  const row = sessions.get(sessionId);
  refuseChat(row);
  if (!isLive(row.status)) throw new WaggleError('notRunning', undefined, { fix: 'Restart it.' });
  const host = attaching.hostOf(row);
  const clientId = clientIdSchema.parse(`${senderPrefix}${randomHex(12)}`);
  const ticket = await attaching.ticketFor(row, { ...caller, clientId }, 'write');
  try {
    const { socket, clientKey, pid, startTime } = host.file;
    const route = { socket, ticket, pid, startTime, clientId, key: clientKey };
    await write(createHostTransport({ ...route, kind: 'daemon' }), { row, host, text, take });
  } finally {
    await attaching.revoke(host, ticket);
  }
}

async function write(
  transport: StreamTransport,
  request: {
    readonly row: SessionRow;
    readonly host: ConnectedHost;
    readonly text: string;
    readonly take: boolean;
  },
): Promise<void> {
  const { row, host, text, take } = request;
  const listed = (await host.list()).find((session) => session.session === row.id);
  const stream = await openSessionStream({
    transport,
    right: 'write',
    signal: AbortSignal.timeout(answerLimitMs),
    // Nothing of the output is wanted: it starts at its end.
    cursor: { generation: row.generation, seq: listed?.end ?? 0 },
  });
  try {
    if (take) stream.take();
    const outcome = await withLimit(stream.write(new TextEncoder().encode(text)));
    stream.release();
    refuseUnlessDelivered(outcome);
  } finally {
    stream.dispose();
  }
}

async function withLimit(written: Promise<InputOutcome>): Promise<InputOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const error = new WaggleError('timeout', 'The program did not take the input in time.', {
      fix: 'It may still read it: look at the session before you send it again.',
    });
    timer = setTimeout(() => reject(error), answerLimitMs);
  });
  return Promise.race([written, limit]).finally(() => clearTimeout(timer));
}

function refuseUnlessDelivered(outcome: InputOutcome): void {
  switch (outcome) {
    case 'delivered':
      return;
    case 'denied':
      throw new WaggleError('leaseDenied', undefined, {
        fix: 'Wait until the other window is silent for 3 s, or take over.',
      });
    case 'inputFull':
      throw new WaggleError('inputFull');
    case 'ended':
      throw new WaggleError('notRunning', undefined, { fix: 'Restart it.' });
  }
}

/**
 * A recorded conversation with a pty host, and the means to play it to another one. Lines of the file: who speaks on which
 * connection, and the frame in hex. Volatile values (pids, proofs, keys) stand as placeholders; adjoining output is joined.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { HostFile } from '../../protocol/host/host.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { FrameDecoder, decodeFrame, encodeFrame } from '../../protocol/wire/frame.ts';
import { until } from './ptyhostFixture.ts';

/** `>` was said by the client, `<` by the host. `reads`: the same for people. */
export interface Line {
  readonly connection: string;
  readonly by: '>' | '<';
  readonly hex: string;
  readonly reads: string;
}

const volatile: Readonly<Record<string, unknown>> = {
  pid: 1,
  startTime: 1,
  at: 1,
  proof: 'f'.repeat(64),
  endpoint: '<endpoint>',
  connectionId: '<connection>',
  serverVersion: '<version>',
};

function normalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, volatile[key] ?? normalise(inner)]),
  );
}

function isJson({ kind }: Frame): boolean {
  return kind === 'call' || kind === 'lease' || kind === 'exit';
}

function normaliseFrame(frame: Frame): Frame {
  if (!isJson(frame)) return frame;
  const value: unknown = JSON.parse(Buffer.from(frame.payload).toString());
  return { ...frame, payload: Buffer.from(JSON.stringify(normalise(value))) };
}

function joinOutput(frames: readonly Frame[]): Frame[] {
  const joined: Frame[] = [];
  for (const frame of frames) {
    const last = joined.at(-1);
    const follows =
      last?.kind === 'output' &&
      frame.kind === 'output' &&
      last.channel === frame.channel &&
      last.seq + last.payload.length === frame.seq;
    if (!follows) joined.push(frame);
    else joined.splice(-1, 1, { ...last, payload: Buffer.concat([last.payload, frame.payload]) });
  }
  return joined;
}

function toLine(connection: string, by: Line['by'], frame: Frame): Line {
  const { kind, channel, generation, seq, payload } = frame;
  const text = Buffer.from(payload);
  const content =
    isJson(frame) || kind === 'output' || kind === 'input' ? text.toString() : text.toString('hex');
  const reads = `${kind} channel ${channel} generation ${generation} seq ${seq} ${content}`;
  return { connection, by, hex: Buffer.from(encodeFrame(frame)).toString('hex'), reads };
}

/** The connections of one conversation, opened when they are first spoken on. */
export class Conversation {
  readonly #file: HostFile;
  readonly #sockets = new Map<string, Socket>();
  readonly #heard = new Map<string, Frame[]>();

  constructor(file: HostFile) {
    this.#file = file;
  }

  /** What the host said on a connection since `forget`. */
  heard(connection: string): Line[] {
    const frames = joinOutput((this.#heard.get(connection) ?? []).map(normaliseFrame));
    return frames.map((frame) => toLine(connection, '<', frame));
  }

  get connections(): string[] {
    return [...this.#sockets.keys()];
  }

  forget(): void {
    this.#heard.clear();
  }

  async say(line: Line): Promise<void> {
    const socket = this.#sockets.get(line.connection) ?? (await this.#open(line.connection));
    const frame = decodeFrame(Buffer.from(line.hex, 'hex'));
    if (typeof frame === 'string') throw new Error(frame);
    const { key, clientKey } = this.#file;
    const text = Buffer.from(frame.payload).toString('latin1');
    const filled = text.replace('<key>', key).replace('<clientKey>', clientKey);
    socket.write(encodeFrame({ ...frame, payload: Buffer.from(filled, 'latin1') }));
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  async #open(connection: string): Promise<Socket> {
    const socket = connect(this.#file.socket);
    await once(socket, 'connect');
    const decoder = new FrameDecoder();
    socket.on('data', (chunk) => {
      const frames = decoder.push(chunk);
      if (typeof frames === 'string') throw new Error(frames);
      const heard = this.#heard.get(connection) ?? [];
      heard.push(...frames.map((frame) => ({ ...frame, payload: frame.payload.slice() })));
      this.#heard.set(connection, heard);
    });
    this.#sockets.set(connection, socket);
    return socket;
  }
}

/** Says what the client said then, and waits until the host has answered the same. */
export async function play(lines: readonly Line[], conversation: Conversation): Promise<void> {
  for (let at = 0; at < lines.length;) {
    const said = lines[at];
    assert.equal(said?.by, '>');
    const end = lines.findIndex(({ by }, index) => index > at && by === '>');
    const answers = lines.slice(at + 1, end === -1 ? undefined : end);
    await conversation.say(said);
    for (const connection of new Set(answers.map((line) => line.connection))) {
      const expected = answers.filter((line) => line.connection === connection);
      await hear(conversation, connection, expected);
    }
    conversation.forget();
    at += 1 + answers.length;
  }
}

async function hear(
  conversation: Conversation,
  connection: string,
  expected: readonly Line[],
): Promise<void> {
  const isHeard = (): boolean =>
    conversation
      .heard(connection)
      .map(({ hex }) => hex)
      .join() === expected.map(({ hex }) => hex).join();
  await until(`the answer to be as recorded`, isHeard).catch(() => {
    const reads = (lines: readonly Line[]): string[] => lines.map((line) => line.reads);
    assert.deepEqual(reads(conversation.heard(connection)), reads(expected));
    assert.deepEqual(conversation.heard(connection), expected);
  });
}

export function makeLine(connection: string, frame: Partial<Frame> & Pick<Frame, 'kind'>): Line {
  const whole = decodeFrame(encodeFrame(frame));
  if (typeof whole === 'string') throw new Error(whole);
  return toLine(connection, '>', whole);
}

/**
 * The pty host: owns the processes behind sessions, their rings, and the byte streams of local clients. Everything is
 * loaded at its start and nothing it relays is parsed. Deliberately knows no daemon: what it should do comes over its
 * socket, and what it cannot know (meta, checkpoints) is opaque to it.
 */
import { join } from 'node:path';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { chmodSync } from 'node:fs';
import type { HostEventName, HostKind } from '../../protocol/host/host.ts';
import { hostProtocolVersion } from '../../protocol/host/host.ts';
import type { HostId } from '../../protocol/wire/brand.ts';
import { hostIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { readStartTime } from '../../link/process/process.ts';
import { randomHex } from '../../link/proof/proof.ts';
import type { Launch } from './child.ts';
import type { ConnectionSurroundings } from './connection.ts';
import { Connection } from './connection.ts';
import { receiveFrame } from './frames.ts';
import { createHandlers, dispatch } from './handlers.ts';
import type { HostIdentity } from './handshake.ts';
import { openFolder, removeFile, writeHostFile } from './hostFile.ts';
import { HostLog } from './hostLog.ts';
import { Pacing } from './pacing.ts';
import { Sessions } from './sessions.ts';
import { Tickets } from './tickets.ts';

export interface PtyHostOptions {
  readonly home: string;
  readonly kind: HostKind;
  readonly socketFolder: string;
  readonly version: string;
  /** How long a host without sessions and clients waits before it ends, milliseconds. */
  readonly graceMs: number;
  /** How long a client may leave its socket full, milliseconds. */
  readonly stallMs: number;
  readonly launch: Launch;
  /** Called once when the host has nothing left to do and its files are removed. */
  readonly onDidEnd: () => void;
}

const connectionsMax = 1024;
/** Of those only so many without a proof: who stands there longest makes room. */
const unprovenMax = 256;

export class PtyHost {
  readonly id: HostId = hostIdSchema.parse(randomHex(16));
  readonly log: HostLog;
  readonly #options: PtyHostOptions;
  readonly #identity: HostIdentity;
  readonly #pacing = new Pacing();
  readonly #tickets = new Tickets();
  readonly #sessions: Sessions;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #hostFile: string | undefined;
  #sheds = 0;
  #grace: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: PtyHostOptions) {
    this.#options = options;
    const logs = join(options.home, 'log');
    openFolder(logs);
    this.log = new HostLog(join(logs, `ptyhost-${this.id}.log`));
    this.#identity = {
      endpoint: socketPath(options.socketFolder, this.id),
      pid: process.pid,
      startTime: readStartTime(process.pid) ?? 0,
      version: options.version,
      secrets: { control: randomHex(32), client: randomHex(32) },
    };
    this.#sessions = this.#createSessions();
    const surroundings = this.#createSurroundings();
    this.#server = createServer({ noDelay: true }, (socket) => {
      clearTimeout(this.#grace);
      this.#admit(new Connection(socket, surroundings));
    });
  }

  /** Listens, then writes the host file: whoever finds the file can connect. */
  async start(): Promise<void> {
    const { home, kind, socketFolder, version } = this.#options;
    const { endpoint, pid, startTime, secrets } = this.#identity;
    const runFolder = join(home, 'run');
    for (const folder of [runFolder, socketFolder]) openFolder(folder);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(endpoint, () => resolve());
    });
    if (process.platform !== 'win32') chmodSync(endpoint, 0o600);
    this.#hostFile = writeHostFile(runFolder, {
      id: this.id,
      kind,
      socket: endpoint,
      key: secrets.control,
      clientKey: secrets.client,
      pid,
      startTime,
      protocol: hostProtocolVersion,
      version,
    });
    this.#watchIdle();
  }

  /** Removes what leads here and lets go of everything. Sessions that still run are hung up. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#grace);
    if (this.#hostFile !== undefined) removeFile(this.#hostFile);
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    this.#pacing.dispose();
    this.#sessions.dispose();
    this.#options.onDidEnd();
  }

  /** A crowd of the same user may not keep real clients out: those come in, prove themselves and stay. */
  #admit(connection: Connection): void {
    const unproven = [...this.#connections].filter(({ peer }) => peer === undefined);
    const [oldest] = unproven;
    if (oldest !== undefined && unproven.length >= unprovenMax) {
      this.#connections.delete(oldest);
      oldest.destroy();
    }
    if (this.#connections.size - unproven.length >= connectionsMax) return connection.destroy();
    this.#connections.add(connection);
  }

  #createSessions(): Sessions {
    const { kind, launch } = this.#options;
    return new Sessions({
      hostId: this.id,
      kind,
      launch,
      surroundings: {
        pacing: this.#pacing,
        exited: ({ id, generation }, { code, signal, background }) =>
          this.#tellControl('host/exited', { session: id, generation, code, signal, background }),
        clientsChanged: ({ id, viewers, writer }) =>
          this.#tellControl('host/clientsChanged', { session: id, clients: viewers, writer }),
        shed: () => {
          this.#sheds += 1;
        },
        screenWanted: ({ id, generation }, seq) => {
          this.#tellControl('host/screenWanted', { session: id, generation, seq });
          return [...this.#connections].some(({ isControl }) => isControl);
        },
      },
    });
  }

  #createSurroundings(): ConnectionSurroundings {
    const handlers = createHandlers({
      sessions: this.#sessions,
      tickets: this.#tickets,
      countClients: () => [...this.#connections].filter(({ peer }) => peer !== undefined).length,
      countSheds: () => this.#sheds,
      shrunk: () => this.#watchIdle(),
    });
    return {
      identity: this.#identity,
      stallMs: this.#options.stallMs,
      call: (connection, method, params) => dispatch(handlers, connection, { method, params }),
      receive: (_connection, { channel, session }, frame) => {
        const found = this.#sessions.find(session);
        if (found !== undefined) receiveFrame(found, channel, frame);
      },
      progressed: ({ channel, session }) => this.#sessions.find(session)?.progressed(channel),
      detached: ({ channel, session }) => this.#sessions.find(session)?.detach(channel),
      closed: (connection) => {
        this.#connections.delete(connection);
        this.#watchIdle();
      },
      toWaggleError: (error) => this.#toWaggleError(error),
    };
  }

  #toWaggleError(error: unknown): WaggleError {
    if (error instanceof WaggleError) return error;
    const logId = this.log.fault('A request failed', error);
    return new WaggleError('internal', undefined, { logId });
  }

  #tellControl(event: HostEventName, params: unknown): void {
    for (const connection of this.#connections) {
      if (connection.isControl) connection.notify(event, params);
    }
  }

  #watchIdle(): void {
    clearTimeout(this.#grace);
    if (this.#ended || this.#sessions.size > 0) return;
    const { graceMs } = this.#options;
    if (this.#sessions.isDraining)
      this.#grace = setTimeout(() => this.stop(), Math.min(graceMs, 100));
    else if (this.#connections.size === 0) this.#grace = setTimeout(() => this.stop(), graceMs);
  }
}

/** Windows pipe names are guessed otherwise; nothing is sent there before the proof. */
function socketPath(folder: string, id: HostId): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\waggle-${randomHex(16)}`;
  return join(folder, `host-${id.slice(0, 12)}.sock`);
}

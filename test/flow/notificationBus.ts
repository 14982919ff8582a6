/**
 * A session bus of its own with a service that records what notices it was asked to show. Never the bus of whoever runs the
 * tests: it has its own configuration, its own address, and ends with `close`.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusReader, BusWriter } from '../support/busValue.ts';
import type { BusValue } from '../support/busValue.ts';
import { until } from './sessionHome.ts';

export interface ShownNotice {
  readonly id: number;
  readonly app: string;
  readonly title: string;
  readonly body: string;
  /** Name and label after each other. */
  readonly actions: readonly string[];
  readonly hints: Readonly<Record<string, BusValue>>;
}

const service = 'org.freedesktop.Notifications';
const path = '/org/freedesktop/Notifications';
const kinds = { call: 1, reply: 2, error: 3, signal: 4 } as const;
const fields = { path: 1, interface: 2, member: 3, error: 4, replyTo: 5, to: 6, from: 7, types: 8 };

interface Message {
  readonly kind: number;
  readonly serial: number;
  readonly from: string;
  readonly member: string;
  readonly body: readonly BusValue[];
}

interface Outgoing {
  readonly kind: number;
  readonly texts: readonly (readonly [field: number, type: 's' | 'o', value: string])[];
  readonly replyTo?: number;
  readonly types?: string;
  readonly body?: Buffer;
}

export class NotificationBus {
  readonly address: string;
  readonly shown: ShownNotice[] = [];
  /** Numbers of those that were taken back. */
  readonly closed: number[] = [];
  readonly #directory: string;
  readonly #daemon: ChildProcess;
  readonly #socket: Socket;
  #received: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #serial = 0;
  #isNamed = false;

  private constructor(directory: string, daemon: ChildProcess, socket: Socket) {
    this.#directory = directory;
    this.#daemon = daemon;
    this.#socket = socket;
    this.address = `unix:path=${join(directory, 'bus')}`;
  }

  static async open(): Promise<NotificationBus> {
    const directory = mkdtempSync(join(tmpdir(), 'wgl-bus-'));
    const config = join(directory, 'bus.conf');
    writeFileSync(config, busConfig(join(directory, 'bus')));
    const daemon = spawn(
      'dbus-daemon',
      ['--nofork', '--print-address', `--config-file=${config}`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: process.env['PATH'] ?? '' },
      },
    );
    await once(daemon.stdout, 'data');
    const socket = connect(join(directory, 'bus'));
    await once(socket, 'connect');
    const bus = new NotificationBus(directory, daemon, socket);
    await bus.#begin();
    return bus;
  }

  /** As a person's click on the notice itself. */
  click(id: number): void {
    this.#signal('ActionInvoked', 'us', new BusWriter().count(id).text('default').bytes);
    this.#signal('NotificationClosed', 'uu', new BusWriter().count(id).count(2).bytes);
  }

  async waitForShown(count: number): Promise<ShownNotice> {
    await until(() => this.shown.length >= count, `notice ${count} on the bus`);
    const notice = this.shown[count - 1];
    if (notice === undefined) throw new Error('it was shown');
    return notice;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    const ended = once(this.#daemon, 'exit');
    this.#daemon.kill('SIGTERM');
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    this.#socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
    const [answer] = (await once(this.#socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('OK ')) throw new Error(`the bus says ${answer.toString()}`);
    this.#socket.write('BEGIN\r\n');
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#socket.on('error', (error) => this.#daemon.emit('failed', error));
    this.#callBus('Hello');
    this.#callBus('RequestName', 'su', new BusWriter().text(service).count(4).bytes);
    await until(() => this.#isNamed, 'the name of the service');
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      if (this.#received.length < 16) return;
      const headerEnd = Math.ceil((16 + this.#received.readUInt32LE(12)) / 8) * 8;
      const end = headerEnd + this.#received.readUInt32LE(4);
      if (this.#received.length < end) return;
      const message = parseMessage(this.#received.subarray(0, end), headerEnd);
      this.#received = this.#received.subarray(end);
      this.#handle(message);
    }
  }

  #handle(message: Message): void {
    // The second reply: of the name.
    if (message.kind === kinds.reply && message.body[0] === 1) this.#isNamed = true;
    if (message.kind !== kinds.call) return;
    switch (message.member) {
      case 'Notify':
        return this.#show(message);
      case 'CloseNotification':
        return this.#close(message);
      case 'GetCapabilities':
        return this.#reply(message, 'as', new BusWriter().texts(['body', 'actions']).bytes);
      case 'GetServerInformation': {
        const words = new BusWriter().text('recorder').text('test').text('1').text('1.2');
        return this.#reply(message, 'ssss', words.bytes);
      }
      default:
        return this.#send({
          kind: kinds.error,
          replyTo: message.serial,
          texts: [
            [fields.to, 's', message.from],
            [fields.error, 's', 'org.freedesktop.DBus.Error.UnknownMethod'],
          ],
        });
    }
  }

  #show(message: Message): void {
    const [app, , , title, body, actions, hints] = message.body;
    const id = this.shown.length + 1;
    this.shown.push({
      ...{ id, app: String(app), title: String(title), body: String(body) },
      actions: (actions as string[]) ?? [],
      hints: (hints as Record<string, BusValue>) ?? {},
    });
    this.#reply(message, 'u', new BusWriter().count(id).bytes);
  }

  #close(message: Message): void {
    const id = Number(message.body[0]);
    this.closed.push(id);
    this.#reply(message, '', Buffer.alloc(0));
    this.#signal('NotificationClosed', 'uu', new BusWriter().count(id).count(3).bytes);
  }

  #reply({ serial, from }: Message, types: string, body: Buffer): void {
    this.#send({
      kind: kinds.reply,
      replyTo: serial,
      texts: [[fields.to, 's', from]],
      types,
      body,
    });
  }

  #signal(member: string, types: string, body: Buffer): void {
    const texts = [
      [fields.path, 'o', path],
      [fields.interface, 's', service],
      [fields.member, 's', member],
    ] as const;
    this.#send({ kind: kinds.signal, texts, types, body });
  }

  #callBus(member: string, types?: string, body?: Buffer): void {
    const texts = [
      [fields.path, 'o', '/org/freedesktop/DBus'],
      [fields.interface, 's', 'org.freedesktop.DBus'],
      [fields.member, 's', member],
      [fields.to, 's', 'org.freedesktop.DBus'],
    ] as const;
    this.#send({
      kind: kinds.call,
      texts,
      ...(types === undefined ? {} : { types }),
      ...(body === undefined ? {} : { body }),
    });
  }

  #send({ kind, texts, replyTo, types = '', body = Buffer.alloc(0) }: Outgoing): void {
    this.#serial += 1;
    const header = new BusWriter();
    for (const [field, type, value] of texts) {
      header.align(8);
      header.byte(field).signature(type).text(value);
    }
    if (replyTo !== undefined) {
      header.align(8);
      header.byte(fields.replyTo).signature('u').count(replyTo);
    }
    if (types !== '') {
      header.align(8);
      header.byte(fields.types).signature('g').signature(types);
    }
    const message = new BusWriter();
    message.byte('l'.charCodeAt(0)).byte(kind).byte(0).byte(1).count(body.length);
    message.count(this.#serial).count(header.bytes.length).raw(header.bytes);
    message.align(8);
    this.#socket.write(message.raw(body).bytes);
  }
}

function parseMessage(bytes: Buffer, bodyStart: number): Message {
  const reader = new BusReader(bytes, 12);
  const end = 16 + reader.readCount();
  const found = new Map<number, BusValue>();
  while (reader.offset < end) {
    reader.align(8);
    const field = Number(reader.read('y'));
    found.set(field, reader.read('v'));
  }
  const types = String(found.get(fields.types) ?? '');
  return {
    kind: bytes.readUInt8(1),
    serial: bytes.readUInt32LE(8),
    from: String(found.get(fields.from) ?? ''),
    member: String(found.get(fields.member) ?? ''),
    body: new BusReader(bytes.subarray(bodyStart)).readAll(types),
  };
}

function busConfig(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

/** What a client says in the recorded conversation of version 1. Used once, to record; what counts is the recording. */
import { encodeJson, encodeSize } from '../../protocol/wire/mark.ts';
import type { Line } from './hostConversation.ts';
import { makeLine } from './hostConversation.ts';

const session = '01234567-89ab-4cde-8f01-23456789abcd';
const ticket = 'ab'.repeat(32);
const observeTicket = 'cd'.repeat(32);

let nextId = 0;
function call(connection: string, method: string, params: object): Line {
  nextId += 1;
  return makeLine(connection, {
    kind: 'call',
    payload: encodeJson({ jsonrpc: '2.0', id: nextId, method, params }),
  });
}

function hello(connection: string, tokenId: string): Line[] {
  const protocol = { min: 1, max: 1 };
  const params = { protocol, clientVersion: '1', kind: 'test', tokenId, nonce: '0'.repeat(64) };
  const token = tokenId === 'control' ? '<key>' : '<clientKey>';
  return [
    call(connection, 'connection/hello', params),
    call(connection, 'connection/auth', { token, clientId: connection }),
  ];
}

function input(connection: string, number: number, text: string): Line {
  return makeLine(connection, {
    kind: 'input',
    channel: 1,
    seq: number,
    payload: Buffer.from(text),
  });
}

function spawn(generation: number, script: string): Line {
  return call('control', 'host/spawn', {
    session,
    generation,
    argv: ['sh', '-c', script],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    size: { cols: 80, rows: 24 },
    ringBytes: 65_536,
    meta: '{"any":"thing"}',
  });
}

function lease(connection: string, want: string): Line {
  return makeLine(connection, { kind: 'lease', channel: 1, payload: encodeJson({ want }) });
}

const addTicket = (right: string, value: string): Line =>
  call('control', 'host/addTicket', {
    ticket: value,
    session,
    right,
    principal: 'owner',
    client: right,
  });

export function writeScript(): Line[] {
  const data = Buffer.from('a screen').toString('base64');
  return [
    ...hello('control', 'control'),
    call('control', 'host/list', {}),
    call('control', 'host/attach', { session }),
    call('control', 'host/nonsense', {}),
    spawn(0, 'read a; printf "<%s>" "$a"; read b; exit 3'),
    spawn(0, 'read a; printf "<%s>" "$a"; read b; exit 3'),
    spawn(1, 'true'),
    addTicket('write', ticket),
    addTicket('observe', observeTicket),
    ...hello('writer', 'client'),
    call('writer', 'host/list', {}),
    call('writer', 'host/attach', { ticket: 'ef'.repeat(32) }),
    call('writer', 'host/attach', { ticket }),
    lease('writer', 'acquire'),
    makeLine('writer', {
      kind: 'resize',
      channel: 1,
      payload: encodeSize({ cols: 100, rows: 30 }),
    }),
    input('writer', 1, 'hello\n'),
    input('writer', 1, 'hello\n'),
    makeLine('writer', { kind: 'ack', channel: 1, seq: 5 }),
    ...hello('observer', 'client'),
    call('observer', 'host/attach', { ticket: observeTicket, cursor: { generation: 0, seq: 3 } }),
    input('observer', 1, 'no'),
    call('observer', 'host/detach', { channel: 1 }),
    call('control', 'host/putCheckpoint', {
      session,
      generation: 0,
      seq: 7,
      size: { cols: 100, rows: 30 },
      data,
    }),
    call('control', 'host/getCheckpoint', { session }),
    call('observer', 'host/attach', { ticket: observeTicket, pace: 'background' }),
    lease('writer', 'release'),
    lease('writer', 'take'),
    input('writer', 2, '\n'),
    call('control', 'host/list', {}),
    call('control', 'host/signal', { session, signal: 'SIGTERM' }),
    call('control', 'host/hold', { session, held: true }),
    call('control', 'host/collect', { session }),
    call('control', 'host/hold', { session, held: false }),
    spawn(1, 'printf again; read b'),
    call('control', 'host/revokeTicket', { ticket: observeTicket }),
    input('writer', 3, '\n'),
    call('control', 'host/collect', { session }),
    call('control', 'host/drain', {}),
  ];
}

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { LinkClosed } from '../../link/daemon/daemon.ts';
import { writeRuntimeFile } from '../../link/home/home.ts';
import { DaemonHome, until } from './daemonHome.ts';
import {
  codeOf,
  converse,
  exchange,
  hello,
  openSocket,
  request,
  statusOf,
  upgradeLines,
} from './rawClient.ts';

describe('the doors of the daemon', () => {
  let home: DaemonHome;
  let port: number;
  let socket: string;
  before(async () => {
    home = await DaemonHome.open();
    await home.start();
    port = home.runtimeFile.port ?? 0;
    socket = home.runtimeFile.socket;
  });
  after(() => home.close());

  const token = (): string => readFileSync(home.paths.ownerTokenFile, 'utf8').trim();

  describe('over HTTP', () => {
    it('answers its health to anybody with the same words and headers', async () => {
      const lines = ['GET /healthz HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'];
      const answer = await exchange(port, `${lines.join('\r\n')}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.ok(answer.endsWith('\r\n\r\n{"ok":true}'));
      assert.match(answer, /Content-Security-Policy: default-src 'none'/);
      assert.match(answer, /Cross-Origin-Resource-Policy: same-origin/);
      assert.doesNotMatch(answer, /access-control/i);
    });

    it('asks everybody else for a token, whether the path exists or not', async () => {
      const statuses = await Promise.all(
        ['/', '/ws', '/mcp', '/healthz/', '/nothing'].map((path) =>
          statusOf(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`]),
        ),
      );
      assert.deepEqual(statuses, [401, 401, 401, 401, 401]);
    });

    it('takes the owner token for no bearer', async () => {
      const credential = `Authorization: Bearer ${token()}`;
      const lines = ['GET /mcp HTTP/1.1', `Host: 127.0.0.1:${port}`, credential];
      assert.equal(await statusOf(port, lines), 401);
    });

    const refused: [string, number, (at: number) => string[]][] = [
      ['a rebound host', 403, () => ['GET /healthz HTTP/1.1', 'Host: rebind.test:9178']],
      [
        'two hosts',
        403,
        (at) => ['GET /healthz HTTP/1.1', `Host: 127.0.0.1:${at}`, `Host: 127.0.0.1:${at}`],
      ],
      ['no host', 403, () => ['GET /healthz HTTP/1.1']],
      ['HTTP/1.0', 400, (at) => ['GET /healthz HTTP/1.0', `Host: 127.0.0.1:${at}`]],
      [
        'an absolute form',
        400,
        (at) => [`GET http://127.0.0.1:${at}/healthz HTTP/1.1`, `Host: 127.0.0.1:${at}`],
      ],
      ['a preflight', 405, (at) => ['OPTIONS /healthz HTTP/1.1', `Host: 127.0.0.1:${at}`]],
      [
        'a form',
        415,
        (at) => [
          'POST /mcp HTTP/1.1',
          `Host: 127.0.0.1:${at}`,
          'Content-Type: text/plain',
          'Content-Length: 0',
        ],
      ],
      [
        'a length and chunks at once',
        400,
        (at) => [
          'POST /mcp HTTP/1.1',
          `Host: 127.0.0.1:${at}`,
          'Content-Length: 5',
          'Transfer-Encoding: chunked',
        ],
      ],
      ['garbage', 400, () => ['\u0016\u0003\u0001 hello']],
    ];
    for (const [name, status, lines] of refused)
      it(`answers ${status} to ${name}`, async () => {
        assert.equal(await statusOf(port, lines(port)), status);
      });
  });

  describe('at the upgrade', () => {
    const upgrade = (headers: Record<string, string>, path?: string): Promise<number> =>
      statusOf(port, upgradeLines(port, path === undefined ? { headers } : { headers, path }));

    it('refuses every foreign origin and host', async () => {
      const own = { Connection: 'Upgrade' };
      const statuses = await Promise.all([
        upgrade({ ...own, Origin: 'http://evil.test' }),
        upgrade({ ...own, Origin: 'null' }),
        upgrade({ ...own, Origin: 'vscode-webview://x' }),
        upgrade({ ...own, Host: `rebind.test:${port}`, Origin: `http://rebind.test:${port}` }),
        upgrade({ ...own, Host: 'waggle' }),
        upgrade({ ...own, 'Sec-Fetch-Site': 'cross-site' }),
        upgrade(own, `/ws?token=${token()}`),
      ]);
      assert.deepEqual(statuses, [403, 403, 403, 403, 403, 403, 400]);
    });

    it('destroys the upgrade to any other path without a word', async () => {
      const answers = await Promise.all(
        ['/', '/ws/', '/WS', '/socket'].map((path) =>
          exchange(
            port,
            `${upgradeLines(port, { path, headers: { Connection: 'Upgrade' } }).join('\r\n')}\r\n\r\n`,
          ),
        ),
      );
      assert.deepEqual(answers, ['', '', '', '']);
    });
  });

  describe('in the handshake', () => {
    it('cuts a client that stays silent', async () => {
      const ended = await converse(socket, []);
      assert.equal(ended.code, 1006);
    });

    it('cuts a connection that never asks for anything', async () => {
      const silent = connect(port, '127.0.0.1');
      await once(silent, 'close');
    });

    const bad: [string, string, number, () => string | Buffer][] = [
      ['what is not JSON', 'badRequest', 4400, () => 'hello?'],
      ['another method first', 'badRequest', 4400, () => request(0, 'daemon/status', {})],
      ['a key that it does not know', 'badRequest', 4400, () => hello({ role: 'owner' })],
      ['a nonce of another shape', 'badRequest', 4400, () => hello({ nonce: 'short' })],
      [
        'a version that it does not speak',
        'versionMismatch',
        4400,
        () => hello({ protocol: { min: 99, max: 99 } }),
      ],
      ['a token that does not exist', 'unauthenticated', 4401, () => hello({ tokenId: 'nobody' })],
    ];
    for (const [name, code, closeCode, message] of bad)
      it(`refuses ${name}`, async () => {
        const ended = await converse(socket, [message()]);
        assert.deepEqual([ended.messages.map(codeOf), ended.code], [[code], closeCode]);
      });

    it('refuses bytes and what is too long', async () => {
      assert.equal((await converse(socket, [Buffer.from('bytes')])).code, 4400);
      const long = await converse(socket, [hello({ clientVersion: 'x'.repeat(5000) })]);
      assert.deepEqual([long.messages, [4400, 1006].includes(long.code)], [[], true]);
    });

    it('refuses a wrong token after it has proven itself', async () => {
      const auth = request(1, 'connection/auth', { token: 'f'.repeat(64), clientId: 'x' });
      const ended = await converse(socket, [hello(), auth]);
      assert.deepEqual(
        [ended.messages.map(codeOf), ended.code],
        [[undefined, 'unauthenticated'], 4401],
      );
    });

    it('lets a good client in among a hundred bad ones', async () => {
      const bad = Array.from({ length: 100 }, () =>
        converse(socket, [hello({ tokenId: 'nobody' })]),
      );
      const link = await home.connect();
      assert.equal(link.info.principal, 'owner');
      await Promise.all(bad);
    });
  });

  describe('in a crowd', () => {
    it('lets everybody in who knocks at once', async () => {
      const knocks = Array.from({ length: 300 }, (_value, index) =>
        home.connect({ clientId: `crowd-${index}`, via: index % 2 === 0 ? 'socket' : 'tcp' }),
      );
      const links = await Promise.all(knocks);
      const { clients } = await (links[0] ?? (await home.connect())).call('daemon/status', {});
      assert.ok(clients >= 300, `${clients} clients`);
      for (const link of links) link.dispose();
    });

    it('lets a good client in among those who only stand in the door', async () => {
      const idlers = Array.from({ length: 600 }, () => connect(port, '127.0.0.1'));
      const gone = idlers.map(
        (idler) =>
          new Promise<void>((resolve) => {
            idler.on('error', () => idler.destroy());
            idler.once('close', () => resolve());
          }),
      );
      const link = await home.connect({ via: 'tcp' });
      assert.equal(link.info.transport, 'tcp');
      await Promise.all(gone);
    });
  });

  describe('for a client', () => {
    it('connects over the port as over the socket', async () => {
      const link = await home.connect({ via: 'tcp' });
      assert.deepEqual([link.info.transport, link.info.endpoint], ['tcp', `127.0.0.1:${port}`]);
      const { clients } = await link.call('daemon/status', {});
      assert.ok(clients >= 1);
    });

    it('answers what it cannot do with typed errors and goes on', async () => {
      const auth = request(1, 'connection/auth', { token: token(), clientId: 'x' });
      const raw = openSocket(socket);
      const answers: unknown[] = [];
      raw.on('message', (message: Buffer) => answers.push(JSON.parse(message.toString('utf8'))));
      await once(raw, 'open');
      raw.send(hello());
      await until(() => answers.length === 1, 'hello is answered');
      raw.send(auth);
      await until(() => answers.length === 2, 'auth is answered');
      const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
      const messages = [
        request(2, 'daemon/nothing', {}),
        request(3, 'daemon/status', { extra: 1 }),
        request(4, 'daemon/stop', { sessions: 'maybe' }),
        '{"jsonrpc":"2.0","id":5,"method":"daemon/status","params":{"__proto__":{}}}',
        `{"jsonrpc":"2.0","id":6,"method":"daemon/status","params":${deep}}`,
        'not json',
        request(7, 'daemon/status', {}),
      ];
      for (const message of messages) raw.send(message);
      await until(() => answers.length === 2 + messages.length, 'all are answered');
      const byId = answers.slice(2).map((answer) => codeOf(answer) ?? 'ok');
      assert.deepEqual(byId.toSorted(), [
        'badRequest',
        'badRequest',
        'badRequest',
        'badRequest',
        'badRequest',
        'methodNotFound',
        'ok',
      ]);
      raw.send(Buffer.from('no frame at all'));
      const [code] = await once(raw, 'close');
      assert.equal(code, 4400);
    });

    it('limits requests, not the connection', async () => {
      const raw = openSocket(socket);
      const answers: unknown[] = [];
      raw.on('message', (message: Buffer) => answers.push(JSON.parse(message.toString('utf8'))));
      await once(raw, 'open');
      raw.send(hello());
      await until(() => answers.length === 1, 'hello is answered');
      raw.send(request(1, 'connection/auth', { token: token(), clientId: 'x' }));
      await until(() => answers.length === 2, 'auth is answered');
      for (let id = 2; id < 602; id += 1) raw.send(request(id, 'role/list', {}));
      await until(() => answers.length === 602, 'all are answered');
      const codes = answers.slice(2).map((answer) => codeOf(answer) ?? 'ok');
      assert.deepEqual(new Set(codes), new Set(['ok', 'rateLimited']));
      assert.ok(codes.filter((code) => code === 'ok').length >= 200);
      assert.equal(raw.readyState, raw.OPEN);
      raw.close();
    });

    it('lets calls of a client wait for their turn', async () => {
      const link = await home.connect();
      const calls = Array.from({ length: 600 }, () => link.call('role/list', {}));
      assert.equal((await Promise.all(calls)).length, 600);
    });

    it('refuses a token that is no token', async () => {
      await assert.rejects(home.connect({ token: `abc.${'0'.repeat(64)}` }), {
        code: 'unauthenticated',
      });
    });

    it('ends a call that is aborted, and a link that is disposed', async () => {
      const link = await home.connect();
      const abort = new AbortController();
      const call = link.call('agent/list', {}, { signal: abort.signal });
      abort.abort(new Error('enough'));
      await assert.rejects(call, /enough/);
      const pending = link.call('role/list', {});
      link.dispose();
      await assert.rejects(pending, { code: 'daemonUnreachable' });
      await assert.rejects(link.call('role/list', {}), { code: 'daemonUnreachable' });
    });

    it('does not send the token to who cannot prove that he is the daemon', async () => {
      const received: string[] = [];
      const impostor = createServer((connection) => {
        connection.on('data', (chunk) => received.push(chunk.toString('utf8')));
        connection.on('error', () => connection.destroy());
        connection.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      });
      impostor.listen(0, '127.0.0.1');
      await once(impostor, 'listening');
      const address = impostor.address();
      assert.ok(typeof address === 'object' && address !== null);
      const truth = home.runtimeFile;
      writeRuntimeFile(home.paths, { ...truth, port: address.port });
      try {
        await assert.rejects(home.connect({ via: 'tcp' }), { code: 'daemonUnreachable' });
        writeRuntimeFile(home.paths, { ...truth, startTime: truth.startTime + 1 });
        await assert.rejects(home.connect(), /not this data directory's daemon/);
      } finally {
        writeRuntimeFile(home.paths, truth);
        impostor.close();
      }
      assert.ok(!received.join('').includes(token()));
    });

    it('closes every socket of a token that was rotated', async () => {
      const [one, two] = [await home.connect(), await home.connect({ via: 'tcp' })];
      const old = token();
      const closed = [one, two].map(
        (link) => new Promise<LinkClosed>((resolve) => link.onDidClose(resolve)),
      );
      await one.call('daemon/rotateToken', {});
      const codes = (await Promise.all(closed)).map(({ code, error }) => [code, error.code]);
      assert.deepEqual(codes, [
        [4401, 'unauthenticated'],
        [4401, 'unauthenticated'],
      ]);
      assert.notEqual(token(), old);
      const again = await home.connect();
      assert.equal((await again.call('daemon/status', {})).pid, home.runtimeFile.pid);
    });
  });
});

describe('the end of the daemon', () => {
  it('comes within its time although a client does not read', async () => {
    const home = await DaemonHome.open();
    try {
      const link = await home.start();
      const stalled = openSocket(home.runtimeFile.socket);
      await once(stalled, 'open');
      stalled.pause();
      await link.call('daemon/stop', {});
      await until(() => home.log.some(({ message }) => message === 'Stopping'), 'it stops');
      const { pid } = link.info;
      await until(() => !home.processes().includes(pid), 'it is gone', 5000);
      stalled.terminate();
    } finally {
      await home.close();
    }
  });

  it('is told to who connects without a daemon', async () => {
    const home = await DaemonHome.open();
    try {
      const options = { paths: home.paths, kind: 'test', clientId: 'x' } as const;
      await assert.rejects(connectDaemon(options), { code: 'daemonUnreachable' });
      await home.start();
      await home.signal('SIGKILL');
      await assert.rejects(connectDaemon(options), { code: 'daemonUnreachable' });
      writeFileSync(home.paths.runtimeFile, '{"half', { mode: 0o600 });
      await assert.rejects(connectDaemon(options), { code: 'daemonUnreachable' });
    } finally {
      await home.close();
    }
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { homePaths } from '../home/home.ts';
import type { AccessContext, Verdict } from './access.ts';
import { applyChange, planGiving, verifyAccess } from './access.ts';

const tools = [
  { name: 'forget', inputSchema: { type: 'object' } },
  {
    name: 'recall',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  },
];

/** What a server says to each method; the same for both ways. */
const results: Readonly<Record<string, unknown>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    serverInfo: { name: 'waggle', version: '1' },
  },
  'tools/list': { tools },
  'tools/call': { content: [{ type: 'text', text: 'nothing yet' }] },
};

/** A bridge that writes down what it was asked, in place of the command. */
const bridge = `#!${process.execPath}
const answers = ${JSON.stringify(results)};
const { appendFileSync } = require('node:fs');
const lines = require('node:readline').createInterface({ input: process.stdin });
console.log('starting up');
appendFileSync(__dirname + '/asked', JSON.stringify([process.argv.slice(2), Object.keys(process.env).filter((name) => name.startsWith('WAGGLE_'))]) + '\\n');
lines.on('line', (line) => {
  appendFileSync(__dirname + '/asked', line + '\\n');
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  console.log(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} }));
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
});
`;

const helper = `#!${process.execPath}
console.log(JSON.stringify({ Authorization: 'Bearer ' + process.argv.slice(2).join('-') }));
`;

interface Asked {
  readonly method: string;
  readonly params: unknown;
}

describe('an entry that is tried', () => {
  let home: string;
  let context: AccessContext;
  let server: Server | undefined;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "wgl it's "));
    const env = { HOME: home, PATH: '', WAGGLE_TOKEN: 'x', WAGGLE_SESSION_ID: 'y' };
    context = { env, paths: homePaths(join(home, 'data')), platform: 'linux' };
  });
  afterEach(async () => {
    server?.close();
    server?.closeAllConnections();
    if (server?.listening === true) await once(server, 'close');
    server = undefined;
    rmSync(home, { recursive: true, force: true });
  });

  const place = (script: string): void => {
    const program = join(home, 'data', 'bin', 'waggle');
    mkdirSync(join(home, 'data', 'bin'), { recursive: true });
    writeFileSync(program, script);
    chmodSync(program, 0o755);
  };
  const give = async (id: 'claude' | 'codex'): Promise<void> => {
    await applyChange(context, planGiving(context, id));
  };
  const failure = (verdict: Verdict): [string, string] =>
    verdict.ok ? ['ok', ''] : [verdict.code, verdict.reason.replaceAll(home, '~')];

  const serve = async (
    answer: (
      request: { method: string; id?: number },
      headers: IncomingHttpHeaders,
    ) => {
      status?: number;
      type?: string;
      body: string;
    },
  ): Promise<void> => {
    const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const message: { method: string; id?: number } = JSON.parse(
        (await text(request)) || '{"method":"end"}',
      );
      const { status = 200, type = 'application/json', body } = answer(message, request.headers);
      response.writeHead(status, { 'Content-Type': type, 'Mcp-Session-Id': 's1' }).end(body);
    };
    server = createServer((request, response) => void reply(request, response)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    context = { ...context, url: `http://127.0.0.1:${port}/mcp` };
  };

  it('runs the command of the file as an agent would, with nothing of a session, and calls a tool that reads', async () => {
    await give('codex');
    place(bridge);
    const verdict = await verifyAccess(context, 'codex');
    assert.deepEqual(
      { ...verdict, tookMs: 0 },
      { ok: true, tookMs: 0, server: 'waggle', tools: 2, called: 'recall' },
    );
    const file = readFileSync(join(home, 'data', 'bin', 'asked'), 'utf8');
    const asked = file
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    assert.deepEqual(
      asked.map((line) => (Array.isArray(line) ? line : (line as Asked).method)),
      [
        [['mcp', '--name', 'Codex'], []],
        'initialize',
        'notifications/initialized',
        'tools/list',
        'tools/call',
      ],
    );
    assert.deepEqual((asked[4] as Asked).params, {
      name: 'recall',
      arguments: { query: 'access check' },
    });
  });

  it('is red, with the reason, for a command that is missing, ends, hangs, refuses or lies', async () => {
    await give('codex');
    const program = join(home, 'data', 'bin', 'waggle');
    rmSync(program);
    assert.match(
      failure(await verifyAccess(context, 'codex')).join(' '),
      /^launchFailed .* could not be started: .*ENOENT/,
    );
    place('#!/bin/sh\necho "waggle: no program" >&2; exit 4\n');
    assert.deepEqual(failure(await verifyAccess(context, 'codex')), [
      'launchFailed',
      '~/data/bin/waggle ended with 4: waggle: no program',
    ]);
    place('#!/bin/sh\nexec /bin/cat >/dev/null\n');
    assert.deepEqual(failure(await verifyAccess(context, 'codex', 300)), [
      'launchFailed',
      '~/data/bin/waggle did not answer in time.',
    ]);
    place(bridge.replace('result: answers[method]', 'error: { code: -1, message: "no" }'));
    assert.deepEqual(failure(await verifyAccess(context, 'codex')), [
      'badRequest',
      'The server refuses initialize: no',
    ]);
    place(bridge.replace('"tools/list"', '"x"'));
    assert.deepEqual(failure(await verifyAccess(context, 'codex')), [
      'badRequest',
      "The server's answer to tools/list is none of MCP.",
    ]);
    place(
      bridge.replace(
        '"content":[{"type":"text","text":"nothing yet"}]',
        '"isError":true,"content":[{"type":"text","text":"broken"}]',
      ),
    );
    assert.deepEqual(failure(await verifyAccess(context, 'codex')), [
      'internal',
      'The tool "recall" failed: broken',
    ]);
  });

  it('asks its helper for the bearer and speaks to the daemon, answered as JSON or as a stream', async () => {
    const seen: unknown[] = [];
    await serve(({ method, id }, headers) => {
      seen.push([
        method,
        headers.authorization?.replace(/\d+$/, 'port'),
        headers['mcp-session-id'],
        headers['mcp-protocol-version'],
      ]);
      if (id === undefined) return { status: 202, body: '' };
      const body = JSON.stringify({ jsonrpc: '2.0', id, result: results[method] });
      if (method !== 'tools/call') return { body };
      return {
        type: 'text/event-stream',
        body: `event: message\ndata: {"method":"x"}\n\ndata: ${body}\n\n`,
      };
    });
    await give('claude');
    place(helper);
    const verdict = await verifyAccess(context, 'claude');
    assert.equal(verdict.ok, true, JSON.stringify(verdict));
    const bearer = 'Bearer tools-headers-claude-port';
    assert.deepEqual(seen, [
      ['initialize', bearer, undefined, undefined],
      ...['notifications/initialized', 'tools/list', 'tools/call', 'end'].map((method) => [
        method,
        bearer,
        's1',
        '2025-06-18',
      ]),
    ]);
  });

  it('is red for a bearer that is refused or cannot be had, and for nobody at the port', async () => {
    await serve(() => ({ status: 401, body: '{}' }));
    await give('claude');
    place(helper);
    assert.deepEqual(failure(await verifyAccess(context, 'claude')), [
      'unauthenticated',
      'The server refuses the bearer (401).',
    ]);
    place('#!/bin/sh\necho "waggle: another port" >&2; exit 1\n');
    assert.deepEqual(failure(await verifyAccess(context, 'claude')), [
      'launchFailed',
      'The bearer could not be fetched: waggle: another port',
    ]);
    place(helper);
    server?.close();
    server?.closeAllConnections();
    assert.equal(failure(await verifyAccess(context, 'claude'))[0], 'daemonUnreachable');
  });

  it('is not tried when it is none of ours, or leads to another machine', async () => {
    assert.deepEqual(failure(await verifyAccess(context, 'codex')), [
      'notFound',
      'There is no entry of ours.',
    ]);
    const entry = {
      type: 'http',
      url: 'http://example.test/mcp',
      headersHelper: '/x/waggle tools headers claude 1',
    };
    const foreign = { ...entry, headersHelper: '/x/waggle tools headers claude 1; rm x' };
    for (const [written, code] of [
      [entry, 'badRequest'],
      [foreign, 'notFound'],
    ] as const) {
      writeFileSync(
        join(home, '.claude.json'),
        JSON.stringify({ mcpServers: { waggle: written } }),
      );
      assert.equal(failure(await verifyAccess(context, 'claude'))[0], code);
    }
  });
});

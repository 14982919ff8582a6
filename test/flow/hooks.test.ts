/** What agents report to the daemon beside their output: over HTTP, over the socket, and by a stream of their own. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import type { Session } from '../../protocol/session/session.ts';
import { openActor, readWhy, say, shown, untilSaid } from './agentHome.ts';
import { exchange } from './rawClient.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('hooks of agents', function () {
  this.timeout(60_000);
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    this.timeout(120_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  const port = (): number => readRuntimeFile(home.paths)?.port ?? 0;
  const hookFile = (session: Session): string =>
    join(home.paths.home, 'hooks', `${session.id}.json`);

  interface Post {
    readonly path: string;
    readonly token: string;
    readonly body: string;
    readonly headers?: readonly string[];
  }

  /** The whole answer; empty when the daemon just closed. */
  function post({ path, token, body, headers = [] }: Post): Promise<string> {
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port()}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Connection: close',
      ...(headers.some((line) => line.startsWith('Transfer'))
        ? []
        : [`Content-Length: ${Buffer.byteLength(body)}`]),
      ...headers,
    ];
    return exchange(port(), `${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  async function openClaude(...given: string[]) {
    const { session, screen } = await openActor(home, link, { agent: 'claude', arguments: given });
    const token = shown(screen, 'token').split('.')[1] ?? '';
    const conversationId = session.conversations[0]?.id ?? '';
    const report = (event: string, more: object = {}, path = `/hooks/${session.id}`) =>
      post({
        path,
        token,
        body: JSON.stringify({ hook_event_name: event, session_id: conversationId, ...more }),
      });
    return { session, screen, token, report };
  }

  it('of Claude Code run our command, by a file for this run alone, and what is posted counts the same', async () => {
    const { session, screen, token, report } = await openClaude();
    assert.match(
      shown(screen, 'args'),
      new RegExp(`^--mcp-config=\\S+ --session-id [0-9a-f-]{36} --settings ${hookFile(session)}$`),
    );
    assert.equal(statSync(hookFile(session)).mode & 0o777, 0o600);
    const text = readFileSync(hookFile(session), 'utf8');
    assert.ok(text.includes(`'${join(home.paths.home, 'bin', 'waggle')}' hook claude`));
    assert.ok(!text.includes('http') && !text.includes(token));
    assert.ok(!session.argv.includes('--settings'), 'the person’s own command stays as it was');
    assert.ok(
      (await report('UserPromptSubmit', { prompt: 'secret words' })).endsWith('\r\n\r\n{}'),
    );
    await untilSaid(link, session, ['working', 'hook']);
    await report('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'npm test' } });
    const asking = await untilSaid(link, session, ['asking', 'hook']);
    assert.deepEqual(
      [asking.attention.sentence, asking.chosen?.rule, asking.chosen?.evidence],
      [
        'wants to run `npm test`',
        'hook.claude.PermissionRequest',
        'PermissionRequest tool_name=Bash',
      ],
    );
    await report('Stop', { last_assistant_message: 'secret words' });
    await untilSaid(link, session, ['finished', 'hook']);
    const { needs } = await link.call('attention/list', {});
    assert.ok(needs.some((need) => need.id === session.id && need.kind === 'finished'));
    const log = readFileSync(home.paths.logFile, 'utf8');
    assert.ok(!log.includes('secret words') && !log.includes(token));
    await link.call('session/kill', { sessionId: session.id });
    await link.call('session/delete', { sessionId: session.id });
    assert.equal(existsSync(hookFile(session)), false);
  });

  it('are left out when the person gave settings, started something else, or nothing may be written', async () => {
    const own = await openClaude('--settings', 'mine.json');
    assert.ok(!shown(own.screen, 'args').includes('hooks'));
    const inner = await openClaude('mcp', 'list');
    assert.equal(shown(inner.screen, 'args'), 'mcp list');
    const before = readdirSync(join(home.paths.home, 'hooks'));
    const environment = { ...home.env, PATH: `${join(home.folder, '..', 'actors')}:/usr/bin:/bin` };
    const hidden = await home.openSession(link, { agent: 'claude', private: true, environment });
    assert.deepEqual(readdirSync(join(home.paths.home, 'hooks')), before);
    await link.call('session/kill', { sessionId: hidden.id });
  });

  it('are outranked by what the agent says itself, and why tells both', async () => {
    const { session, screen, report } = await openClaude();
    await report('UserPromptSubmit');
    await untilSaid(link, session, ['working', 'hook']);
    await say(screen, '\u001b]7501;state=done:app=claude-code\u0007');
    const why = await untilSaid(link, session, ['finished', 'status']);
    assert.deepEqual(
      why.outranked.map(({ signal, reason }) => [signal.authority, signal.state, reason]),
      [['hook', 'working', 'lowerAuthority']],
    );
    assert.deepEqual(
      [why.chosen?.evidence, why.chosen?.generation, typeof why.chosen?.seq],
      ['state=done:app=claude-code', session.generation, 'number'],
    );
  });

  it('are refused to whoever is not the session: by token, origin and host', async () => {
    const { session, token, report } = await openClaude();
    const other = await openClaude();
    const path = `/hooks/${session.id}`;
    const body = '{"hook_event_name":"Stop"}';
    const status = async (over: Partial<Post>): Promise<string | undefined> =>
      /^HTTP\/1\.1 (\d+)/.exec(await post({ path, token, body, ...over }))?.[1];
    assert.deepEqual(
      [
        await status({ token: other.token }),
        await status({ headers: ['Origin: http://evil.example'] }),
        await status({ headers: ['Origin: null'] }),
        await status({ path: '/hooks/' }),
        await status({ path: `${path}/more` }),
        await status({ path: '/hooks/nobody' }),
        await status({ token: 'f'.repeat(64) }),
      ],
      ['403', '403', '403', '404', '404', '404', '401'],
    );
    assert.equal((await readWhy(link, session)).chosen, null);
    // The wrong token is remembered for a while.
    await until(async () => (await report('Stop')).includes(' 200 '), 'the right one counts');
    await untilSaid(link, session, ['finished', 'hook']);
  });

  it('may send anything: too much, garbage and depths are refused, and the daemon lives on', async () => {
    const { session, token, report } = await openClaude();
    const path = `/hooks/${session.id}`;
    const status = async (over: Partial<Post>): Promise<string | undefined> =>
      /^HTTP\/1\.1 (\d+)/.exec(await post({ path, token, body: '', ...over }))?.[1];
    const huge = 'x'.repeat(10 * 1024 * 1024);
    const chunked = `${huge.length.toString(16)}\r\n${huge}\r\n0\r\n\r\n`;
    const chunks = { headers: ['Transfer-Encoding: chunked'] };
    assert.ok([undefined, '413'].includes(await status({ body: huge })));
    assert.ok([undefined, '413'].includes(await status({ body: chunked, ...chunks })));
    const deep = `{"hook_event_name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    assert.deepEqual(
      [
        await status({ body: '{' }),
        await status({ body: 'null' }),
        await status({ body: '[1]' }),
        await status({ body: deep }),
        await status({ body: '{"hook_event_name":"Stop\\u001b[2J\\u202e<b>"}' }),
      ],
      ['400', '400', '400', '200', '200'],
    );
    await until(
      async () => (await readWhy(link, session)).ignored.length === 2,
      'both are ignored with a reason',
    );
    const { ignored, chosen } = await readWhy(link, session);
    assert.equal(ignored[0]?.evidence, 'Stop\\u{1b}[2J\\u{202e}<b>');
    assert.equal(chosen, null);
    await report('Stop');
    await untilSaid(link, session, ['finished', 'hook']);
  });

  it('say nothing about the session when another talk inside it, or an earlier process, reports', async () => {
    const { session, screen, report } = await openClaude();
    await report('Stop', { session_id: '00000000-0000-4000-8000-000000000000' });
    await until(async () => (await readWhy(link, session)).ignored.length === 1, 'the strange one');
    await report('Stop', {}, `/hooks/${session.id}?generation=7`);
    await until(async () => (await readWhy(link, session)).ignored.length === 2, 'the early one');
    const { chosen, ignored } = await readWhy(link, session);
    assert.deepEqual(
      [chosen, ignored.map(({ reason }) => reason)],
      [
        null,
        [
          'An earlier process of the session said it.',
          'Another conversation that runs inside the session reported it.',
        ],
      ],
    );
    assert.equal(screen.gaps, 0);
    const { conversations } = (await link.call('session/get', { sessionId: session.id })).session;
    assert.equal(conversations.length, 1);
  });

  it('are brought by the command when the agent runs programs, which is silent whatever happens', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'codex' });
    const notify = /-c notify=(\[.*?\])/.exec(shown(screen, 'args'))?.[1] ?? '[]';
    assert.deepEqual(JSON.parse(notify), [join(home.paths.home, 'bin', 'waggle'), 'hook', 'codex']);
    const command = `'${process.execPath}' '${join(home.program, 'waggle.cjs')}' hook codex`;
    const id = '01a1f7db-fa2f-7e12-95f4-6c0c7e60d6b5';
    const turn = (messages: string[]): string =>
      JSON.stringify({ type: 'agent-turn-complete', 'thread-id': id, 'input-messages': messages });
    await screen.type(
      `${command} '${turn(['Generate a concise, single-line task title for'])}'; echo "one:$?"\n`,
    );
    await screen.waitFor('one:0');
    assert.equal((await readWhy(link, session)).chosen, null);
    await screen.type(`${command} '${turn(['hello'])}'; echo "two:$?"\n`);
    await screen.waitFor('two:0');
    await untilSaid(link, session, ['finished', 'hook']);
    const { conversations } = (await link.call('session/get', { sessionId: session.id })).session;
    assert.deepEqual(
      conversations.map((one) => [one.id, one.source]),
      [[id, 'hook']],
    );
    const before = screen.text.length;
    await screen.type(
      `${command} nonsense; ${command}; env -u WAGGLE_TOKEN ${command} '{}'; echo "three:$?"\n`,
    );
    // The second one reads its report from the terminal.
    await screen.type('\u0004');
    await screen.waitFor('three:0');
    assert.match(screen.text.slice(before), /^\s*three:0\s*$/);
  });

  it('come from the stream of opencode, also after a restart of the daemon, until its process ends', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'opencode' });
    const send = (type: string, properties: object): Promise<string> =>
      screen.type(`${JSON.stringify({ type, properties })}\n`);
    await untilSaid(link, session, ['idle', 'hook']);
    await screen.waitFor('listeners=1=');
    await send('session.status', { sessionID: 's1', status: { type: 'busy' } });
    await untilSaid(link, session, ['working', 'hook']);
    await send('permission.asked', {
      id: 'p1',
      sessionID: 's1',
      permission: 'bash',
      patterns: ['touch zz'],
    });
    const asking = await untilSaid(link, session, ['asking', 'hook']);
    assert.equal(asking.attention.sentence, 'wants to run `touch zz`');
    await send('permission.replied', { sessionID: 's1', requestID: 'p1', reply: 'once' });
    await untilSaid(link, session, ['working', 'hook']);
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    await screen.waitFor('listeners=2=');
    await send('session.status', { sessionID: 's1', status: { type: 'idle' } });
    await untilSaid(link, session, ['finished', 'hook']);
    await link.call('session/kill', { sessionId: session.id });
    const { chosen, attention } = await readWhy(link, session);
    assert.deepEqual([attention.state, chosen?.authority], ['killed', 'process']);
  });

  it('cannot be told of another session, nor asked why of one', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'gemini' });
    assert.equal(shown(screen, 'settings'), '', 'others can write above this data directory');
    const other = await openActor(home, link, { agent: 'gemini' });
    const inside = await home.connect('inside', shown(screen, 'token'));
    const payload = { hook_event_name: 'BeforeAgent' };
    assert.deepEqual(await inside.call('attention/hook', { agent: 'gemini', payload }), {
      taken: true,
    });
    await untilSaid(link, session, ['working', 'hook']);
    assert.equal((await readWhy(link, other.session)).chosen, null);
    assert.equal((await readWhy(inside, session)).chosen?.rule, 'hook.gemini.BeforeAgent');
    await assert.rejects(readWhy(inside, other.session), { code: 'forbidden' });
    await assert.rejects(link.call('attention/hook', { agent: 'gemini', payload }), {
      code: 'badRequest',
    });
    const wrong = await inside.call('attention/hook', {
      agent: 'codex',
      payload: { type: 'agent-turn-complete' },
    });
    assert.deepEqual(wrong, { taken: false, reason: 'It is not the agent of the session.' });
  });

  it('and reports survive a restart of the daemon, what was said meanwhile included; a new process starts afresh', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'claude' });
    await say(screen, '\u001b]7501;state=working:app=claude-code\u0007');
    await untilSaid(link, session, ['working', 'status']);
    await home.killDaemon();
    await say(screen, '\u001b]7501;state=blocked:kind=question\u0007');
    await home.startDaemon();
    link = await home.connect('window-2');
    await untilSaid(link, session, ['asking', 'status']);
    await say(screen, '\u001b]7501;state=done\u0007');
    await untilSaid(link, session, ['finished', 'status']);
    await link.call('session/kill', { sessionId: session.id });
    const environment = { ...home.env, PATH: `${join(home.folder, '..', 'actors')}:/usr/bin:/bin` };
    await link.call('session/restart', { sessionId: session.id, environment });
    const again = await readWhy(link, session);
    assert.deepEqual([again.attention.state, again.chosen, again.outranked], ['unknown', null, []]);
  });
});

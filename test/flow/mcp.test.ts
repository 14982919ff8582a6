/** The tools of agents as whoever asks for them meets them: who is let in, what is answered, what is done and how often. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { ActedSession } from './agentHome.ts';
import { openActor, say, shown } from './agentHome.ts';
import type { Ask, Said } from './mcpRequest.ts';
import { ask, call, modern, outcomeOf } from './mcpRequest.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('the tools of agents', function () {
  this.timeout(60_000);
  let home: SessionHome;
  let link: DaemonLink;
  let actor: ActedSession;
  let token: string;

  before(async function () {
    this.timeout(120_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
    actor = await openActor(home, link, { agent: 'claude' });
    token = tokenOf(actor);
    await link.call('mcp/choose', { folder: home.folder, choice: 'all' });
  });
  after(() => home.close());

  const port = (): number => readRuntimeFile(home.paths)?.port ?? 0;
  const tokenOf = ({ screen }: ActedSession): string => shown(screen, 'token').split('.')[1] ?? '';
  const request = (body: unknown, over: Partial<Ask> = {}): Promise<Said> =>
    ask({ port: port(), token, body, ...over });
  const use = async (name: string, given: object = {}, over: Partial<Ask> = {}): Promise<unknown> =>
    outcomeOf(await request(call(name, given), over));
  const named = async (over: Partial<Ask> = {}): Promise<string[]> => {
    const { message } = await request(modern('tools/list'), over);
    const tools = message?.result?.['tools'] as readonly { name: string }[] | undefined;
    return (tools ?? []).map(({ name }) => name);
  };
  const initialize = (protocolVersion = '2025-11-25', id: unknown = 1) => ({
    ...{ jsonrpc: '2.0', id, method: 'initialize' },
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  const sessionIn = ({ head }: Said): string => /mcp-session-id: (\S+)/i.exec(head)?.[1] ?? '';

  it('are told to nobody who comes from another page, by another name, or without a token that counts', async () => {
    const list = modern('tools/list');
    const statuses = async (over: Partial<Ask>): Promise<number> =>
      (await request(list, over)).status;
    const local = `127.0.0.1:${port()}`;
    assert.deepEqual(
      {
        foreign: await statuses({ headers: { Origin: 'http://evil.test' } }),
        otherPort: await statuses({ headers: { Origin: 'http://localhost:1' } }),
        none: await statuses({ headers: { Origin: 'null' } }),
        rebound: await statuses({ headers: { Host: `rebind.test:${port()}` } }),
        crossSite: await statuses({ headers: { 'Sec-Fetch-Site': 'cross-site' } }),
        text: await statuses({ headers: { 'Content-Type': 'text/plain' } }),
        own: await statuses({ headers: { Host: local, Origin: `http://${local}` } }),
        without: await statuses({ token: undefined }),
        wrong: await statuses({ token: '0'.repeat(64) }),
        owner: await statuses({ token: readFileSync(home.paths.ownerTokenFile, 'utf8').trim() }),
      },
      {
        ...{ foreign: 403, otherPort: 403, none: 403, rebound: 403, crossSite: 403, text: 415 },
        ...{ own: 200, without: 401, wrong: 401, owner: 401 },
      },
    );
    const answer = await request(list);
    assert.ok(!/access-control-/i.test(answer.head));
    assert.match(answer.head, /x-accel-buffering: no/i);
  });

  it('are not told to a connector that was revoked or is over, and nobody is slowed down by one', async () => {
    const { connector, token: connected } = await link.call('token/createConnector', {
      name: 'Cursor',
    });
    assert.ok((await named({ token: connected })).includes('recall'));
    const past = new Date(Date.now() - 1000).toISOString();
    const over = await link.call('token/createConnector', { name: 'late', expiresAt: past });
    await link.call('token/revokeConnector', { id: connector.id });
    for (let time = 0; time < 12; time += 1) {
      const { status } = await request(modern('tools/list'), { token: connected });
      assert.equal(status, 401);
    }
    assert.equal((await request(modern('tools/list'), { token: over.token })).status, 401);
    assert.equal((await request(modern('tools/list'))).status, 200);
    const { connectors } = await link.call('token/listConnectors', {});
    assert.deepEqual(
      connectors.map(({ name }) => name),
      ['late'],
    );
    await link.call('token/revokeConnector', { id: over.connector.id });
  });

  it('are asked for by headers that say what the body says', async () => {
    const list = modern('tools/list');
    const codeOf = async (body: unknown, headers: Record<string, string>): Promise<unknown> => {
      const { status, message } = await request(body, { headers });
      return [status, message?.error?.code];
    };
    const old = modern('tools/list', {
      _meta: { 'io.modelcontextprotocol/protocolVersion': '1999-01-01' },
    });
    assert.deepEqual(
      {
        method: await codeOf(list, { 'Mcp-Method': 'tools/call' }),
        noMethod: await codeOf(list, { 'Mcp-Method': '' }),
        name: await codeOf(call('notify', { message: 'x' }), { 'Mcp-Name': 'recall' }),
        noName: await codeOf(call('list_sessions'), { 'Mcp-Name': '' }),
        encoded: await codeOf(call('list_sessions'), {
          'Mcp-Name': `=?base64?${Buffer.from('list_sessions').toString('base64')}?=`,
        }),
        lying: await codeOf(list, { 'MCP-Protocol-Version': '2025-06-18' }),
        noVersion: await codeOf(list, { 'MCP-Protocol-Version': '' }),
        unknown: await codeOf(modern('tools/guess'), {}),
        unsupported: (await codeOf(old, { 'MCP-Protocol-Version': '1999-01-01' })) as unknown,
      },
      {
        ...{ method: [400, -32_020], noMethod: [400, -32_020], name: [400, -32_020] },
        ...{ noName: [400, -32_020], encoded: [200, undefined], lying: [400, -32_020] },
        ...{ noVersion: [400, -32_020], unknown: [404, -32_601], unsupported: [400, -32_022] },
      },
    );
    for (const method of ['GET', 'DELETE']) {
      const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Session-Id': 'x' };
      const { status, head } = await request(undefined, { method, headers });
      assert.deepEqual([method, status, /allow: POST/i.test(head)], [method, 405, true]);
    }
    const discovered = await request(modern('server/discover'));
    assert.equal(discovered.status, 200);
  });

  it('are found by older clients in sessions of their own token, which end when they are told to', async () => {
    const opened = await request(initialize());
    assert.equal(opened.message?.result?.['protocolVersion'], '2025-11-25');
    const headers = { 'Mcp-Session-Id': sessionIn(opened) };
    assert.match(headers['Mcp-Session-Id'], /^[0-9a-f]{32}$/);
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    assert.equal((await request(list, { headers })).status, 200);
    const other = await link.call('token/createConnector', { name: 'other' });
    assert.equal((await request(list, { headers, token: other.token })).status, 404);
    assert.equal((await request(list)).status, 400);
    const older = await request(initialize('2024-11-05'));
    assert.equal(older.message?.result?.['protocolVersion'], '2025-11-25');
    const lie = { ...headers, 'MCP-Protocol-Version': '2024-11-05' };
    assert.equal((await request(list, { headers: lie })).status, 400);
    assert.equal((await request(undefined, { method: 'DELETE', headers })).status, 200);
    assert.equal((await request(list, { headers })).status, 404);
    await link.call('token/revokeConnector', { id: other.connector.id });
  });

  it('answer each who asks with the same id his own', async () => {
    const connectors = await Promise.all(
      ['one', 'two'].map((name) => link.call('token/createConnector', { name })),
    );
    const tokens = [token, ...connectors.map((made) => made.token)];
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, at) => {
        const said = await request(call('list_sessions'), {
          token: tokens[at % 3],
          headers: { 'Waggle-Folder': home.folder },
        });
        return (outcomeOf(said) as { sessions: unknown[] }).sessions.length;
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 24 }, (_, at) => (at % 3 === 0 ? 1 : 0)),
    );
    for (const { connector } of connectors)
      await link.call('token/revokeConnector', { id: connector.id });
  });

  it('do once what is asked for twice with one key, however the first answer was cut', async () => {
    const whole = (await request(call('notify', { message: 'whole', idempotencyKey: 'key-whole' })))
      .text.length;
    for (let at = 0; at <= whole; at += Math.ceil(whole / 7)) {
      const message = `cut ${at}`;
      const body = call('notify', { message, idempotencyKey: `key-${at}-cut` });
      await ask({ port: port(), token, body }, Math.max(1, at));
      assert.deepEqual(outcomeOf(await request(body)), { outcome: 'told' });
      assert.equal(await notices(message), 1);
    }
    const meta = { _meta: { 'claudecode/toolUseId': 'toolu_0123456789' } };
    for (const _ of [1, 2]) await request(call('notify', { message: 'by its id' }, meta));
    assert.equal(await notices('by its id'), 1);
    const other = { message: 'another', idempotencyKey: 'key-whole' };
    assert.equal(await use('notify', other), 'conflict');
  });

  it('do once what is asked for twice with one key, also when the daemon died in between', async () => {
    const other = await openActor(home, link, { agent: 'gemini' });
    await link.call('token/grant', {
      sessionId: actor.session.id,
      grants: ['readSessions', 'sendToSessions'],
    });
    await say(other.screen, '\\033]7501;state=idle:app=x\\007');
    const sessionId = other.session.id;
    const send = { sessionId, text: 'sentonce', idempotencyKey: 'dying-send' };
    await until(
      async () => typeof (await use('send_to_session', send)) !== 'string',
      'it takes a message',
    );
    await other.screen.waitFor('sentonce');
    // One who calls often is held back; this one has not called yet.
    const caller = await link.call('token/createConnector', { name: 'caller' });
    const over = { token: caller.token };
    const bodies = [
      call('send_to_session', send),
      call('remember', { text: 'Builds need two keys.', idempotencyKey: 'dying-fact' }),
      call('create_task', { title: 'Once', prompt: 'x', idempotencyKey: 'dying-task' }),
      call('update_note', { label: 'keys', append: 'one line', idempotencyKey: 'dying-note' }),
    ];
    const answers = async (): Promise<unknown[]> => {
      const given: unknown[] = [];
      for (const body of bodies) given.push(outcomeOf(await request(body)));
      const told = { message: 'before it died', idempotencyKey: 'dying-call' };
      return [...given, outcomeOf(await request(call('notify', told), over))];
    };
    const first = await answers();
    assert.ok(first.every((answer) => typeof answer === 'object' && answer !== null));
    const waiting = call('notify', {
      ...{ message: 'as it died', wait: true, idempotencyKey: 'dying-wait' },
    });
    const hanging = request(waiting, over);
    await until(async () => (await notices('as it died')) === 1, 'the person is called');
    const before = await doneSoFar(other.screen);
    await home.killDaemon();
    await hanging;
    await home.startDaemon();
    link = await home.connect('window-1');
    assert.deepEqual(await answers(), first);
    assert.equal(outcomeOf(await request(waiting, over)), 'conflict');
    assert.deepEqual(await doneSoFar(other.screen), before);
    const { blocks } = await link.call('memory/listBlocks', { place: { folder: home.folder } });
    for (const { id, label } of blocks)
      if (label === 'keys') await link.call('memory/removeBlock', { blockId: id });
    await link.call('token/revokeConnector', { id: caller.connector.id });
    await link.call('token/grant', { sessionId: actor.session.id, grants: [] });
    await link.call('session/kill', { sessionId });
  });

  /** What came of calls with a key that begins with "dying". */
  async function doneSoFar({ text: shownText }: ActedSession['screen']): Promise<unknown> {
    const place = { folder: home.folder };
    const { facts } = await link.call('memory/listFacts', { place });
    const { tasks } = await link.call('task/list', {});
    const { blocks } = await link.call('memory/listBlocks', { place });
    return {
      facts: facts.filter(({ text }) => text.includes('two keys')).length,
      tasks: tasks.filter(({ title }) => title === 'Once').length,
      notes: blocks.filter(({ label }) => label === 'keys').map(({ text }) => text),
      called: [await notices('before it died'), await notices('as it died')],
      sent: shownText.split('sentonce').length,
    };
  }

  async function notices(text: string): Promise<number> {
    const all = await link.call('attention/listNotices', { since: 0, limit: 500 });
    return all.notices.filter((notice) => notice.text === text).length;
  }

  it('stop at what they do when nobody waits for it any more, and tell who waits that they go on', async () => {
    const logged = (code: string): number =>
      readFileSync(home.paths.logFile, 'utf8').split(`"code":"${code}"`).length - 1;
    const before = logged('stopped');
    const other = await openActor(home, link, { agent: 'gemini' });
    await link.call('token/grant', { sessionId: actor.session.id, grants: ['readSessions'] });
    await say(other.screen, '\\033]7501;state=working:app=x\\007');
    await until(async () => {
      const { session } = await link.call('session/get', { sessionId: other.session.id });
      return session.attention.state === 'working';
    }, 'it works');
    const given = { sessionId: other.session.id, waitSeconds: 60 };
    const wait = call('read_session', given, { _meta: { progressToken: 'p' } });
    const cut = await ask({ port: port(), token, body: wait }, 1);
    assert.match(cut.head, /text\/event-stream/);
    const waiting = request(wait);
    await until(() => logged('stopped') > before, 'the call that was cut has stopped');
    await say(other.screen, '\\033]7501;state=done:app=x\\007');
    const said = await waiting;
    assert.match(said.text, /notifications\/progress.*still working/);
    assert.equal((outcomeOf(said) as { state: string }).state, 'finished');
    await link.call('token/grant', { sessionId: actor.session.id, grants: [] });
    await link.call('session/kill', { sessionId: other.session.id });
  });

  it('show an agent its own session, and others only as far as a person allowed it', async () => {
    const other = await openActor(home, link, { agent: 'codex' });
    const { id } = other.session;
    const secret = await openPrivate();
    await say(other.screen, 'a needle in the hay\\n');
    assert.equal(await use('read_session', { sessionId: id }), 'notFound');
    assert.deepEqual(await listed(), [actor.session.id]);
    assert.equal(await use('send_to_session', { sessionId: id, text: 'x' }), 'forbidden');
    assert.deepEqual(await hits('needle in the hay'), []);
    await link.call('token/grant', { sessionId: actor.session.id, grants: ['readSessions'] });
    assert.deepEqual(new Set(await listed()), new Set([actor.session.id, id]));
    await until(async () => (await hits('needle in the hay')).includes(id), 'the line is found');
    assert.equal(await use('read_session', { sessionId: secret.id }), 'notFound');
    assert.equal(await use('send_to_session', { sessionId: id, text: 'x' }), 'forbidden');
    const { grants } = await link.call('token/grant', {
      sessionId: actor.session.id,
      grants: ['readSessions', 'sendToSessions'],
    });
    assert.deepEqual(grants, ['readSessions', 'sendToSessions']);
    assert.equal(await use('send_to_session', { sessionId: id, text: 'x' }), 'conflict');
    await say(other.screen, '\\033]7501;state=idle:app=x\\007');
    await until(async () => {
      const text = ': \u001b]0;evil\u0007 hello\nthere';
      return typeof (await use('send_to_session', { sessionId: id, text })) !== 'string';
    }, 'it takes a message');
    await other.screen.waitFor('[Message');
    assert.ok(!other.screen.text.includes('evil\u0007'));
    await say(other.screen, '\\033]7501;state=blocked:app=x:kind=permission\\007');
    await until(
      async () => (await use('send_to_session', { sessionId: id, text: 'y' })) === 'conflict',
      'nothing is sent to what asks a person',
    );
    await link.call('token/grant', { sessionId: actor.session.id, grants: [] });
    assert.deepEqual(await listed(), [actor.session.id]);
    await link.call('session/kill', { sessionId: id });
    await link.call('session/kill', { sessionId: secret.id });
  });

  async function openPrivate(): Promise<Session> {
    return home.openSession(link, { private: true });
  }
  async function listed(): Promise<string[]> {
    const { sessions } = (await use('list_sessions')) as { sessions: { sessionId: string }[] };
    return sessions.map(({ sessionId }) => sessionId);
  }
  async function hits(query: string): Promise<string[]> {
    const found = (await use('search', { query })) as { hits: { sessionId: string }[] };
    return found.hits.map(({ sessionId }) => sessionId);
  }

  it('are those that the person chose for the repository, in one order, and small', async () => {
    const all = await named();
    assert.deepEqual(all, [
      ...['recall', 'remember', 'forget', 'read_notes', 'update_note', 'notify', 'search'],
      ...['list_sessions', 'read_session'],
      ...['report_task', 'show_tasks', 'create_task'],
    ]);
    assert.deepEqual(await named(), all);
    const choose = (choice: 'off' | 'core' | 'all' | null) =>
      link.call('mcp/choose', { folder: home.folder, choice });
    const { choice } = await choose(null);
    assert.equal(choice, 'core');
    assert.deepEqual(await named(), [...all.slice(0, 7), 'report_task']);
    assert.equal(await use('list_sessions'), 'forbidden');
    assert.deepEqual(await addresses(), [
      'waggle://facts/{id}',
      'waggle://notes/repository',
      'waggle://notes/role',
    ]);
    const described = await link.call('mcp/describe', { sessionId: actor.session.id });
    assert.ok(described.tokens > 300 && described.tokens <= 1500, String(described.tokens));
    assert.equal(described.noteTokens, 0);
    await choose('off');
    assert.deepEqual([await named(), await addresses()], [[], []]);
    const off = await request(modern('resources/read', { uri: 'waggle://notes/repository' }));
    assert.equal(off.message?.error?.code, -32_602);
    assert.equal((await link.call('mcp/describe', { sessionId: actor.session.id })).tokens, 0);
    const without = await openActor(home, link, { agent: 'claude' });
    assert.ok(!shown(without.screen, 'args').includes('--mcp-config'));
    await link.call('session/kill', { sessionId: without.session.id });
    await choose('all');
  });

  async function addresses(): Promise<string[]> {
    const listed = await request(modern('resources/list'));
    const templates = await request(modern('resources/templates/list'));
    const found = JSON.stringify([listed.message?.result, templates.message?.result]);
    return [...found.matchAll(/"uri(?:Template)?":"([^"]+)"/g)]
      .map(([, uri = '']) => uri)
      .toSorted();
  }

  it('give by an address what its caller may see, and nothing of other repositories', async () => {
    const read = async (uri: string, over: Partial<Ask> = {}): Promise<unknown> => {
      const { message } = await request(modern('resources/read', { uri }), over);
      const contents = message?.result?.['contents'] as readonly { text: string }[] | undefined;
      return contents?.[0]?.text ?? message?.error?.code;
    };
    const { id } = (await use('remember', { text: 'Read me by my address.' })) as { id: string };
    const made = await use('create_task', { title: 'By address', prompt: 'x' });
    const { taskId } = made as { taskId: string };
    assert.match(String(await read(`waggle://facts/${id}`)), /Follow no instruction[^]*my address/);
    assert.match(String(await read(`waggle://tasks/${taskId}`)), /By address/);
    const elsewhere = await link.call('token/createConnector', { name: 'elsewhere' });
    const over = { token: elsewhere.token };
    for (const uri of [`facts/${id}`, `tasks/${taskId}`, `facts/${taskId}`, 'facts/../x', 'no'])
      assert.equal(await read(`waggle://${uri}`, over), -32_602);
    assert.equal(await read('waggle://notes/repository', over), 'There are no notes yet.');
    await link.call('token/revokeConnector', { id: elsewhere.connector.id });
  });

  it('are found by agents that start here, by a file that holds no secret', () => {
    const file = /--mcp-config=(\S+)/.exec(shown(actor.screen, 'args'))?.[1] ?? '';
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(`http://127.0.0.1:${port()}/mcp`));
    assert.ok(!text.includes(token) && text.includes('${WAGGLE_HOOK_TOKEN}'));
  });

  it('say what is wrong with a call and what to do about it', async () => {
    assert.equal(await use('remember', { text: 'x'.repeat(3000) }), 'badRequest');
    assert.equal(await use('remember', { text: 'x', more: 1 }), 'badRequest');
    assert.equal(await use('update_note', { label: 'project' }), 'badRequest');
    const { message } = await request(call('no_such_tool'));
    assert.equal(message?.error?.code, -32_602);
    const huge = await request(call('remember', { text: 'x'.repeat(400_000) }));
    assert.equal(huge.status, 413);
    assert.equal((await request(modern('tools/list'))).status, 200);
  });

  it('reach nothing else with a connector, and end with what it belongs to', async () => {
    const made = await link.call('token/createConnector', { name: 'Cursor' });
    const over = { token: made.token, headers: { 'Waggle-Folder': home.folder } };
    assert.deepEqual(await use('notify', { message: 'from elsewhere' }, over), { outcome: 'told' });
    await assert.rejects(home.connect('intruder', `${made.connector.id}.${made.token}`), {
      code: 'unauthenticated',
    });
    const passing = await home.connect('bridge');
    const bound = await passing.call('token/createConnector', {
      name: 'bridge',
      lifetime: 'connection',
    });
    assert.equal((await request(modern('tools/list'), { token: bound.token })).status, 200);
    passing.dispose();
    await until(
      async () => (await request(modern('tools/list'), { token: bound.token })).status === 401,
      'it ends with its connection',
    );
    await link.call('session/kill', { sessionId: actor.session.id });
    await link.call('session/delete', { sessionId: actor.session.id });
    assert.equal((await request(modern('tools/list'))).status, 401);
  });
});

/** The real Codex in chats of the real daemon. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { SessionHome } from '../flow/sessionHome.ts';
import { ChatReader } from '../support/chatReader.ts';
import { offerAgent } from './support/claudeSession.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';
import type { ModelServer } from './support/modelServer.ts';
import { startModelServer } from './support/modelServer.ts';

describe('Codex in a chat', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let codex: CodexHome;
  let server: ModelServer;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    const { codex: path } = await installAgents();
    server = await startModelServer();
    codex = createCodexHome({ baseUrl: server.url });
    home = await SessionHome.open();
    link = await home.connect('window-0');
    await offerAgent(home, link, { name: 'codex', path });
  });

  after(async () => {
    await home?.close();
    await server?.stop();
    await codex?.stop();
  });

  const create = async (): Promise<ChatReader> => {
    const environment = { ...codex.env };
    const chat = { agent: 'codex', cwd: codex.cwd, environment };
    const { session } = await link.call('chat/create', chat);
    return ChatReader.open(link, session.id);
  };
  const close = async ({ sessionId }: ChatReader): Promise<void> => {
    await link.call('session/kill', { sessionId });
    assert.deepEqual(home.processesOf(sessionId), []);
    await link.call('session/delete', { sessionId });
  };
  const isThere = (name: string): boolean => existsSync(join(codex.cwd, name));

  it('streams thinking and text', async () => {
    const chat = await create();
    const ended = await chat.turn('hello [[think hm]] [[say Hello from the script.]]');
    assert.deepEqual(
      [chat.kinds, chat.texts, ended.outcome, (ended.usage?.inputTokens ?? 0) > 0],
      [
        ['turnStarted', 'prompt', 'thinking', 'text', 'turnEnded'],
        ['Hello from the script.'],
        'completed',
        true,
      ],
    );
    assert.equal(chat.list('thinking')[0]?.text, 'hm');
    assert.ok(chat.chat.models.length > 0);
    await close(chat);
  });

  it('runs a command when it was allowed, not when it was denied, and hears why', async () => {
    const chat = await create();
    await chat.say('[[tool exec_command {"cmd":"touch c1"}]] [[say one]]');
    const first = await chat.untilAsked();
    assert.deepEqual([first.tool, first.line, isThere('c1')], ['shell', '$ touch c1', false]);
    const other = await ChatReader.open(await home.connect('window-1'), chat.sessionId);
    const answers = await Promise.allSettled([
      chat.answer(first, { behavior: 'allow' }),
      other.answer(await other.untilAsked(), { behavior: 'deny', interrupt: false }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    await chat.untilTurns(1);
    await other.untilTurns(1);
    assert.deepEqual(other.texts, chat.texts);
    await chat.say('[[tool exec_command {"cmd":"touch c2"}]] [[say two]]');
    const second = await chat.untilAsked();
    const why = 'not that one';
    await chat.answer(second, { behavior: 'deny', message: why, interrupt: false });
    await chat.untilTurns(2);
    await server.untilRequest(({ body }) => JSON.stringify(body).includes(why));
    assert.deepEqual(
      [isThere('c1'), isThere('c2'), chat.list('tool').map(({ status }) => status)],
      [true, false, ['done', 'denied']],
    );
    await close(chat);
  });

  it('interrupts a turn, and goes on', async () => {
    const chat = await create();
    await chat.say('[[say aaaaaaaaaaaaaaaaaaaa]] [[hang]]');
    await chat.until(() => chat.texts.some((text) => text !== ''), 'the first text');
    await link.call('chat/interrupt', { sessionId: chat.sessionId });
    assert.equal((await chat.untilTurns(1)).outcome, 'interrupted');
    assert.equal((await chat.turn('[[say on]]')).outcome, 'completed');
    await close(chat);
  });

  it('tells errors of the model', async () => {
    for (const status of ['400 invalid_request_error', '500 api_error', '429 rate_limit_error']) {
      const chat = await create();
      const { outcome, reason } = await chat.turn(`[[error ${status}]]`);
      assert.deepEqual([outcome, reason !== ''], ['failed', true], reason);
      await close(chat);
    }
    const cutting = await create();
    assert.equal((await cutting.turn('[[say partial]] [[drop]]')).outcome, 'failed');
    await close(cutting);
    const refused = await create();
    await refused.turn('[[error 401 authentication_error]]');
    assert.equal(refused.list('error').at(-1)?.code, 'signIn');
    await close(refused);
  });

  it('takes a prompt of 500 kB, and knows our tools without asking and without a secret in its arguments', async () => {
    const chat = await create();
    const long = 'x'.repeat(500_000);
    const read = await chat.turn(`${long} [[say Read all of it.]]`);
    const arrived = server.requests.some(({ body }) => JSON.stringify(body).includes(long));
    assert.deepEqual([read.outcome, chat.texts, arrived], ['completed', ['Read all of it.'], true]);
    const query = JSON.stringify({ query: 'the cellar' });
    await chat.turn(`[[tool mcp__waggle/recall ${query}]] [[say known]]`);
    assert.deepEqual([chat.list('permission'), chat.list('tool')[0]?.status], [[], 'done']);
    const { session } = await link.call('session/get', { sessionId: chat.sessionId });
    assert.ok(session.argv.includes('app-server'));
    assert.ok(!/[0-9a-f]{64}/.test(session.argv.join(' ')));
    await close(chat);
  });

  it('goes on with its conversation over a kill of its own, a fork and a kill of the daemon', async () => {
    const chat = await create();
    await chat.turn('[[say \\u0052emembered]]');
    const knows = (word: string): boolean =>
      JSON.stringify(server.requests.at(-1)?.body).includes(word);
    const { session } = await link.call('session/get', { sessionId: chat.sessionId });
    process.kill(session.pid ?? -1, 'SIGKILL');
    await chat.until(() => chat.chat.state === 'ended', 'its end');
    await chat.turn('[[say again]]', { ...codex.env });
    assert.deepEqual([chat.texts.at(-1), knows('Remembered')], ['again', true]);
    const environment = { ...codex.env };
    const forked = await link.call('chat/fork', { sessionId: chat.sessionId, environment });
    const fork = await ChatReader.open(link, forked.session.id);
    await fork.turn('[[say forked]]');
    assert.deepEqual([fork.texts, knows('Remembered')], [['Remembered', 'again', 'forked'], true]);
    await close(fork);
    await chat.say('[[say \\u0042efore]] [[wait gate]] [[say \\u0041fter]]');
    await server.untilWaiting('gate');
    await home.killDaemon();
    server.release('gate');
    await home.startDaemon();
    link = await home.connect('window-1');
    const later = await ChatReader.open(link, chat.sessionId);
    await later.untilTurns(3);
    assert.deepEqual(later.texts.slice(2), ['Before', 'After']);
    await close(later);
  });
});

/** The real Gemini CLI and opencode in chats of the real daemon, by the Agent Client Protocol. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { cacheDir } from '../../scripts/cache.ts';
import { SessionHome, until } from '../flow/sessionHome.ts';
import { ChatReader } from '../support/chatReader.ts';
import { offerAgent } from './support/claudeSession.ts';
import type { MoreAgents } from './support/install.ts';
import { installMoreAgents } from './support/install.ts';
import { typePrompt, untilShown } from './support/shownScreen.ts';
import type { ModelServer } from './support/modelServer.ts';
import { startModelServer } from './support/modelServer.ts';
import type { AgentHome } from './support/moreHomes.ts';
import { createGeminiHome, createOpencodeHome } from './support/moreHomes.ts';

interface Case {
  readonly agent: 'gemini' | 'opencode';
  readonly open: (url: string) => AgentHome;
  /** A step of the script that runs a command. */
  readonly run: (command: string) => string;
  /** How its model names our tool. */
  readonly recall: string;
  readonly acp: readonly string[];
  /** How often its model is asked when that fails once with what may pass. */
  readonly tries: number;
  /** Its terminal takes what a test types as soon as it shows an earlier conversation. */
  readonly isTypedInto: boolean;
}

const cases: readonly Case[] = [
  {
    agent: 'opencode',
    open: (url) => createOpencodeHome(url, true),
    run: (command) => `[[tool bash ${JSON.stringify({ command, description: 'does it' })}]]`,
    recall: 'waggle_recall',
    acp: ['acp'],
    tries: 2,
    isTypedInto: true,
  },
  {
    agent: 'gemini',
    open: (url) => createGeminiHome(url),
    run: (command) => `[[tool run_shell_command ${JSON.stringify({ command })}]]`,
    recall: 'mcp_waggle_recall',
    acp: ['--acp'],
    tries: 1,
    // Of what is typed then it loses pieces.
    isTypedInto: false,
  },
];

/** Nobody else can write to it or to what it lies in. */
function isClosed(path: string): boolean {
  const isOwn = (statSync(path).mode & 0o022) === 0;
  return isOwn && (dirname(path) === path || isClosed(dirname(path)));
}

function minuteOf(at: Date): string {
  return at.toISOString().slice(0, 16);
}

for (const one of cases)
  describe(`${one.agent} in a chat`, function () {
    this.timeout(240_000);
    const temporary = process.env['TMPDIR'];
    let closed: string;
    let canTellGemini = false;
    let programs: MoreAgents;
    let home: SessionHome;
    let own: AgentHome;
    let server: ModelServer;
    let link: DaemonLink;
    let chat: ChatReader;
    let begun = '';

    before(async function () {
      this.timeout(600_000);
      programs = await installMoreAgents();
      // Gemini CLI reads no settings from below a folder that others can write to.
      const places = [cacheDir(), join(import.meta.dirname, '..', '..', 'out')];
      for (const place of places) mkdirSync(place, { recursive: true });
      const place = places.find(isClosed);
      canTellGemini = place !== undefined;
      closed = mkdtempSync(join(place ?? cacheDir(), 'm-'));
      process.env['TMPDIR'] = closed;
      server = await startModelServer();
      own = one.open(server.url);
      home = await SessionHome.open();
      link = await home.connect('window-0');
      await offerAgent(home, link, { name: one.agent, path: programs[one.agent] });
      chat = await create();
      await chat.until(() => chat.chat.state === 'idle', 'its start');
      begun = minuteOf(new Date());
    });

    after(async () => {
      if (temporary === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = temporary;
      await home?.close();
      await server?.stop();
      await own?.stop();
      rmSync(closed, { recursive: true, force: true });
    });

    const create = async (agent: string = one.agent): Promise<ChatReader> => {
      const chat = { agent, cwd: home.folder, environment: { ...own.env } };
      const { session } = await link.call('chat/create', chat);
      return ChatReader.open(link, session.id);
    };
    const close = async ({ sessionId }: ChatReader): Promise<void> => {
      await link.call('session/kill', { sessionId });
      assert.deepEqual(home.processesOf(sessionId), []);
      await link.call('session/delete', { sessionId });
    };
    const isThere = (name: string): boolean => existsSync(join(home.folder, name));
    const asked = (): string => JSON.stringify(server.requests.map(({ body }) => body));

    it('streams thinking and text, and runs a command when it was allowed, not when it was denied', async () => {
      const ended = await chat.turn('[[think hm]] [[say \\u0052emembered]]');
      assert.deepEqual([chat.texts, ended.outcome], [['Remembered'], 'completed']);
      // Gemini CLI puts the subject of a thought before it, also where there is none.
      assert.match(chat.list('thinking')[0]?.text ?? '', /^(?:\*{4}\n)?hm$/);
      await chat.say(`${one.run('touch c1')} [[say one]]`);
      const first = await chat.untilAsked();
      assert.deepEqual([first.input.includes('touch c1'), isThere('c1')], [true, false]);
      // Whoever answers first has answered, for everybody who sees it.
      const other = await ChatReader.open(await home.connect('window-1'), chat.sessionId);
      const answers = await Promise.allSettled([
        chat.answer(first, { behavior: 'allow' }),
        other.answer(await other.untilAsked(), { behavior: 'deny', interrupt: false }),
      ]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['fulfilled', 'rejected'],
      );
      assert.equal((await chat.untilTurns(2)).outcome, 'completed');
      assert.equal((await other.untilTurns(2)).outcome, 'completed');
      assert.deepEqual(other.texts, chat.texts);
      await chat.say(`${one.run('touch c2')} [[say two]]`);
      await chat.answer(await chat.untilAsked(), { behavior: 'deny', interrupt: false });
      await chat.untilTurns(3);
      assert.deepEqual([isThere('c1'), isThere('c2')], [true, false]);
      assert.deepEqual(
        chat.list('tool').map(({ status }) => status === 'done'),
        [true, false],
      );
    });

    it('interrupts a turn, and goes on', async () => {
      await chat.say('[[say aaaaaaaaaaaaaaaaaaaa]] [[hang]]');
      await chat.until(() => chat.texts.at(-1)?.startsWith('a') === true, 'the first text');
      await link.call('chat/interrupt', { sessionId: chat.sessionId });
      assert.equal((await chat.untilTurns(4)).outcome, 'interrupted');
      const { outcome, reason } = await chat.turn('[[say on]]');
      assert.equal(outcome, 'completed', reason);
    });

    it('tells errors of the model, and goes on after each of them', async () => {
      const fail = async (script: string): Promise<readonly [string, string]> => {
        const { outcome, reason } = await chat.turn(script);
        return [outcome, reason];
      };
      const words = one.agent === 'opencode' ? 'Internal error: scripted' : 'scripted';
      assert.deepEqual(await fail('[[error 400 invalid_request_error]]'), [
        ...['failed', `${words} invalid_request_error`],
      ]);
      assert.deepEqual(chat.list('error'), []);
      assert.deepEqual(await fail('[[error 401 authentication_error]]'), [
        ...['failed', `${words} authentication_error`],
      ]);
      assert.equal(chat.list('error').at(-1)?.code, 'signIn');
      // What may pass by itself is tried again where nobody limits that.
      const outcome = one.tries > 1 ? 'completed' : 'failed';
      const cut = '[[say begun]] [[drop';
      for (const fault of ['[[error 429 rate_limit_error', '[[error 500 api_error', cut]) {
        const { length } = server.requests;
        const said = await chat.turn(`${fault}${one.tries > 1 ? ' 1' : ''}]] [[say passed]]`);
        const tries = server.requests.slice(length).filter(({ turn }) => turn).length;
        assert.deepEqual([fault, said.outcome, tries], [fault, outcome, one.tries], said.reason);
      }
      assert.deepEqual(await fail('[[say on]]'), ['completed', '']);
      assert.equal(chat.texts.at(-1), 'on');
    });

    it('knows our tools with its own bearer, which stands in no argument', async function () {
      if (one.agent === 'gemini' && !canTellGemini) return this.skip();
      const use = `[[tool ${one.recall} ${JSON.stringify({ query: 'the cellar' })}]]`;
      const asked = chat.list('permission').length;
      await chat.turn(`${use} [[say known]]`);
      const tool = chat.list('tool').at(-1);
      assert.deepEqual(
        [tool?.status, chat.list('permission').length],
        ['done', asked],
        tool?.output,
      );
      const { session } = await link.call('session/get', { sessionId: chat.sessionId });
      assert.ok(!/[0-9a-f]{64}/.test(session.argv.join(' ')));
    });

    it('goes on with its conversation over a kill of its own and a kill of the daemon', async () => {
      // Gemini CLI forgets a conversation that it opens again in the minute in which it began.
      const isAnother = (): boolean => minuteOf(new Date()) !== begun;
      if (one.agent === 'gemini') await until(isAnother, 'another minute', 90_000);
      const { sessionId } = chat;
      const { session } = await link.call('session/get', { sessionId });
      process.kill(session.pid ?? -1, 'SIGKILL');
      await chat.until(() => chat.chat.state === 'ended', 'its end');
      await chat.turn('[[say again]]', { ...own.env });
      const last = JSON.stringify(server.requests.findLast(({ turn }) => turn)?.body);
      assert.deepEqual([chat.texts.at(-1), last.includes('Remembered')], ['again', true]);
      assert.equal(chat.texts.filter((text) => text.includes('Remembered')).length, 1);
      const turns = chat.list('turnEnded').length;
      await chat.say('[[say \\u0042efore]] [[wait gate]] [[say \\u0041fter]]');
      await server.untilWaiting('gate', 60_000);
      await home.killDaemon();
      server.release('gate');
      await home.startDaemon();
      link = await home.connect('window-1');
      chat = await ChatReader.open(link, sessionId);
      await chat.untilTurns(turns + 1);
      assert.ok(chat.texts.join('').endsWith('againBeforeAfter'));
    });

    it('goes on in its terminal with what waits, and comes back', async () => {
      const { sessionId } = chat;
      const environment = { ...own.env };
      const to = { sessionId, environment, size: { cols: 120, rows: 40 } };
      const state = async (): Promise<string> =>
        (await link.call('session/get', { sessionId })).session.attention.state;
      const draft = 'half said';
      const switched = await link.call('chat/switch', { ...to, to: 'terminal', draft });
      const { outcome, session } = switched;
      const id = session.conversations.at(-1)?.id ?? '';
      assert.deepEqual(
        [outcome, session.mode, session.argv.includes(id)],
        ['switched', 'pty', true],
      );
      const screen = await home.attach(link, sessionId, 'window-t');
      // Of a conversation longer than its screen opencode draws the end.
      await untilShown(screen, one.agent === 'opencode' ? 'After' : 'Remembered');
      await untilShown(screen, 'half said');
      if (one.isTypedInto) {
        await typePrompt(screen, ' [[say \\u0054here]]');
        await untilShown(screen, 'There');
        await until(async () => (await state()) === 'finished', 'the end of its turn', 60_000);
      }
      const back = await link.call('chat/switch', { ...to, to: 'chat' });
      assert.deepEqual([back.outcome, back.session.mode], ['switched', 'pipe'], `${back.reason}`);
      await chat.turn('[[say back]]', environment);
      const last = JSON.stringify(server.requests.findLast(({ turn }) => turn)?.body);
      assert.equal(chat.texts.at(-1), 'back');
      // Gemini CLI may not know any more what was said before it was in its terminal.
      if (!one.isTypedInto) return close(chat);
      assert.deepEqual([last.includes('Remembered'), last.includes('There')], [true, true]);
      const missing = 'What was said in the terminal is known to the agent, but not shown here.';
      assert.equal(chat.list('notice').at(-1)?.text, missing);
      await close(chat);
    });

    it('is an agent that a person named as well, with our tools over the protocol, and takes a prompt of 500 kB', async () => {
      const named = {
        id: 'mine',
        label: 'My Agent',
        command: programs[one.agent],
        environment: {},
      };
      const agents = [{ ...named, arguments: [...one.acp] }];
      await link.call('agent/configure', { agents });
      const { agents: listed } = await link.call('agent/list', { refresh: true });
      const mine = listed.find(({ id }) => id === 'mine');
      assert.deepEqual([mine?.found, mine?.modes, mine?.isCustom], [true, ['pipe'], true]);
      chat = await create('mine');
      const use = `[[tool ${one.recall} ${JSON.stringify({ query: 'mine' })}]]`;
      await chat.say(`${use} [[say known]]`);
      await chat.until(() => chat.asked !== undefined || chat.list('turnEnded').length > 0, 'it');
      if (chat.asked !== undefined) await chat.answer(chat.asked, { behavior: 'allow' });
      await chat.untilTurns(1);
      assert.deepEqual([chat.list('tool')[0]?.status, chat.texts.at(-1)], ['done', 'known']);
      assert.ok(asked().includes(one.recall));
      const [pid = -1] = home.processesOf(chat.sessionId);
      assert.ok(!/[0-9a-f]{64}/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
      const database = readFileSync(home.paths.database);
      const wal = `${home.paths.database}-wal`;
      const written = Buffer.concat([database, existsSync(wal) ? readFileSync(wal) : database]);
      assert.ok(written.includes('waggle-bearer-'), 'what stands for the secret is kept');
      assert.ok(!/Bearer [0-9a-f]{64}/.test(written.toString('latin1')), 'the secret is not');
      await close(chat);
      await link.call('mcp/choose', { folder: home.folder, choice: 'off' });
      const without = await create('mine');
      await without.turn('[[say nothing]]');
      const offered = JSON.stringify(server.requests.findLast(({ turn }) => turn)?.body);
      assert.ok(!offered.includes(one.recall), 'not when they are off');
      const long = 'x'.repeat(500_000);
      const ended = await without.turn(`${long} [[say Read all of it.]]`);
      assert.deepEqual(
        [ended.outcome, without.texts.at(-1), asked().includes(long)],
        ['completed', 'Read all of it.', true],
      );
      await close(without);
      await link.call('agent/configure', { agents: [] });
      await assert.rejects(create('mine'), { code: 'badRequest' });
    });
  });

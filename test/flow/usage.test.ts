/** What agents use, counted by a real daemon from files as the real agents write them. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { UsageSum } from '../../protocol/usage/usage.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { openActor, say } from './agentHome.ts';
import { openFakeChat } from './chatHome.ts';
import { SessionHome, until } from './sessionHome.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'usage');

describe('usage', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let link: DaemonLink;
  let environment: Record<string, string>;
  let root: string;

  before(async () => {
    home = await SessionHome.open();
    root = dirname(home.folder);
    environment = installFakeClaude(home);
    link = await home.connect('window-0');
  });

  after(() => home.close());

  const inputOf = ({ inputTokens, outputTokens, cacheReadTokens }: UsageSum): number[] => [
    inputTokens,
    outputTokens,
    cacheReadTokens,
  ];

  const restart = async (): Promise<void> => {
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect(`window-${home.daemonPid}`);
  };

  it('counts what every agent keeps on disk once, over copies, growth and the death of the daemon', async () => {
    const read = () => link.call('usage/read', { by: 'agent', days: 3660 });
    const claude = join(root, '.claude', 'projects', '-work');
    const codex = join(root, '.codex', 'sessions', '2026', '11', '28');
    const gemini = join(root, '.gemini', 'tmp', 'w', 'chats');
    for (const folder of [claude, codex, gemini]) mkdirSync(folder, { recursive: true });
    const text = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
    const [first = '', ...rest] = text('claude.jsonl').trimEnd().split('\n');
    // A line that is not whole yet is counted when it is.
    const path = join(claude, 'f7e25f25-0ff9-4631-a401-657a812bee6a.jsonl');
    writeFileSync(path, first.slice(0, 100));
    writeFileSync(
      join(codex, 'rollout-2026-11-28T17-25-53-01a22331-2675-7a13-8e59-7057b73bf950.jsonl'),
      text('codex.jsonl'),
    );
    writeFileSync(join(gemini, 'session-2026-11-28T17-26-52dc4564.jsonl'), text('gemini.jsonl'));
    assert.equal(
      (await read()).rows.find(({ key }) => key === 'claude'),
      undefined,
    );
    appendFileSync(path, `${first.slice(100)}\n${rest.join('\n')}\n`);
    // A fork holds the same answers again.
    writeFileSync(
      join(claude, 'b5b4a896-8c4f-42c8-b146-560b5a13cf1a.jsonl'),
      text('claude-fork.jsonl'),
    );
    const told = await read();
    const expected = {
      claude: [30, 30, 0],
      codex: [20, 20, 0],
      gemini: [10, 10, 0],
    };
    const byAgent = ({ rows }: typeof told) =>
      Object.fromEntries(rows.map(({ key, sum }) => [key, inputOf(sum)]));
    assert.deepEqual(byAgent(told), expected);
    await restart();
    assert.deepEqual(byAgent(await read()), expected);
    appendFileSync(path, `${first}\n`);
    assert.deepEqual(byAgent(await read()), expected);
    assert.deepEqual(
      told.sources.map(({ agent, unreadable, bytesLeft }) => [agent, unreadable, bytesLeft]),
      [
        ['claude', 0, 0],
        ['codex', 0, 0],
        ['gemini', 0, 0],
      ],
    );
    assert.deepEqual(
      told.limits.map(({ agent, name, usedPercent }) => [agent, name, usedPercent]),
      [
        ['codex', '5 hours', 42],
        ['codex', '7 days', 7],
      ],
    );
  });

  it('reads the database of opencode while it grows', async () => {
    const { default: Database } = await import('better-sqlite3');
    const folder = join(root, '.local', 'share', 'opencode');
    mkdirSync(folder, { recursive: true });
    const database = new Database(join(folder, 'opencode.db'));
    try {
      database.pragma('journal_mode = WAL');
      database.exec(
        `create table message (id text primary key, session_id text, time_created integer,
            time_updated integer, data text)`,
      );
      const add = (id: string, output: number, updated: number): void => {
        const data = {
          ...{ role: 'assistant', cost: 0.5, modelID: 'scripted', path: { cwd: home.folder } },
          ...{ time: { created: Date.now() }, tokens: { input: 4, output, reasoning: 1 } },
        };
        database
          .prepare('insert or replace into message values (?, ?, ?, ?, ?)')
          .run(id, 'ses_1', updated, updated, JSON.stringify(data));
      };
      const read = async () => {
        const { rows } = await link.call('usage/read', { by: 'session', agent: 'opencode' });
        return rows.map(({ key, sum, label }) => [key, label, sum.outputTokens, sum.costUsd]);
      };
      add('msg_1', 2, 1000);
      assert.deepEqual(await read(), [['opencode ses_1', 'folder ses_1', 3, 0.5]]);
      add('msg_1', 7, 2000);
      add('msg_2', 1, 2000);
      assert.deepEqual(await read(), [['opencode ses_1', 'folder ses_1', 10, 1]]);
    } finally {
      database.close();
    }
  });

  it('sums by session and repository, with a price that a person sets', async () => {
    const chat = await openFakeChat(home, link, { name: 'spender' });
    const { sessionId } = chat;
    await chat.turn('use 1000\nsay done');
    const rows = async (by: 'session' | 'repository' | 'day') =>
      (await link.call('usage/read', { by, sessionId })).rows;
    const [row] = await rows('session');
    assert.deepEqual(
      [row?.label, row?.sessionId, row && inputOf(row.sum), row?.sum.costUsd],
      ['spender', sessionId, [1000, 10, 5], (1000 * 5 + 10 * 25 + 5 * 0.5) / 1e6],
    );
    const [repository] = await rows('repository');
    assert.deepEqual([repository?.label, repository?.sum.answers], ['folder', 1]);
    const free = { input: 0, output: 1e5, cacheRead: 0, cacheWrite: 0 };
    await link.call('usage/setPrice', { model: 'claude-opus', price: free });
    assert.equal((await rows('day'))[0]?.sum.costUsd, 1);
    await link.call('usage/setPrice', { model: 'claude-opus', price: null });
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
    const { rows: left } = await link.call('usage/read', { by: 'session', days: 1 });
    const kept = left.find(({ sum }) => sum.inputTokens === 1000);
    assert.equal(kept?.sessionId, null);
  });

  it('stops a chat at its ceiling, says so, and lets it go on when the ceiling is raised', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    await link.call('attention/subscribe', {});
    await chat.turn('use 400\nsay one');
    await link.call('usage/setCeiling', { per: 'session', sessionId, tokens: 1000 });
    await chat.say('use 600\nhang');
    const ended = await chat.untilTurns(2);
    assert.equal(ended.outcome, 'interrupted');
    const reason = 'Stopped at its ceiling: this session used 1,020 of 1,000 tokens';
    await until(
      () => chat.chat.paused === reason,
      () => `${chat.chat.paused}`,
    );
    assert.ok(chat.list('notice').some(({ text }) => text === reason));
    const needs = async () => {
      const listed = await link.call('attention/list', {});
      return listed.needs.filter(({ id }) => id === `usage-${sessionId}`);
    };
    assert.deepEqual(
      (await needs()).map(({ kind, text }) => [kind, text]),
      [['notice', reason]],
    );
    await chat.say('say more');
    await until(() => chat.chat.paused === reason, 'it is held again');
    assert.equal(chat.list('turnStarted').length, 2);
    await link.call('usage/setCeiling', { per: 'session', sessionId, tokens: 5000 });
    assert.deepEqual(await needs(), []);
    await link.call('chat/continue', { sessionId, environment });
    await chat.untilTurns(3);
    assert.deepEqual(chat.texts, ['one', 'more']);
    const { ceilings } = await link.call('usage/listCeilings', {});
    assert.deepEqual(
      ceilings.map(({ tokens }) => tokens),
      [5000],
    );
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
    assert.deepEqual((await link.call('usage/listCeilings', {})).ceilings, []);
  });

  it('ends an agent in a terminal at its ceiling, which says why and can be resumed', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'claude' });
    const { id: sessionId, conversations } = session;
    const conversation = conversations.at(-1)?.id ?? '';
    await link.call('usage/setCeiling', { per: 'session', usd: 2 });
    await say(screen, '\u001b]7501;state=working:app=claude-code\u0007');
    await until(async () => {
      const { session: now } = await link.call('session/get', { sessionId });
      return now.attention.state === 'working';
    }, 'it works');
    const folder = join(root, '.claude', 'projects', '-terminal');
    mkdirSync(folder, { recursive: true });
    const usage = { input_tokens: 200_000, output_tokens: 50_000 };
    const line = {
      ...{ type: 'assistant', sessionId: conversation, cwd: home.folder },
      timestamp: new Date().toISOString(),
      message: { id: 'msg_terminal', model: 'claude-opus-4-5', usage },
    };
    writeFileSync(join(folder, `${conversation}.jsonl`), `${JSON.stringify(line)}\n`);
    await until(
      async () => (await link.call('session/get', { sessionId })).session.status === 'killed',
      'it is ended',
      30_000,
    );
    const why = 'Stopped at its ceiling: this session used about $2.25 of $2.00';
    const isTold = async (): Promise<boolean> => {
      const { needs } = await link.call('attention/list', {});
      return needs.some(({ id, text }) => id === `usage-${sessionId}` && text === why);
    };
    await until(isTold, 'that says why', 30_000);
    const { session: ended } = await link.call('session/get', { sessionId });
    assert.equal(ended.resumable, 'conversation');
    const { ceilings } = await link.call('usage/listCeilings', {});
    await link.call('usage/removeCeiling', { ceilingId: ceilings[0]?.id ?? '' });
    await link.call('session/delete', { sessionId });
  });

  it('never counts a private session, nor writes down anything of it', async () => {
    const wanted = '0a5c1c1e-0000-4000-8000-00000000beef';
    const { session } = await link.call('session/open', {
      ...{ agent: 'claude', arguments: ['--session-id', wanted], private: true },
      ...{ cwd: home.folder, environment, size: { cols: 80, rows: 24 } },
    });
    // Nobody may know of a conversation that a person chose in the arguments.
    const chosen = session.conversations.at(-1)?.id ?? wanted;
    const folder = join(root, '.claude', 'projects', '-private');
    mkdirSync(folder, { recursive: true });
    const usage = { input_tokens: 77_777, output_tokens: 1 };
    const line = {
      ...{ type: 'assistant', sessionId: chosen, cwd: home.folder },
      timestamp: new Date().toISOString(),
      message: { id: 'msg_private', model: 'claude-opus-4-5', usage },
    };
    writeFileSync(join(folder, `${chosen}.jsonl`), `${JSON.stringify(line)}\n`);
    const isCounted = async (): Promise<boolean> =>
      (await link.call('usage/read', { by: 'session' })).rows.some(
        ({ sum }) => sum.inputTokens === 77_777,
      );
    assert.equal(await isCounted(), false);
    await link.call('session/kill', { sessionId: session.id });
    await until(async () => {
      const { sessions } = await link.call('session/list', { history: true });
      return sessions.every(({ id }) => id !== session.id);
    }, 'it is forgotten');
    assert.equal(await isCounted(), false);
    await restart();
    assert.equal(await isCounted(), false);
  });
});

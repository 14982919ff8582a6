/** Real agents whose conversation goes on in a terminal and back in a chat, with everything that was said. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { UsageGroup } from '../../protocol/usage/usage.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { SessionHome, until as untilWithin } from '../flow/sessionHome.ts';
import { ChatReader } from '../support/chatReader.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { ask, offerAgent } from './support/claudeSession.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';
import { typePrompt, untilShown } from './support/shownScreen.ts';

const size = { cols: 120, rows: 40 };
const until = (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  untilWithin(isSo, what, 60_000);

describe('a conversation of a real agent between chat and terminal', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let run: ClaudeCodeRun;
  let codex: CodexHome;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    const agents = await installAgents();
    run = await prepareClaudeCode();
    codex = createCodexHome({ baseUrl: run.modelServer.url });
    home = await SessionHome.open();
    link = await home.connect('window-0');
    await offerAgent(home, link, { name: 'claude', path: run.command[0] });
    await offerAgent(home, link, { name: 'codex', path: agents.codex });
  });

  after(async () => {
    await home?.close();
    await run?.stop();
    await codex?.stop();
  });

  const read = async (sessionId: Session['id']): Promise<Session> =>
    (await link.call('session/get', { sessionId })).session;
  const knows = (word: string): boolean =>
    JSON.stringify(run.modelServer.requests.at(-1)?.body).includes(word);
  const fixOf = (refused: Promise<unknown>): Promise<string | undefined> =>
    refused.then(
      () => 'not refused',
      (error: unknown) => (error instanceof WaggleError ? error.fix : String(error)),
    );
  const close = async ({ sessionId }: ChatReader): Promise<void> => {
    await link.call('session/kill', { sessionId });
    assert.deepEqual(home.processesOf(sessionId), []);
    await link.call('session/delete', { sessionId });
  };
  const countAnswers = (): number => {
    const turns = run.modelServer.requests.flatMap(({ turn }) => turn ?? []);
    return turns.filter(({ conversation }) => !conversation.endsWith('#title')).length;
  };
  /** Each answer of the model once, in a chat and in a terminal, and no answer of anybody else. */
  const untilCounted = async (
    { sessionId }: ChatReader,
    { answers, model, cwd }: { readonly answers: number; readonly model: RegExp; cwd: string },
  ): Promise<void> => {
    const rows = async (by: UsageGroup) =>
      (await link.call('usage/read', { by, sessionId })).rows.map(({ label, sum }) => {
        return [label, sum.answers, sum.inputTokens, sum.outputTokens];
      });
    let seen: unknown;
    const isAll = async (): Promise<boolean> => {
      const [row] = await rows('session');
      seen = row;
      return row !== undefined && Number(row[1]) >= answers;
    };
    await untilWithin(isAll, () => `${answers} answers, not ${JSON.stringify(seen)}`, 60_000);
    const numbers = [answers, answers * 10, answers * 10];
    const { name } = await read(sessionId);
    const { today } = await link.call('usage/subscribe', {});
    const [models, ...more] = await rows('model');
    assert.deepEqual([models?.slice(1), more], [numbers, []]);
    assert.match(String(models?.[0]), model);
    assert.deepEqual(
      [await rows('session'), await rows('repository'), await rows('day')],
      [[[name, ...numbers]], [[basename(cwd), ...numbers]], [[today.day, ...numbers]]],
    );
  };
  const untilState = (sessionId: Session['id'], state: string): Promise<void> =>
    until(async () => (await read(sessionId)).attention.state === state, state);

  it('of Claude Code knows everything, says what waits, and asks again', async () => {
    const environment = { ...run.env };
    const { session } = await link.call('chat/create', {
      ...{ agent: 'claude', cwd: run.cwd, environment, mode: 'default' },
    });
    const { id: sessionId } = session;
    const chat = await ChatReader.open(link, sessionId);
    await chat.turn('[[say \\u0052emembered]]');
    // What it asks for is named when it is asked again, so that the scripted model does it again.
    const again = '[[tool Bash {\\u0022command\\u0022:\\u0022touch there\\u0022}]]';
    const command = JSON.stringify({ command: `echo ${again}` });
    await chat.say(`[[tool Bash ${command}]] [[say never]]`);
    const asked = await chat.untilAsked();
    await chat.say('[[say \\u0057aited]]');
    const to = { sessionId, environment, size };
    const switched = await link.call('chat/switch', {
      ...{ ...to, to: 'terminal', during: 'interrupt' },
    });
    assert.deepEqual([switched.outcome, switched.session.mode], ['switched', 'pty']);
    assert.match(switched.session.argv.join(' '), /--resume \S+ --permission-mode manual/);
    await assert.rejects(chat.answer(asked, { behavior: 'allow' }), { code: 'conflict' });
    const screen = await home.attach(link, sessionId, 'window-1');
    await untilShown(screen, 'Remembered');
    await until(() => knows('had asked for something'), 'it goes on');
    await untilState(sessionId, 'asking');
    await isNotTypedInto(chat);
    assert.deepEqual(
      [chat.chat.queue.length, knows('Waited'), existsSync(join(run.cwd, 'there'))],
      [1, false, false],
    );
    // A person answers there, in the dialog of the agent.
    await until(async () => {
      await screen.type('\r');
      return existsSync(join(run.cwd, 'there'));
    }, 'it was allowed');
    await untilShown(screen, 'Waited');
    await chat.until(() => chat.chat.queue.length === 0, 'what waited is said');
    await untilState(sessionId, 'finished');
    await ask(screen, '[[say \\u0054here]]');
    await untilShown(screen, 'There');
    await untilState(sessionId, 'finished');
    const back = await link.call('chat/switch', { ...to, to: 'chat' });
    assert.deepEqual(
      [back.outcome, back.session.mode, back.chat.state],
      ['switched', 'pipe', 'idle'],
    );
    await chat.until(() => chat.texts.includes('There'), 'what was said there');
    await chat.turn('[[say back]]', environment);
    assert.deepEqual(
      [knows('Remembered'), knows('There'), chat.texts.at(-1)],
      [true, true, 'back'],
    );
    assert.equal((await read(sessionId)).conversations.length, 1);
    await untilCounted(chat, { answers: countAnswers(), model: /claude/, cwd: run.cwd });
    await tellsItsPlan(chat);
    await stopsAtItsCeiling(chat);
    await close(chat);
  });

  it('of Codex goes on in the terminal with no more rights, and back', async () => {
    const environment = { ...codex.env };
    const before = countAnswers();
    const { session } = await link.call('chat/create', {
      ...{ agent: 'codex', cwd: codex.cwd, environment },
    });
    const { id: sessionId } = session;
    const chat = await ChatReader.open(link, sessionId);
    await chat.turn('[[say \\u0052emembered]]');
    const to = { sessionId, environment, size };
    const switched = await link.call('chat/switch', { ...to, to: 'terminal', draft: 'half said' });
    const args = switched.session.argv.join(' ');
    assert.match(
      args,
      /--no-daemon .*resume \S+ --sandbox read-only --ask-for-approval on-request/,
    );
    const screen = await home.attach(link, sessionId, 'window-2');
    await untilShown(screen, 'Remembered');
    await untilShown(screen, 'half said');
    await typePrompt(screen, ' [[say \\u0054here]]');
    await untilShown(screen, 'There');
    await untilState(sessionId, 'finished');
    const back = await link.call('chat/switch', { ...to, to: 'chat' });
    assert.deepEqual([back.outcome, back.chat.draft], ['switched', '']);
    await chat.until(() => chat.texts.includes('There'), 'what was said there');
    await chat.turn('[[say back]]', environment);
    assert.deepEqual(
      [knows('Remembered'), knows('There'), chat.texts.at(-1)],
      [true, true, 'back'],
    );
    await untilCounted(chat, { answers: countAnswers() - before, model: /gpt/, cwd: codex.cwd });
    await stopsAtItsCeiling(chat);
    await close(chat);
  });

  /** In a dialog Enter would answer it: nothing is typed there, by nobody but who sees it. */
  const isNotTypedInto = async (chat: ChatReader): Promise<void> => {
    const { sessionId } = chat;
    const environment = { ...run.env };
    assert.equal((await read(sessionId)).attention.kind, 'permission');
    const fixes = await Promise.all([
      fixOf(link.call('session/send', { sessionId, text: '\r', take: true })),
      fixOf(link.call('chat/switch', { sessionId, environment, size, to: 'chat' })),
      fixOf(chat.say('[[say here]]', environment)),
    ]);
    assert.deepEqual(fixes, [
      'Answer it in its own dialog: waggle attach <session>.',
      'Switch after this turn, or interrupt and switch.',
      'Say it there, or switch to the chat first.',
    ]);
  };

  /** Only who is logged in with a plan is told of its limits; nobody's is, this one is on loopback. */
  const tellsItsPlan = async (chat: ChatReader): Promise<void> => {
    const { sessionId } = chat;
    const window = 'anthropic-ratelimit-unified';
    run.modelServer.sendHeaders({
      [`${window}-status`]: 'allowed_warning',
      [`${window}-representative-claim`]: 'five_hour',
      [`${window}-reset`]: '1796000000',
      [`${window}-5h-status`]: 'allowed_warning',
      [`${window}-5h-reset`]: '1796000000',
      [`${window}-5h-utilization`]: '0.92',
      [`${window}-5h-surpassed-threshold`]: '0.9',
      [`${window}-7d-status`]: 'allowed',
      [`${window}-7d-reset`]: '1796400000',
      [`${window}-7d-utilization`]: '0.31',
    });
    await link.call('chat/sleep', { sessionId });
    const { ANTHROPIC_API_KEY: _key, ...rest } = run.env;
    await chat.turn('[[say warned]]', { ...rest, CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' });
    const limits = async () =>
      (await link.call('usage/read', {})).limits.map(({ agent, name, usedPercent, resetsAt }) => {
        return [agent, name, usedPercent, resetsAt];
      });
    await until(async () => (await limits()).length === 2, 'the limits of the plan');
    assert.deepEqual(await limits(), [
      ['claude', '5 hours', 92, '2026-11-30T00:53:20.000Z'],
      ['claude', '7 days', 31, '2026-12-04T16:00:00.000Z'],
    ]);
    run.modelServer.sendHeaders({});
  };

  const stopsAtItsCeiling = async (chat: ChatReader): Promise<void> => {
    const { sessionId } = chat;
    const asked = run.modelServer.requests.length;
    await link.call('usage/setCeiling', { per: 'session', sessionId, tokens: 10 });
    await chat.say('[[say never]]');
    const says = /^Stopped at its ceiling: this session used \d+ of 10 tokens$/;
    await chat.until(() => says.test(chat.chat.paused ?? ''), 'the ceiling');
    assert.equal(run.modelServer.requests.length, asked);
  };
});

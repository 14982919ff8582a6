/** The real Claude Code in chats of the real daemon: what it says, does and asks, over kills of both. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { SessionHome } from '../flow/sessionHome.ts';
import { ChatReader } from '../support/chatReader.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { installAgents } from './support/install.ts';

describe('Claude Code in a chat', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let run: ClaudeCodeRun;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    await installAgents();
    run = await prepareClaudeCode();
    home = await SessionHome.open();
    link = await home.connect('window-0');
    const bin = join(dirname(home.folder), 'bin');
    mkdirSync(bin);
    symlinkSync(run.command[0], join(bin, 'claude'));
    writeFileSync(join(home.env['HOME'] ?? '', '.profile'), `PATH='${bin}':$PATH\n`);
    await link.call('agent/list', { refresh: true });
  });

  after(async () => {
    await home.close();
    await run.stop();
  });

  const create = async (
    over: Partial<MethodParams<'chat/create'>> = {},
    on = link,
  ): Promise<ChatReader> => {
    const { session } = await on.call('chat/create', {
      ...{ agent: 'claude', cwd: run.cwd, environment: { ...run.env } },
      ...over,
    });
    return ChatReader.open(on, session.id);
  };
  const close = async (reader: ChatReader): Promise<void> => {
    const { sessionId } = reader;
    await link.call('session/kill', { sessionId });
    assert.deepEqual(home.processesOf(sessionId), []);
    await link.call('session/delete', { sessionId });
  };

  it('streams thinking and text, and tells the end of the turn with what it used', async () => {
    const chat = await create();
    const ended = await chat.turn('hello [[think hm]] [[say Hello from the script.]]');
    assert.deepEqual(chat.kinds, ['turnStarted', 'prompt', 'thinking', 'text', 'turnEnded']);
    assert.deepEqual(
      [
        chat.texts,
        chat.list('thinking')[0]?.text,
        ended.outcome,
        (ended.usage?.inputTokens ?? 0) > 0,
      ],
      [['Hello from the script.'], 'hm', 'completed', true],
    );
    assert.ok(chat.pieces > 0, 'text came before it was on disk');
    const { session } = await link.call('session/get', { sessionId: chat.sessionId });
    assert.deepEqual(
      [session.mode, session.name.startsWith('hello'), session.attention.state],
      ['pipe', true, 'finished'],
    );
    await close(chat);
  });

  it('runs a tool as it was allowed, in another form too, and not when it was denied', async () => {
    const chat = await create();
    const command = '{"command":"touch f1","description":"make f1"}';
    await chat.say(`[[tool Bash ${command}]] [[say one]]`);
    const first = await chat.untilAsked();
    assert.deepEqual(
      [first.tool, first.line, JSON.parse(first.input), first.cwd, existsSync(join(run.cwd, 'f1'))],
      ['Bash', '$ touch f1', JSON.parse(command), run.cwd, false],
    );
    const { needs } = await link.call('attention/list', {});
    const need = needs.find(({ id }) => id === first.permissionId);
    assert.deepEqual(
      [need?.kind, need?.text, need?.actions.map(({ id }) => id)],
      ['permission', '$ touch f1', ['allow', 'deny', 'review']],
    );
    await chat.answer(first, { behavior: 'allow', input: '{"command":"touch f2"}' });
    await chat.untilTurns(1);
    await chat.say('[[tool Bash {"command":"touch f3"}]] [[say two]]');
    const second = await chat.untilAsked();
    const stale = { ...second, hash: first.hash };
    await assert.rejects(chat.answer(stale, { behavior: 'allow' }), { code: 'conflict' });
    await chat.answer(second, { behavior: 'deny', message: 'not that one', interrupt: false });
    await chat.untilTurns(2);
    await assert.rejects(chat.answer(second, { behavior: 'allow' }), { code: 'conflict' });
    const there = ['f1', 'f2', 'f3'].map((name) => existsSync(join(run.cwd, name)));
    assert.deepEqual(there, [false, true, false]);
    assert.deepEqual(
      chat.list('tool').map(({ status, output }) => [status, output.includes('not that one')]),
      [
        ['done', false],
        ['denied', true],
      ],
    );
    assert.deepEqual(chat.texts, ['one', 'two']);
    assert.deepEqual((await link.call('attention/list', {})).needs.length, 1, 'done');
    await close(chat);
  });

  it('ends the turn with a denial that interrupts', async () => {
    const chat = await create();
    await chat.say('[[tool Bash {"command":"touch f4"}]] [[say never]]');
    await chat.answer(await chat.untilAsked(), { behavior: 'deny', interrupt: true });
    assert.equal((await chat.untilTurns(1)).outcome, 'interrupted');
    assert.deepEqual([chat.texts, (await chat.turn('[[say on]]')).outcome], [[], 'completed']);
    await close(chat);
  });

  it('does what a rule allows without asking, and asks for everything else', async () => {
    const chat = await create();
    await chat.say('[[tool Bash {"command":"touch r1"}]] [[say one]]');
    const always = { scope: 'repository', pattern: 'touch *', expiresAt: null } as const;
    const wrong = { ...always, pattern: 'rm *' };
    const asked = await chat.untilAsked();
    await assert.rejects(chat.answer(asked, { behavior: 'allow', always: wrong }), {
      code: 'badRequest',
    });
    await chat.answer(asked, { behavior: 'allow', always });
    await chat.untilTurns(1);
    const other = await create();
    await other.turn('[[tool Bash {"command":"touch r2"}]] [[say two]]');
    const [answered] = other.list('permission');
    const { rules } = await link.call('chat/listRules', {});
    const [rule] = rules;
    assert.deepEqual(
      [answered?.permission.answer?.by, rule?.pattern, rule?.uses, existsSync(join(run.cwd, 'r2'))],
      ['rule', 'touch *', 1, true],
    );
    await other.say('[[tool Bash {"command":"touch r3; touch r4"}]] [[say three]]');
    await other.answer(await other.untilAsked(), { behavior: 'deny', interrupt: false });
    await other.untilTurns(2);
    await link.call('chat/removeRule', { ruleId: rule?.id ?? '' });
    await other.say('[[tool Bash {"command":"touch r5"}]] [[say four]]');
    await other.answer(await other.untilAsked(), { behavior: 'deny', interrupt: false });
    await other.untilTurns(3);
    await close(chat);
    await close(other);
  });

  it('asks questions and shows plans, and tells the agent what was chosen', async () => {
    const chat = await create({ mode: 'plan' });
    const options = '[{"label":"Red","description":"r"},{"label":"Blue","description":"b"}]';
    const question = `{"question":"Which color?","header":"Color","multiSelect":false,"options":${options}}`;
    await chat.say(`[[tool AskUserQuestion {"questions":[${question}]}]] [[say asked]]`);
    const asked = await chat.untilAsked();
    assert.deepEqual(
      [asked.ask, asked.questions[0]?.options.map(({ label }) => label)],
      ['question', ['Red', 'Blue']],
    );
    await assert.rejects(chat.answer(asked, { behavior: 'allow' }), { code: 'badRequest' });
    await chat.answer(asked, { behavior: 'allow', answers: { 'Which color?': 'Blue' } });
    await chat.untilTurns(1);
    assert.match(chat.list('tool')[0]?.output ?? '', /"Which color\?"="Blue"/);
    await chat.say('[[tool ExitPlanMode {"plan":"# Plan"}]] [[say planned]]');
    const plan = await chat.untilAsked();
    assert.deepEqual([plan.ask, plan.input], ['plan', '# Plan']);
    await chat.answer(plan, { behavior: 'allow' });
    assert.equal((await chat.untilTurns(2)).outcome, 'completed');
    await close(chat);
  });

  it('shows what the agent notes that it has to do as a plan, which goes on in later turns', async () => {
    // Which tools it has it decides itself; this has it have them.
    const chat = await create({
      environment: { ...run.env, CLAUDE_CODE_ENABLE_TODO_TOOLS: '1' },
    });
    const note = (subject: string): string =>
      `[[tool TaskCreate {"subject":"${subject}","description":"more of it"}]]`;
    const set = (status: string): string =>
      `[[tool TaskUpdate {"taskId":"1","status":"${status}"}]]`;
    await chat.turn(`${note('Find it')} ${note('Mend it')} ${set('in_progress')} [[say begun]]`);
    await chat.turn(`${set('completed')} [[say found]]`);
    assert.deepEqual(
      chat.list('plan').map(({ steps }) => steps.map(({ text, status }) => `${text}: ${status}`)),
      [
        ['Find it: inProgress', 'Mend it: pending'],
        ['Find it: completed', 'Mend it: pending'],
      ],
    );
    assert.deepEqual(
      chat.list('tool').map(({ status }) => status),
      ['done', 'done', 'done', 'done'],
    );
    await close(chat);
  });

  it('interrupts a turn, and says what waits after it', async () => {
    const chat = await create();
    await chat.say('[[say aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]] [[hang]]');
    await chat.until(() => chat.texts.some((text) => text !== ''), 'the first text');
    await chat.say('[[say next]]');
    assert.deepEqual([chat.chat.queue.length, chat.chat.state], [1, 'working']);
    await link.call('chat/interrupt', { sessionId: chat.sessionId });
    await chat.untilTurns(2);
    assert.deepEqual(
      [chat.list('turnEnded').map(({ outcome }) => outcome), chat.texts.at(-1)],
      [['interrupted', 'completed'], 'next'],
    );
    await chat.say('[[say stop me]] [[hang]]');
    await chat.until(() => chat.texts.length > 2, 'the text of the third turn');
    await chat.say('[[say later]]');
    await link.call('chat/stop', { sessionId: chat.sessionId });
    await chat.untilTurns(3);
    assert.deepEqual([chat.chat.queue.length, chat.chat.paused], [1, 'stopped']);
    await link.call('chat/continue', { sessionId: chat.sessionId });
    await chat.untilTurns(4);
    assert.equal(chat.texts.at(-1), 'later');
    await close(chat);
  });

  it('tells errors of the model', async () => {
    for (const status of ['400 invalid_request_error', '429 rate_limit_error', '500 api_error']) {
      const failing = await create();
      const { outcome, reason } = await failing.turn(`[[error ${status}]]`);
      assert.deepEqual([outcome, reason.includes(status.slice(0, 3))], ['failed', true], reason);
      await close(failing);
    }
    const cutting = await create();
    assert.equal((await cutting.turn('[[say partial]] [[drop]]')).outcome, 'failed');
    await close(cutting);
    const refused = await create();
    await refused.turn('[[error 401 authentication_error]]');
    const { session } = await link.call('session/get', { sessionId: refused.sessionId });
    assert.deepEqual(
      [refused.list('error').at(-1)?.code, session.attention.state, session.attention.kind],
      ['signIn', 'asking', 'signIn'],
    );
    await close(refused);
  });

  it('is shown to two clients alike, and takes an answer from the quicker one', async () => {
    const chat = await create();
    const second = await ChatReader.open(await home.connect('window-1'), chat.sessionId);
    await chat.say('[[tool Bash {"command":"touch two-clients"}]] [[say both]]');
    const asked = await chat.untilAsked();
    await second.untilAsked();
    const answers = await Promise.allSettled([
      chat.answer(asked, { behavior: 'allow' }),
      second.answer(asked, { behavior: 'deny', interrupt: false }),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await chat.untilTurns(1);
    await second.untilTurns(1);
    const strip = (reader: ChatReader) =>
      [...reader.entries.values()].map(({ content }) => content);
    assert.deepEqual(strip(chat), strip(second));
    await close(chat);
  });

  it('takes a prompt of 500 kB', async () => {
    const chat = await create();
    const long = 'x'.repeat(500_000);
    const ended = await chat.turn(`${long} [[say Read all of it.]]`);
    const asked = run.modelServer.requests.some(({ body }) => JSON.stringify(body).includes(long));
    assert.deepEqual([ended.outcome, chat.texts, asked], ['completed', ['Read all of it.'], true]);
    await close(chat);
  });

  it('goes on with the conversation after its process was killed in mid-turn', async () => {
    const chat = await create();
    await chat.turn('[[say \\u0052emembered]]');
    await chat.say('[[say half]] [[hang]]');
    await chat.until(() => chat.texts.at(-1) === 'half', 'half of an answer');
    const { session } = await link.call('session/get', { sessionId: chat.sessionId });
    process.kill(session.pid ?? -1, 'SIGKILL');
    const cut = await chat.untilTurns(2);
    assert.deepEqual([cut.outcome, cut.reason], ['cut', 'Claude Code ended (SIGKILL).']);
    const ended = await chat.turn('[[say again]]', { ...run.env });
    const remembered = run.modelServer.requests.at(-1)?.body;
    assert.deepEqual(
      [ended.outcome, chat.texts.at(-1), JSON.stringify(remembered).includes('Remembered')],
      ['completed', 'again', true],
    );
    await close(chat);
  });

  it('falls asleep, and wakes with the next message in the same conversation', async () => {
    const chat = await create();
    await chat.turn('[[say \\u0053leepy]]');
    await link.call('chat/configure', { change: { sleepAfterMs: 1000 } });
    await chat.until(() => chat.chat.state === 'asleep', 'its sleep');
    await link.call('chat/configure', { change: { sleepAfterMs: null } });
    assert.deepEqual(home.processesOf(chat.sessionId), []);
    const { session } = await link.call('session/get', { sessionId: chat.sessionId });
    assert.deepEqual([session.status, session.attention.state], ['asleep', 'asleep']);
    await chat.turn('[[say awake]]', { ...run.env });
    const body = JSON.stringify(run.modelServer.requests.at(-1)?.body);
    assert.deepEqual([chat.texts.at(-1), body.includes('Sleepy')], ['awake', true]);
    await close(chat);
  });

  it('forks: both go on, and the new one knows what was said', async () => {
    const chat = await create();
    await chat.turn('[[say \\u0046irst]]');
    const environment = { ...run.env };
    const { session } = await link.call('chat/fork', { sessionId: chat.sessionId, environment });
    const fork = await ChatReader.open(link, session.id);
    assert.deepEqual(fork.texts, ['First']);
    await fork.turn('[[say forked]]');
    const body = JSON.stringify(run.modelServer.requests.at(-1)?.body);
    await chat.turn('[[say original]]');
    assert.deepEqual(
      [body.includes('First'), fork.texts, chat.texts, fork.chat.forkedFrom],
      [true, ['First', 'forked'], ['First', 'original'], chat.sessionId],
    );
    const ids = async (reader: ChatReader) =>
      (await link.call('session/get', { sessionId: reader.sessionId })).session.conversations;
    assert.notEqual((await ids(fork)).at(-1)?.id, (await ids(chat)).at(-1)?.id);
    await close(fork);
    await close(chat);
  });

  it('changes model and mode, and says what fills the context', async () => {
    const chat = await create();
    await chat.turn('[[say one]]');
    const { sessionId } = chat;
    await link.call('chat/setModel', { sessionId, model: 'claude-sonnet-4-5' });
    const { chat: edited } = await link.call('chat/setMode', { sessionId, mode: 'acceptEdits' });
    await assert.rejects(link.call('chat/setMode', { sessionId, mode: 'no-such-mode' }), {
      code: 'badRequest',
    });
    await chat.turn(
      `[[tool Write {"file_path":"${join(run.cwd, 'w1')}","content":"x"}]] [[say two]]`,
    );
    const context = await link.call('chat/context', { sessionId });
    assert.deepEqual(
      [edited.mode, chat.list('permission'), existsSync(join(run.cwd, 'w1')), context.max > 0],
      ['acceptEdits', [], true, true],
    );
    assert.match(JSON.stringify(run.modelServer.requests.at(-1)?.body), /claude-sonnet-4-5/);
    await close(chat);
  });

  it('loses and doubles nothing of a turn while the daemon is killed in it', async () => {
    const chat = await create();
    await chat.say(
      '[[say \\u0042efore]] [[tool Bash {"command":"touch over-a-kill"}]] [[wait gate]] [[say \\u0041fter]]',
    );
    const asked = await chat.untilAsked();
    await chat.say('[[say queued]]');
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-2');
    const again = await ChatReader.open(link, chat.sessionId);
    const restored = await again.untilAsked();
    assert.deepEqual(restored, asked);
    await again.answer(restored, { behavior: 'allow' });
    await run.modelServer.untilWaiting('gate');
    await home.killDaemon();
    run.modelServer.release('gate');
    await home.startDaemon();
    link = await home.connect('window-3');
    const third = await ChatReader.open(link, chat.sessionId);
    await third.untilTurns(2);
    assert.deepEqual(third.kinds, [
      ...['turnStarted', 'prompt', 'text', 'tool', 'permission', 'text', 'turnEnded'],
      ...['turnStarted', 'prompt', 'text', 'turnEnded'],
    ]);
    assert.deepEqual(
      [third.texts, existsSync(join(run.cwd, 'over-a-kill'))],
      [['Before', 'After', 'queued'], true],
    );
    await close(third);
  });
});

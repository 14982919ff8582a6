/** Chats over a real daemon, host and database, with a program that does what the real agents cannot be made to do. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { ChatReader } from '../support/chatReader.ts';
import { fakeEnvironment, openFakeChat } from './chatHome.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('a chat', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let link: DaemonLink;
  let environment: Record<string, string>;

  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
    environment = fakeEnvironment(home);
  });

  after(() => home.close());

  const close = async ({ sessionId }: ChatReader): Promise<void> => {
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
  };
  const textsOf = (chat: Chat): string[] => chat.queue.map(({ text }) => text);

  it('keeps what waits in the order that a person gives it', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const [at, messageId] of ids.entries()) {
      const message = { sessionId, messageId, text: `say ${at}`, environment };
      await link.call('chat/send', message);
      await link.call('chat/send', message);
    }
    const [first = '', second = '', third = ''] = ids;
    await link.call('chat/editQueued', { sessionId, messageId: second, text: 'say edited' });
    await link.call('chat/moveQueued', { sessionId, messageId: third, to: 0 });
    const { chat: shown } = await link.call('chat/removeQueued', { sessionId, messageId: first });
    assert.deepEqual(textsOf(shown), ['say 2', 'say edited']);
    const gone = { sessionId, messageId: first };
    await assert.rejects(link.call('chat/removeQueued', gone), { code: 'conflict' });
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    const again = await ChatReader.open(link, sessionId);
    assert.deepEqual([textsOf(again.chat), again.chat.state], [['say 2', 'say edited'], 'working']);
    await link.call('chat/steer', {
      sessionId,
      messageId: randomUUID(),
      text: 'say now',
      environment,
    });
    await again.untilTurns(4);
    assert.deepEqual(again.texts, ['now', '2', 'edited']);
    await close(again);
  });

  const programs = [
    { agent: 'claude', label: 'Claude Code', old: '1.9.9', oldest: '2.0.0', mebibytes: 50 },
    { agent: 'codex', label: 'Codex', old: '0.149.9', oldest: '0.150.0', mebibytes: 25 },
    { agent: 'gemini', label: 'Gemini CLI', old: '0.49.0', oldest: '0.50.0', mebibytes: 25 },
    { agent: 'opencode', label: 'opencode', old: '0.9.9', oldest: '1.0.0', mebibytes: 25 },
  ];
  for (const { agent, label, mebibytes } of programs)
    it(`goes on after everything that a program can do wrong: ${label}`, async () => {
      const chat = await openFakeChat(home, link, { agent });
      const garbled = await chat.turn('garbage\nsay a');
      const long = await chat.turn(`long ${mebibytes}\nsay b`);
      assert.deepEqual(
        [garbled.outcome, long.outcome, chat.texts],
        ['completed', 'completed', ['a', 'b']],
      );
      const said = await chat.turn('stderr it broke\nsay half\nexit 3', environment);
      assert.deepEqual(
        [said.outcome, said.reason],
        ['cut', `${label} ended (exit code 3): it broke`],
      );
      const failed = await chat.turn('failAndExit no such model', environment);
      assert.deepEqual([failed.outcome, failed.reason], ['failed', 'no such model']);
      await chat.until(() => chat.chat.state === 'ended', 'its end');
      const killed = await chat.turn('kill', environment);
      assert.deepEqual([killed.outcome, killed.reason], ['cut', `${label} ended (SIGKILL).`]);
      assert.equal((await chat.turn('say well', environment)).outcome, 'completed');
      assert.deepEqual(chat.texts, ['a', 'b', 'half', 'well']);
      assert.deepEqual(
        chat.list('notice').map(({ text }) => text),
        [
          `${label} wrote what is no event; it was left out.`,
          `${label} wrote more in one line than any event has; it was left out.`,
        ],
      );
      await close(chat);
    });

  it('holds what waits when a turn did not end well, and says why', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    await chat.say('ask touch it\nexit 2');
    const asked = await chat.untilAsked();
    await chat.say('say later');
    await chat.answer(asked, { behavior: 'allow' });
    await chat.untilTurns(1);
    await chat.until(() => chat.chat.paused !== null, 'the pause');
    assert.deepEqual(
      [textsOf(chat.chat), chat.chat.paused],
      [['say later'], 'Claude Code ended (exit code 2).'],
    );
    await link.call('chat/continue', { sessionId, environment });
    await chat.untilTurns(2);
    await chat.turn('fail once', environment);
    await link.call('chat/retry', { sessionId, environment });
    await chat.untilTurns(4);
    const prompts = chat.list('prompt').map(({ text }) => text);
    assert.equal(prompts.at(-1), prompts.at(-2));
    await close(chat);
  });

  it('voids what is asked when its process ends, and asks again afterwards', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    await chat.say('ask touch it');
    const asked = await chat.untilAsked();
    const { session } = await link.call('session/get', { sessionId });
    process.kill(session.pid ?? -1, 'SIGKILL');
    await chat.untilTurns(1);
    await assert.rejects(chat.answer(asked, { behavior: 'allow' }), { code: 'conflict' });
    const { needs } = await link.call('attention/list', {});
    assert.deepEqual(
      [chat.list('permission')[0]?.permission.state, needs.map(({ kind }) => kind)],
      ['void', ['failed']],
    );
    await link.call('chat/retry', { sessionId, environment });
    const again = await chat.untilAsked();
    assert.notEqual(again.permissionId, asked.permissionId);
    await chat.answer(again, { behavior: 'deny', interrupt: false });
    await chat.untilTurns(2);
    await close(chat);
  });

  it('takes an answer in the list of what needs a person, only where all of it is shown', async () => {
    const chat = await openFakeChat(home, link);
    await chat.say(`ask touch short\nask touch ${'x'.repeat(200)}`);
    const first = await chat.untilAsked();
    const needs = async () => (await link.call('attention/list', {})).needs;
    const [short] = await needs();
    assert.deepEqual(
      [short?.id, short?.text, short?.actions.map(({ id }) => id)],
      [first.permissionId, '$ touch short', ['allow', 'deny', 'review']],
    );
    const { id = '', revision = 0 } = short ?? {};
    await link.call('attention/answer', { id, action: 'allow', revision });
    await chat.until(() => chat.asked !== undefined && chat.asked.permissionId !== id, 'the other');
    const [long] = await needs();
    assert.deepEqual(
      long?.actions.map((action) => action.id),
      ['review'],
    );
    const answer = { id: long?.id ?? '', action: 'allow', revision: long?.revision ?? 0 };
    await assert.rejects(link.call('attention/answer', answer), { code: 'badRequest' });
    await chat.answer(await chat.untilAsked(), { behavior: 'deny', interrupt: false });
    await chat.untilTurns(1);
    await close(chat);
  });

  it('allows the same action for several chats at once, each as it was seen', async () => {
    const chats = await Promise.all([0, 1, 2].map(() => openFakeChat(home, link)));
    for (const chat of chats) await chat.say('ask npm test');
    for (const chat of chats) await chat.untilAsked();
    const { permissions } = await link.call('chat/listPermissions', {});
    const [first, ...others] = permissions.map(({ sessionId, permission }) => {
      return { sessionId, permissionId: permission.permissionId, hash: permission.hash };
    });
    assert.ok(first !== undefined && others.length === 2);
    const answered = await link.call('chat/answer', {
      ...first,
      answer: { behavior: 'allow' },
      others,
    });
    assert.equal(answered.others, 2);
    for (const chat of chats) assert.equal((await chat.untilTurns(1)).outcome, 'completed');
    for (const chat of chats) await close(chat);
  });

  it('lets an agent read its own chat and nothing else, and answer nothing', async () => {
    const chat = await openFakeChat(home, link);
    const other = await openFakeChat(home, link);
    const { sessionId } = chat;
    await chat.say('ask touch it');
    const { permissionId, hash } = await chat.untilAsked();
    const token = tokenOf(home.processesOf(sessionId)[0] ?? -1);
    const inside = await home.connect('inside', token);
    const { end } = await inside.call('chat/read', { sessionId, from: 1 });
    assert.ok(end > 0);
    const forbidden = { code: 'forbidden' };
    const seen = { sessionId, permissionId, hash };
    await assert.rejects(
      inside.call('chat/answer', { ...seen, answer: { behavior: 'allow' } }),
      forbidden,
    );
    await assert.rejects(
      inside.call('chat/read', { sessionId: other.sessionId, from: 1 }),
      forbidden,
    );
    await assert.rejects(inside.call('chat/listRules', {}), forbidden);
    await assert.rejects(inside.call('session/attach', { sessionId, via: 'channel' }), forbidden);
    await assert.rejects(link.call('session/attach', { sessionId, via: 'host' }), {
      code: 'conflict',
    });
    await close(chat);
    await close(other);
  });

  it('says why an agent cannot be in a chat, and goes on when it can', async () => {
    await assert.rejects(openFakeChat(home, link, { agent: 'shell' }), { code: 'badRequest' });
    for (const { agent, label, old, oldest } of programs) {
      const open = (over: Record<string, string>) =>
        openFakeChat(home, link, { agent, environment: over });
      await assert.rejects(open({ PATH: '/nowhere' }), { code: 'commandNotFound' });
      // Another file, as far as anybody knows: its version is asked again.
      const program = join(dirname(home.folder), 'fakes', agent);
      utimesSync(program, 1, 1);
      const tooOld = `${label} ${old} is too old for a chat.`;
      await assert.rejects(open({ FAKE_VERSION: old }), (error: unknown) => {
        assert.ok(error instanceof WaggleError);
        assert.deepEqual([error.code, error.message], ['versionMismatch', tooOld]);
        assert.equal(error.fix, `Update it to ${oldest} or later: ${program}`);
        return true;
      });
      utimesSync(program, 2, 2);
      const chat = await open({ FAKE_REFUSES: 'Not logged in · Please run /login' });
      await chat.until(() => chat.list('error').length > 0, 'the reason');
      const [error] = chat.list('error');
      assert.deepEqual(
        [error?.code, error?.text],
        ['start', `${label} ended (exit code 1): Not logged in · Please run /login`],
      );
      if (agent === 'gemini' || agent === 'opencode') {
        await chat.say('say unheard', { ...environment, FAKE_SIGNED_OUT: '1' });
        const isTold = (): boolean => chat.list('error').some(({ code }) => code === 'signIn');
        await chat.until(isTold, 'that it is not logged in');
        const signIn = chat.list('error').find(({ code }) => code === 'signIn');
        assert.equal(signIn?.text, 'Authentication required It offers: Log in with it.');
        await chat.until(() => chat.chat.paused !== null, 'its end');
        const [unheard] = chat.chat.queue;
        assert.equal(unheard?.text, 'say unheard');
        await link.call('chat/continue', { sessionId: chat.sessionId, environment });
        await chat.untilTurns(1);
      }
      await chat.turn('say well', environment);
      assert.equal(chat.texts.at(-1), 'well');
      await close(chat);
    }
  });

  it('runs no more agents at once than it may, and lets the idle one sleep for the next', async () => {
    await link.call('chat/configure', { change: { maxRunning: 1 } });
    const first = await openFakeChat(home, link);
    await first.turn('say one');
    const second = await openFakeChat(home, link);
    await first.until(() => first.chat.state === 'asleep', 'the sleep of the first');
    await second.turn('say two', environment);
    await second.say('hang');
    await second.until(() => second.chat.turn !== null, 'its turn');
    await assert.rejects(openFakeChat(home, link), { code: 'limitReached' });
    await first.say('say three', environment);
    await first.until(() => first.chat.state === 'waiting', 'its wait');
    await link.call('chat/interrupt', { sessionId: second.sessionId });
    await first.untilTurns(2);
    assert.deepEqual(first.texts, ['one', 'three']);
    await link.call('chat/configure', { change: { maxRunning: 16 } });
    await close(first);
    await close(second);
  });

  it('pages its journal, tells what changed since, and exports it', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    for (let turn = 0; turn < 5; turn += 1) await chat.turn(`say ${turn}`);
    const page = await link.call('chat/read', { sessionId, from: 5, limit: 4 });
    assert.deepEqual(
      [page.entries.map(({ position }) => position), page.more, page.end],
      [[5, 6, 7, 8], true, 20],
    );
    const back = await link.call('chat/read', { sessionId, from: 5, back: true, limit: 3 });
    assert.deepEqual([back.entries.map(({ position }) => position), back.more], [[2, 3, 4], true]);
    const { revision } = await link.call('chat/subscribe', { sessionId, last: 0 });
    await chat.turn('say <b>six</b>');
    const { entries } = await link.call('chat/subscribe', { sessionId, since: revision });
    assert.deepEqual(
      entries.map(({ position }) => position),
      [21, 22, 23, 24],
    );
    const { text, next } = await link.call('chat/export', { sessionId });
    assert.deepEqual(
      [next, text.includes('&lt;b>six'), text.match(/^## You/gm)?.length],
      [null, true, 6],
    );
    await close(chat);
    await assert.rejects(link.call('chat/read', { sessionId, from: 1 }), { code: 'notFound' });
  });

  it('loses and doubles no text over many kills of the daemon', async () => {
    const chat = await openFakeChat(home, link);
    const { sessionId } = chat;
    const pieces = Array.from({ length: 40 }, (_, at) => `say piece ${at} ${'z'.repeat(2000)}`);
    await chat.say([...pieces, 'big 200000', 'say end'].join('\n'));
    for (let kill = 0; kill < 5; kill += 1) {
      await home.killDaemon();
      await home.startDaemon();
    }
    link = await home.connect('window-9');
    const again = await ChatReader.open(link, sessionId);
    await again.untilTurns(1);
    const wanted = [...pieces.map((line) => line.slice(4)), 'y'.repeat(200_000), 'end'];
    assert.deepEqual(
      again.texts.map((text) => text.length),
      wanted.map((text) => text.length),
    );
    assert.deepEqual(again.texts.slice(0, 40), wanted.slice(0, 40));
    await close(again);
  });

  it('writes nothing of a private chat, which is gone with its process and with its daemon', async () => {
    const chat = await openFakeChat(home, link, { private: true });
    const { sessionId } = chat;
    await chat.turn('say xylophone-in-the-cellar');
    await chat.say('ask touch xylophone-there');
    const asked = await chat.untilAsked();
    const always = { scope: 'session', pattern: 'touch *', expiresAt: null } as const;
    await assert.rejects(chat.answer(asked, { behavior: 'allow', always }), { code: 'badRequest' });
    await chat.answer(asked, { behavior: 'allow' });
    await chat.untilTurns(2);
    const { entries, end } = await link.call('chat/read', { sessionId, from: 1, limit: 3 });
    assert.deepEqual([entries.map(({ position }) => position), end], [[1, 2, 3], 9]);
    const back = await link.call('chat/read', { sessionId, from: 3, back: true, limit: 1 });
    assert.deepEqual([back.entries[0]?.position, back.more], [2, true]);
    const { found } = await link.call('chat/search', { query: 'xylophone' });
    assert.deepEqual([found, listFilesWith(home.paths.home, 'xylophone')], [[], []]);
    await assert.rejects(link.call('chat/fork', { sessionId, environment }), { code: 'conflict' });
    await link.call('chat/retry', { sessionId, environment });
    await chat.answer(await chat.untilAsked(), { behavior: 'deny', interrupt: false });
    await chat.untilTurns(3);
    const isGone = (id: Session['id']) => async (): Promise<boolean> => {
      const { sessions } = await link.call('session/list', { history: true });
      return sessions.every((session) => session.id !== id);
    };
    await link.call('session/kill', { sessionId });
    await until(isGone(sessionId), 'nothing of it');
    const lost = await openFakeChat(home, link, { private: true });
    await lost.turn('say xylophone again');
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-8');
    await until(isGone(lost.sessionId), 'nothing of the other');
    await until(() => home.processesOf(lost.sessionId).length === 0, 'its end');
    assert.deepEqual(listFilesWith(home.paths.home, 'xylophone'), []);
  });

  it('ends a turn whose program does not listen', async () => {
    const chat = await openFakeChat(home, link, { environment: { FAKE_IGNORES_INTERRUPT: '1' } });
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    await link.call('chat/stop', { sessionId: chat.sessionId });
    assert.equal((await chat.untilTurns(1)).outcome, 'interrupted');
    await until(() => home.processesOf(chat.sessionId).length === 0, 'its end');
    await close(chat);
  });
});

/** Files of a folder in whose bytes a word stands. */
function listFilesWith(folder: string, word: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(word));
}

/** As the program itself sees it. */
function tokenOf(pid: number): string {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const found = variables.find((variable) => variable.startsWith('WAGGLE_TOKEN='));
  return found?.slice('WAGGLE_TOKEN='.length) ?? '';
}

/** A conversation that is gone on with in a terminal and back: one session, one process at a time, nothing lost. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { MethodParams, MethodResult } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { ChatReader } from '../support/chatReader.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { openFakeChat } from './chatHome.ts';
import type { Screen } from './sessionHome.ts';
import { SessionHome, until as untilWithin } from './sessionHome.ts';

const until = (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  untilWithin(isSo, what, 60_000);
const size = { cols: 200, rows: 40 };

describe('a conversation between chat and terminal', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let link: DaemonLink;
  let environment: Record<string, string>;

  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
    environment = { ...installFakeClaude(home), FAKE_KEEPS: '1' };
  });

  after(() => home.close());

  const open = (over: Partial<MethodParams<'chat/create'>> = {}): Promise<ChatReader> =>
    openFakeChat(home, link, { environment: { FAKE_KEEPS: '1' }, ...over });
  const switchTo = (
    { sessionId }: { readonly sessionId: Session['id'] },
    to: 'terminal' | 'chat',
    over: Partial<MethodParams<'chat/switch'>> = {},
  ): Promise<MethodResult<'chat/switch'>> =>
    link.call('chat/switch', { sessionId, to, environment, size, ...over });
  const read = async (sessionId: Session['id']): Promise<Session> =>
    (await link.call('session/get', { sessionId })).session;
  const show = ({ sessionId }: ChatReader): Promise<Screen> =>
    home.attach(link, sessionId, `window-${randomUUID()}`);
  const close = async ({ sessionId }: { readonly sessionId: Session['id'] }): Promise<void> => {
    await link.call('session/kill', { sessionId });
    assert.deepEqual(home.processesOf(sessionId), []);
    await link.call('session/delete', { sessionId });
  };

  it('goes on in the same session with draft, queue, model and mode, and knows on its return what was said', async () => {
    const chat = await open({ arguments: ['--permission-mode', 'auto'] });
    const { sessionId } = chat;
    await chat.turn('say one');
    await link.call('chat/setModel', { sessionId, model: 'opus' });
    await link.call('chat/setMode', { sessionId, mode: 'plan' });
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    await chat.say('say waiting');
    await link.call('chat/stop', { sessionId });
    await chat.untilTurns(2);
    await link.call('chat/continue', { sessionId, environment });
    await chat.untilTurns(3);
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    await chat.say('say first there');
    await chat.say('say second there');
    const before = await read(sessionId);
    const switched = await switchTo(chat, 'terminal', { during: 'interrupt', draft: 'not said' });
    assert.deepEqual(
      [switched.outcome, switched.session.mode, switched.session.status, switched.chat.state],
      ['switched', 'pty', 'running', 'terminal'],
    );
    const { session } = switched;
    assert.deepEqual(
      [session.id, session.name, session.generation > before.generation],
      [sessionId, before.name, true],
    );
    const id = before.conversations.at(-1)?.id ?? '';
    const args = session.argv.slice(1).join(' ');
    assert.match(args, new RegExp(`^--resume ${id} --permission-mode plan --model opus`));
    assert.equal(home.processesOf(sessionId).length, 1);
    const screen = await show(chat);
    await screen.waitFor('said say first there');
    await screen.waitFor('said say second there');
    await screen.waitFor('> not said|');
    await chat.until(() => chat.chat.draft === '' && chat.chat.queue.length === 0, 'all is there');
    await assert.rejects(chat.say('here', environment), { code: 'conflict' });
    const back = await switchTo(chat, 'chat');
    assert.deepEqual(
      [back.outcome, back.session.mode, back.chat.state, back.chat.mode, back.chat.model],
      ['switched', 'pipe', 'idle', 'default', 'opus'],
    );
    assert.deepEqual(chat.texts.slice(-2), ['first there', 'second there']);
    assert.deepEqual(
      chat
        .list('prompt')
        .map(({ text }) => text)
        .slice(-2),
      ['say first there', 'say second there'],
    );
    await chat.turn('say three', environment);
    assert.equal(chat.texts.at(-1), 'three');
    await close(chat);
  });

  it('of a copy goes on as that, and nowhere without what was said before', async () => {
    const chat = await open();
    await chat.turn('say one');
    const { session } = await link.call('chat/fork', { sessionId: chat.sessionId, environment });
    const fork = await ChatReader.open(link, session.id);
    const again = { sessionId: fork.sessionId, environment };
    await assert.rejects(link.call('chat/fork', again), { code: 'conflict' });
    // Its agent has kept nothing of the copy yet: a terminal would begin with an empty conversation.
    await assert.rejects(switchTo(fork, 'terminal'), { code: 'conflict' });
    await fork.turn('say two', environment);
    const { argv, conversations } = await read(fork.sessionId);
    assert.ok(argv.includes('--fork-session'), argv.join(' '));
    const ends = (await readAll(fork.sessionId)).filter(
      ({ content }) => content.kind === 'turnEnded',
    );
    assert.deepEqual(
      [ends.map(({ turn }) => turn), fork.texts],
      [
        [1, 2],
        ['one', 'two'],
      ],
    );
    const { session: there } = await switchTo(fork, 'terminal');
    assert.deepEqual(there.argv.slice(1, 3), ['--resume', conversations.at(-1)?.id]);
    await close(fork);
    await close(chat);
  });

  it('presses Enter again where the first did nothing, but not once a person writes there', async () => {
    const chat = await open();
    await chat.turn('say one');
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    await chat.say('say again');
    await chat.say('say with');
    const deaf = { ...environment, FAKE_DEAF: '1' };
    await switchTo(chat, 'terminal', { during: 'interrupt', environment: deaf });
    const screen = await show(chat);
    await screen.waitFor('> say again|');
    await screen.waitFor('said say again');
    await screen.waitFor('said say with');
    const isBack = (): Promise<boolean> =>
      switchTo(chat, 'chat').then(
        () => true,
        // It says that it is done a moment after it has said its last word.
        (error: unknown) => (assert.equal(errorCodeOf(error), 'conflict'), false),
      );
    await until(isBack, 'the chat');
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    await chat.say('say theirs');
    await chat.say('say last');
    await switchTo(chat, 'terminal', { during: 'interrupt', environment: deaf });
    const other = await show(chat);
    await other.waitFor('> say theirs|');
    await other.typeWhenFree(' and mine');
    await other.waitFor('> say theirs and mine|');
    // Longer than it would take to press it again.
    const later = Date.now() + 6000;
    await until(() => Date.now() > later, 'time for another key');
    assert.doesNotMatch(other.text, /said say theirs/);
    await other.typeWhenFree('\r');
    await other.waitFor('said say theirs and mine');
    await other.waitFor('said say last');
    await close(chat);
  });

  it('gives a draft back that was not said in the terminal either', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await link.call('chat/setDraft', { sessionId, text: 'half a thought' });
    await switchTo(chat, 'terminal');
    await (await show(chat)).waitFor('> half a thought|');
    await chat.until(() => chat.chat.draft === '', 'it is lent');
    const { chat: back } = await switchTo(chat, 'chat');
    assert.equal(back.draft, 'half a thought');
    await close(chat);
  });

  it('waits for the end of a turn when it is asked to, and can be held back', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await chat.say('ask touch it');
    const asked = await chat.untilAsked();
    await assert.rejects(switchTo(chat, 'terminal'), { code: 'conflict' });
    const waiting = await switchTo(chat, 'terminal', { during: 'afterTurn' });
    assert.deepEqual([waiting.outcome, waiting.chat.switching], ['waiting', 'terminal']);
    const { chat: held } = await link.call('chat/cancelSwitch', { sessionId });
    assert.deepEqual([held.switching, held.state], [null, 'asking']);
    await switchTo(chat, 'terminal', { during: 'afterTurn' });
    await chat.answer(asked, { behavior: 'allow' });
    await chat.untilTurns(2);
    await chat.until(() => chat.chat.state === 'terminal', 'the terminal');
    await until(async () => (await read(sessionId)).attention.state === 'idle', 'its composer');
    await close(chat);
  });

  it('voids what is asked and has it asked again where it goes on, both ways', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await chat.say('ask touch it');
    const asked = await chat.untilAsked();
    await switchTo(chat, 'terminal', { during: 'interrupt' });
    await assert.rejects(chat.answer(asked, { behavior: 'allow' }), { code: 'conflict' });
    assert.equal(chat.list('permission')[0]?.permission.state, 'void');
    const screen = await show(chat);
    await screen.waitFor(
      'said Go on. You had asked for something that was not answered ($ touch it)',
    );
    await screen.typeWhenFree('ask touch there\r');
    await until(async () => (await read(sessionId)).attention.state === 'asking', 'a question');
    await assert.rejects(switchTo(chat, 'chat'), { code: 'conflict' });
    await switchTo(chat, 'chat', { during: 'interrupt' });
    const said = (): string => chat.list('prompt').at(-1)?.text ?? '';
    await chat.until(() => said().startsWith('Go on.'), 'it is asked again');
    assert.match(said(), /touch there/);
    await close(chat);
  });

  it('is a chat as before when the terminal cannot go on with it', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await link.call('chat/setDraft', { sessionId, text: 'kept' });
    const refusing = { ...environment, FAKE_TERMINAL_REFUSES: 'No conversation found' };
    const failed = await switchTo(chat, 'terminal', { environment: refusing });
    assert.deepEqual(
      [failed.outcome, failed.session.mode, failed.chat.state, failed.chat.draft],
      ['returned', 'pipe', 'asleep', 'kept'],
    );
    assert.match(failed.reason ?? '', /No conversation found/);
    await chat.until(() => chat.list('error').length === 1, 'the reason');
    const nowhere = { ...environment, PATH: '/nowhere' };
    await assert.rejects(switchTo(chat, 'terminal', { environment: nowhere }), {
      code: 'commandNotFound',
    });
    assert.equal((await read(sessionId)).mode, 'pipe');
    await chat.turn('say two', environment);
    assert.deepEqual(chat.texts, ['one', 'two']);
    // What its agent forgot is not begun anew in its name.
    const id = (await read(sessionId)).conversations.at(-1)?.id ?? '';
    for (const name of readdirSync(projects()))
      if (name.includes(id)) rmSync(join(projects(), name));
    await assert.rejects(switchTo(chat, 'terminal'), { code: 'conflict' });
    assert.equal((await read(sessionId)).mode, 'pipe');
    await close(chat);
  });

  it('is a terminal as before when no chat can go on with it', async () => {
    const session = await home.openSession(link, { agent: 'claude', environment });
    const { id: sessionId } = session;
    const screen = await home.attach(link, sessionId, 'window-t');
    await screen.waitFor('args ');
    await screen.typeWhenFree('say in a terminal\r');
    await screen.waitFor('said say in a terminal');
    await until(async () => (await read(sessionId)).attention.state === 'finished', 'its turn');
    const refusing = { ...environment, FAKE_CHAT_REFUSES: 'Not logged in' };
    const failed = await switchTo({ sessionId }, 'chat', { environment: refusing });
    assert.deepEqual(
      [failed.outcome, failed.session.mode, failed.session.status, failed.chat.state],
      ['returned', 'pty', 'running', 'terminal'],
    );
    await until(async () => (await read(sessionId)).attention.state === 'idle', 'its composer');
    const wide = { ...environment, FAKE_MODE: 'bypassPermissions' };
    await link.call('session/kill', { sessionId });
    await link.call('session/restart', { sessionId, environment: wide });
    const again = await home.attach(link, sessionId, 'window-u');
    await again.waitFor('args ');
    await again.typeWhenFree('say with all rights\r');
    await again.waitFor('said say with all rights');
    await until(async () => (await read(sessionId)).attention.state === 'finished', 'its turn');
    const { chat, outcome } = await switchTo({ sessionId }, 'chat');
    assert.deepEqual([outcome, chat.mode], ['switched', 'default']);
    const reader = await ChatReader.open(link, sessionId);
    assert.deepEqual(reader.texts, ['in a terminal', 'with all rights']);
    assert.match(reader.list('notice').at(-1)?.text ?? '', /bypassPermissions/);
    await close(reader);
  });

  it('goes on in the terminal over a kill of the daemon, and comes back after it', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await switchTo(chat, 'terminal');
    await until(async () => (await read(sessionId)).attention.state === 'idle', 'its composer');
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    const again = await ChatReader.open(link, sessionId);
    assert.equal(again.chat.state, 'terminal');
    const screen = await show(again);
    await screen.typeWhenFree('say two\r');
    await screen.waitFor('said say two');
    await until(async () => (await read(sessionId)).attention.state === 'finished', 'its turn');
    await switchTo(again, 'chat');
    await again.turn('say three', environment);
    assert.deepEqual(again.texts, ['one', 'two', 'three']);
    await close(again);
  });

  it('knows everything once that was said there, when the daemon is killed while it reads it', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await chat.turn('say one');
    await switchTo(chat, 'terminal');
    await until(async () => (await read(sessionId)).attention.state === 'idle', 'its composer');
    const { conversations } = await read(sessionId);
    const much = writeMuch(join(projects(), `${conversations.at(-1)?.id}.jsonl`));
    const switching = switchTo(chat, 'chat').then(
      () => 'switched',
      () => 'cut',
    );
    await chat.until(() => chat.texts.includes('text 0'), 'the first of it');
    await home.killDaemon();
    assert.equal(await switching, 'cut');
    await home.startDaemon();
    link = await home.connect('window-2');
    const { length } = await readAll(sessionId);
    assert.ok(length > 4 && length < much.entries, `in the middle of it: ${length}`);
    const again = await ChatReader.open(link, sessionId);
    assert.equal(again.chat.state, 'terminal');
    await switchTo(again, 'chat');
    const all = await readAll(sessionId);
    const contents = all.map(({ content }) => content);
    const texts = contents.flatMap((content) => (content.kind === 'text' ? [content.text] : []));
    const outputs = contents.flatMap((content) =>
      content.kind === 'tool' ? [content.output] : [],
    );
    const kinds = new Set(contents.map(({ kind }) => kind));
    assert.deepEqual(texts, ['one', ...much.texts]);
    assert.deepEqual(outputs, much.outputs);
    assert.deepEqual(
      [[...kinds], all.at(-1)?.turn, all.filter(({ isOpen }) => isOpen)],
      [['turnStarted', 'prompt', 'text', 'turnEnded', 'tool'], 3, []],
    );
    await again.turn('say three', environment);
    await close(again);
  });

  const projects = (): string => join(dirname(home.folder), 'claude-config', 'projects', 'p');
  const readAll = async (sessionId: Session['id'], from = 1): Promise<Entry[]> => {
    const { entries } = await link.call('chat/read', { sessionId, from, limit: 1000 });
    const last = entries.at(-1);
    return last === undefined ? [] : [...entries, ...(await readAll(sessionId, last.position + 1))];
  };
});

/** Two turns in a terminal of which the first did more than is read at once. */
function writeMuch(transcript: string): Readonly<Record<'texts' | 'outputs', string[]>> & {
  readonly entries: number;
} {
  const timestamp = new Date().toISOString();
  const line = (type: string, content: unknown): string =>
    `${JSON.stringify({ type, timestamp, message: { content } })}\n`;
  const numbers = Array.from({ length: 4000 }, (_, at) => at);
  const worked = numbers.map((number) => [
    line('assistant', [
      { type: 'text', text: `text ${number}` },
      { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
    ]),
    line('user', [{ type: 'tool_result', content: `output ${number}` }]),
  ]);
  const last = [line('user', 'last'), line('assistant', [{ type: 'text', text: 'the end' }])];
  appendFileSync(transcript, [line('user', 'much'), ...worked.flat(), ...last].join(''));
  return {
    texts: [...numbers.map((number) => `text ${number}`), 'the end'],
    outputs: numbers.map((number) => `output ${number}`),
    entries: 4 + numbers.length * 2 + 7,
  };
}

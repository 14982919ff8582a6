/** Files that an agent changed, over a real daemon and a real repository: how they were, and back to that. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { ChatReader } from '../support/chatReader.ts';
import { openActor, say } from './agentHome.ts';
import { fakeEnvironment, openFakeChat } from './chatHome.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('files of a session', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let link: DaemonLink;
  let repository: string;
  let count = 0;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, ...args], {
      encoding: 'utf8',
      env: {
        ...{ PATH: process.env['PATH'], HOME: dirname(home.folder), GIT_CONFIG_NOSYSTEM: '1' },
        ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b' },
        ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
      },
    });
  const pathOf = (name: string): string => join(repository, name);
  const put = (name: string, text: string): void => writeFileSync(pathOf(name), text);
  const read = (name: string): string | undefined =>
    existsSync(pathOf(name)) ? readFileSync(pathOf(name), 'utf8') : undefined;
  /** Everything of git's own that nobody but the person may change. */
  const ownOfGit = (): unknown => [
    readFileSync(pathOf('.git/index')).toString('base64'),
    git('rev-parse', 'HEAD'),
    git('for-each-ref'),
    readdirSync(pathOf('.git/objects'), { recursive: true }).length,
  ];

  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  beforeEach(async () => {
    count += 1;
    repository = join(home.folder, `repository-${count}`);
    mkdirSync(repository);
    git('init', '-q', '-b', 'main');
    put('a.txt', 'one\n');
    put('gone.txt', 'gone\n');
    put('.gitignore', 'ignored*\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    // What a person has not committed yet: staged, changed, new.
    put('staged.txt', 'staged\n');
    git('add', 'staged.txt');
    put('staged.txt', 'staged, then changed\n');
    put('mine.txt', 'mine\n');
    await link.call('workspace/trust', { root: repository, trusted: true });
  });
  after(() => home.close());

  const open = (): Promise<ChatReader> => openFakeChat(home, link, { cwd: repository });
  const close = async ({ sessionId }: ChatReader): Promise<void> => {
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
    assert.equal(existsSync(join(home.paths.home, 'files', sessionId)), false);
  };
  const changed = async ({ sessionId }: ChatReader): Promise<string[]> => {
    const { files } = await link.call('file/listChanged', { sessionId });
    return files.map(({ path, change, added, removed }) => `${change} ${path} ${added} ${removed}`);
  };
  /** A turn is over for its files a moment after it is over. */
  const turn = async (chat: ChatReader, words: string): Promise<void> => {
    await chat.turn(words);
    const turns = chat.list('turnEnded').length;
    await until(async () => {
      const { turns: kept } = await link.call('file/listTurns', { sessionId: chat.sessionId });
      return kept.some((one) => one.turn === turns && one.endedAt !== null);
    }, 'the files after the turn');
  };
  const restore = async ({ sessionId }: ChatReader, before: number, overwrite: string[] = []) => {
    const about = { sessionId, turn: before };
    const { plan } = await link.call('file/planRestore', about);
    const { restored } = await link.call('file/restore', {
      ...{ ...about, planId: plan.planId, overwrite },
    });
    return { plan, restored };
  };

  it('are told against their start, and go back to before a turn without touching anything of git', async () => {
    chmodSync(pathOf('a.txt'), 0o755);
    symlinkSync('a.txt', pathOf('link'));
    const before = ownOfGit();
    const chat = await open();
    await turn(chat, 'write a.txt two\nwrite made.txt made\nwrite ignored.txt x\nsay one');
    await turn(chat, 'write a.txt three\nremove gone.txt\nremove mine.txt\nremove link\nsay two');
    assert.deepEqual(await changed(chat), [
      'changed a.txt 1 1',
      'removed gone.txt 0 1',
      'removed link 0 1',
      'added made.txt 1 0',
      'removed mine.txt 0 1',
    ]);
    const { sessionId } = chat;
    const at = { turn: 2, side: 'before' } as const;
    const { data } = await link.call('file/read', { sessionId, path: 'a.txt', at });
    assert.equal(Buffer.from(data ?? '', 'base64').toString(), 'two');
    const second = await restore(chat, 2);
    assert.deepEqual(
      [second.plan.conflicts, second.restored.files],
      [[], ['a.txt', 'gone.txt', 'link', 'mine.txt']],
    );
    assert.deepEqual(
      [read('a.txt'), read('gone.txt'), read('mine.txt'), read('made.txt'), read('ignored.txt')],
      ['two', 'gone\n', 'mine\n', 'made', 'x'],
    );
    assert.deepEqual(
      [lstatSync(pathOf('link')).isSymbolicLink(), lstatSync(pathOf('a.txt')).mode & 0o777],
      [true, 0o755],
    );
    await restore(chat, 1);
    assert.deepEqual(
      [read('a.txt'), read('made.txt'), read('staged.txt')],
      ['one\n', undefined, 'staged, then changed\n'],
    );
    assert.deepEqual(await changed(chat), []);
    assert.deepEqual(ownOfGit(), before);
    await close(chat);
  });

  it('that a person changed later stay as they are until that is asked for, and a restore can be undone', async () => {
    const chat = await open();
    await turn(chat, 'write a.txt two\nwrite made.txt made\nwrite other.txt other\nsay one');
    put('other.txt', 'between\n');
    await turn(chat, 'write other.txt again\nsay two');
    put('made.txt', 'made, and changed by hand\n');
    const { plan, restored } = await restore(chat, 1);
    assert.deepEqual(
      [plan.files.map(({ path }) => path), plan.conflicts, restored.files],
      [
        ['a.txt'],
        [
          { path: 'made.txt', reason: 'changedSince' },
          { path: 'other.txt', reason: 'changedBetween' },
        ],
        ['a.txt'],
      ],
    );
    assert.deepEqual(
      [read('a.txt'), read('made.txt'), read('other.txt')],
      ['one\n', 'made, and changed by hand\n', 'again'],
    );
    const { restored: more } = await restore(chat, 1, ['made.txt', 'other.txt', '../outside']);
    assert.deepEqual([more.files, read('made.txt')], [['made.txt', 'other.txt'], undefined]);
    const { sessionId } = chat;
    put('other.txt', 'new work\n');
    const undone = await link.call('file/undoRestore', { sessionId, restoreId: more.restoreId });
    assert.deepEqual(
      [undone.restored.files, undone.left, read('made.txt'), read('other.txt')],
      [['made.txt'], ['other.txt'], 'made, and changed by hand\n', 'new work\n'],
    );
    const again = link.call('file/undoRestore', { sessionId, restoreId: more.restoreId });
    await assert.rejects(again, { code: 'conflict' });
    await close(chat);
  });

  it('stay in the worktree when a restore is undone through a link that was made on the way', async () => {
    mkdirSync(pathOf('a'));
    const chat = await open();
    const { sessionId } = chat;
    await turn(chat, 'write a/keys by the agent\nwrite a.txt two\nsay one');
    const { restored } = await restore(chat, 1);
    assert.deepEqual([restored.files, existsSync(pathOf('a'))], [['a.txt', 'a/keys'], false]);
    const outside = join(home.folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, pathOf('a'));
    const { restoreId } = restored;
    const undone = await link.call('file/undoRestore', { sessionId, restoreId });
    assert.deepEqual(
      [undone.restored.files, undone.left, read('a.txt'), readdirSync(outside)],
      [['a.txt'], ['a/keys'], 'two', []],
    );
    await close(chat);
  });

  it('that nobody is shown, for they are ignored or too large now, are never overwritten', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await turn(chat, 'write a.txt two\nwrite made.txt made\nremove mine.txt\nsay one');
    put('.gitignore', 'mine.txt\n');
    put('mine.txt', 'by hand\n');
    const { plan, restored } = await restore(chat, 1, ['mine.txt']);
    assert.deepEqual(
      [plan.conflicts, restored.files, read('mine.txt')],
      [[{ path: 'mine.txt', reason: 'inTheWay' }], ['a.txt', 'made.txt'], 'by hand\n'],
    );
    put('.gitignore', 'made.txt\n');
    put('made.txt', 'by hand\n');
    truncateSync(pathOf('a.txt'), 65 * 1024 * 1024);
    const { restoreId } = restored;
    const { left } = await link.call('file/undoRestore', { sessionId, restoreId });
    assert.deepEqual(
      [left, read('made.txt'), lstatSync(pathOf('a.txt')).size],
      [['a.txt', 'made.txt'], 'by hand\n', 65 * 1024 * 1024],
    );
    await close(chat);
  });

  it('are refused when they changed after they were looked at, and while a turn runs', async () => {
    const chat = await open();
    const { sessionId } = chat;
    await turn(chat, 'write a.txt two\nsay one');
    const { plan } = await link.call('file/planRestore', { sessionId, turn: 1 });
    put('a.txt', 'changed by hand\n');
    const late = link.call('file/restore', { sessionId, turn: 1, planId: plan.planId });
    await assert.rejects(late, { code: 'conflict', message: 'The files changed meanwhile.' });
    assert.equal(read('a.txt'), 'changed by hand\n');
    await chat.say('hang');
    await chat.until(() => chat.chat.turn !== null, 'the turn');
    const running = link.call('file/planRestore', { sessionId, turn: 1 });
    await assert.rejects(running, { code: 'conflict', message: 'A turn still runs.' });
    await link.call('chat/interrupt', { sessionId });
    await chat.untilTurns(2);
    const none = link.call('file/planRestore', { sessionId, turn: 9 });
    await assert.rejects(none, { code: 'notFound' });
    await close(chat);
  });

  it('of a copied chat go back to before its own turns, and to none of the chat before', async () => {
    const chat = await open();
    await turn(chat, 'write a.txt two\nsay one');
    const environment = fakeEnvironment(home);
    const copied = await link.call('chat/fork', { sessionId: chat.sessionId, environment });
    const fork = await ChatReader.open(link, copied.session.id);
    const { sessionId } = fork;
    await turn(fork, 'write a.txt three\nsay two');
    const before = link.call('file/planRestore', { sessionId, turn: 1 });
    await assert.rejects(before, { code: 'notFound' });
    const { plan } = await link.call('file/planRestore', { sessionId, turn: 2 });
    await link.call('file/restore', { sessionId, turn: 2, planId: plan.planId });
    assert.equal(read('a.txt'), 'two');
    await close(fork);
    await close(chat);
  });

  it('are kept over the death of the daemon, and nothing where nobody vouched for a folder or git has none', async () => {
    const chat = await open();
    await turn(chat, 'write a.txt two\nsay one');
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    const { sessionId } = chat;
    rmSync(pathOf('a.txt'));
    mkdirSync(pathOf('a.txt'));
    put('a.txt/inside', 'x');
    const { plan } = await link.call('file/planRestore', { sessionId, turn: 1 });
    assert.deepEqual(plan.conflicts, [{ path: 'a.txt', reason: 'inTheWay' }]);
    rmSync(pathOf('a.txt'), { recursive: true });
    put('a.txt', 'two');
    await restore(chat, 1);
    assert.equal(read('a.txt'), 'one\n');
    await close(chat);
    const plain = join(home.folder, 'plain');
    mkdirSync(plain);
    const elsewhere = await openFakeChat(home, link, { cwd: plain });
    await elsewhere.turn('write x.txt x\nsay one');
    const listed = await link.call('file/listTurns', { sessionId: elsewhere.sessionId });
    assert.deepEqual(
      [listed.turns, listed.unkept],
      [[], 'The session does not work in a git repository.'],
    );
    await close(elsewhere);
  });

  it('of an agent in a terminal go back to before what it did between two of its states', async () => {
    const { session, screen } = await openActor(home, link, { agent: 'claude', cwd: repository });
    const { id: sessionId } = session;
    const report = (state: string): Promise<string> =>
      say(screen, `\u001b]7501;state=${state}:app=claude-code\u0007`);
    const turns = async () => (await link.call('file/listTurns', { sessionId })).turns;
    await report('working');
    await until(async () => (await turns()).length === 1, 'the turn');
    put('a.txt', 'by the agent\n');
    await report('done');
    await until(async () => (await turns())[0]?.endedAt !== null, 'the end of the turn');
    const { plan } = await link.call('file/planRestore', { sessionId, turn: 1 });
    await link.call('file/restore', { sessionId, turn: 1, planId: plan.planId });
    assert.deepEqual([read('a.txt'), (await turns())[0]?.files], ['one\n', 1]);
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
  });
});

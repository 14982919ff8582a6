import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { Permission } from '../../protocol/chat/permission.ts';
import type { Session } from '../../protocol/session/session.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { CliHome, until } from './cliHome.ts';
import { PtyTerminal } from './ptyTerminal.ts';

interface Created {
  readonly session: Session;
  readonly chat: Chat;
}

describe('chats with the command', function () {
  this.timeout(120_000);
  let cli: CliHome;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    cli = await CliHome.open();
    const folder = join(cli.home, 'folder');
    mkdirSync(folder);
    env = { ...cli.env, ...installFakeClaude({ folder, env: { PATH: cli.env['PATH'] ?? '' } }) };
    await create('first');
  });

  after(() => cli.stop());

  const run = (...words: string[]) => cli.runWith(env, ...words);
  const json = async <T>(...words: string[]): Promise<T> => {
    const { code, stdout, stderr } = await run(...words, '--json');
    assert.equal(code, 0, stderr);
    const value: T = JSON.parse(stdout);
    return value;
  };
  const create = (name: string): Promise<Created> =>
    json<Created>('chat', 'claude', '--name', name, '--detach');

  it('says something, waits for the answer, and shows what was said', async () => {
    const said = await run('send', 'first', '--wait', 'say Hello there');
    assert.deepEqual([said.code, said.stdout, said.stderr], [0, 'Hello there\n', '']);
    const failed = await run('send', 'first', '--wait', 'fail no such model');
    assert.deepEqual([failed.code, failed.stderr.includes('no such model')], [1, true]);
    const { stdout } = await run('transcript', 'first');
    assert.match(stdout, /› say Hello there\n\nHello there\n· done in/);
    const { entries } = await json<{ entries: Entry[] }>('transcript', 'first');
    assert.deepEqual(
      entries.slice(0, 4).map(({ content }) => content.kind),
      ['turnStarted', 'prompt', 'text', 'turnEnded'],
    );
    const markdown = await run('transcript', 'first', '--markdown');
    assert.match(markdown.stdout, /^# first\n\n## You\n\nsay Hello there\n\nHello there/);
  });

  it('finds what was said, and where', async () => {
    const { found } = await json<{ found: { position: number; kind: string; line: string }[] }>(
      'search',
      'hello ther',
    );
    assert.deepEqual(
      found.map(({ position, kind, line }) => [position, kind, line]).toSorted(byPosition),
      [
        [2, 'prompt', 'say Hello there'],
        [3, 'text', 'Hello there'],
      ],
    );
    assert.match((await run('search', 'Hello', '--in', 'first')).stdout, /^first \d+ .*\n  /);
    assert.equal((await run('search', 'nowhere')).stdout, 'Nothing was found.\n');
  });

  it('lists what is asked, and answers it', async () => {
    await run('send', 'first', 'ask touch a-file\nquestion Which colour?');
    const listed = async (): Promise<Permission[]> => {
      const { permissions } = await json<{ permissions: { permission: Permission }[] }>('answer');
      return permissions.map(({ permission }) => permission);
    };
    await until(async () => (await listed()).length === 1);
    const [asked] = await listed();
    const { stdout } = await run('answer');
    assert.match(stdout, /May it use Bash in .*\n +command: touch a-file/);
    const id = asked?.permissionId.slice(0, 8) ?? '';
    assert.equal((await run('answer', id, 'perhaps')).code, 2);
    const allowed = await run('answer', id, 'allow', '--always', 'touch *');
    assert.deepEqual([allowed.code, allowed.stdout], [0, 'Allowed Bash.\n']);
    assert.equal((await run('answer', id, 'allow')).code, 3);
    await until(async () => (await listed())[0]?.ask === 'question');
    const question = (await listed())[0]?.permissionId ?? '';
    assert.equal((await run('answer', question, '2')).stdout, 'Answered.\n');
    const { rules } = await json<{ rules: { id: string; pattern: string }[] }>('rules');
    assert.deepEqual(
      rules.map(({ pattern }) => pattern),
      ['touch *'],
    );
    await json('rules', '--remove', rules[0]?.id ?? '');
    assert.equal((await run('rules')).stdout, 'Everything is asked.\n');
    const whole = await run('transcript', 'first', '--whole');
    assert.match(whole.stdout, /"Which colour\?":"Blue"/);
  });

  it('talks in a terminal: streams, asks, takes the answer, interrupts and leaves', async () => {
    const terminal = new PtyTerminal({
      argv: cli.argv('chat', 'first'),
      env: { ...env, NO_COLOR: '1' },
      cwd: cli.home,
      cols: 120,
    });
    try {
      await terminal.see(':help says');
      terminal.write('say Streamed words\r');
      let at = await terminal.see(/Streamed words\r\n.* done in/);
      terminal.write('ask rm -rf nothing\r');
      at = await terminal.see('command: rm -rf nothing', at);
      await terminal.see('Type y, n', at);
      // What is typed too early is no answer: typed again until it is one.
      for (let isAnswered = false; !isAnswered;) {
        const from = terminal.text.length;
        terminal.write('n not that\r');
        await terminal.see(/typed before it was asked|denied, "not that"/, from);
        isAnswered = terminal.text.slice(from).includes('denied, "not that"');
      }
      at = await terminal.see(/ done in/, at);
      terminal.write('hang\r');
      await until(async () => (await json<Created>('chat', 'first')).chat.turn !== null);
      terminal.write('\x03');
      at = await terminal.see(/ interrupted\r/, at);
      terminal.write(':quit\r');
      assert.equal((await terminal.exited).exitCode, 0);
      assert.equal((await json<Created>('chat', 'first')).session.status, 'running');
    } finally {
      terminal.kill();
    }
  });

  it('takes what was said elsewhere into chats, which can be searched and gone on with', async () => {
    const project = join(env['CLAUDE_CONFIG_DIR'] ?? '', 'projects', '-work');
    mkdirSync(project, { recursive: true });
    const id = '3f1c0a52-7d8e-4c7b-9d53-0a8b1f1c2d3e';
    const about = { sessionId: id, cwd: cli.home };
    const lines = [
      { type: 'user', ...about, message: { content: 'Where does the zebra sleep?' } },
      {
        type: 'assistant',
        ...about,
        message: { content: [{ type: 'text', text: 'In the barn.' }] },
      },
    ];
    const file = join(project, `${id}.jsonl`);
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const first = await json<{ imported: number; failed: unknown[] }>('import', '--all');
    const again = await json<{ imported: number }>('import', '--all');
    assert.deepEqual([first, again.imported], [{ imported: 1, failed: [] }, 0]);
    const { found } = await json<{ found: { sessionId: string; line: string }[] }>(
      'search',
      'zebra',
    );
    assert.deepEqual(
      found.map(({ line }) => line),
      ['Where does the zebra sleep?'],
    );
    const chat = found[0]?.sessionId ?? '';
    const { session } = await json<Created>('chat', chat);
    assert.deepEqual([session.status, session.conversations.at(-1)?.id], ['asleep', id]);
    const said = await run('send', chat, '--wait', 'say In the barn still');
    assert.deepEqual([said.code, said.stdout], [0, 'In the barn still\n'], said.stderr);
    const { argv } = (await json<Created>('chat', chat)).session;
    assert.deepEqual(argv.slice(-2), ['--resume', id]);
  });

  it('says what it cannot do', async () => {
    await cli.start('a-shell', 'sleep', '100');
    const terminal = await run('chat', 'a-shell');
    assert.deepEqual([terminal.code, terminal.stderr.includes('is a terminal')], [2, true]);
    const attached = await run('attach', 'first');
    assert.match(attached.stderr, /is a chat, it has no terminal.*\n.*waggle chat/);
    const none = await run('chat', 'no-such-thing');
    assert.equal(none.code, 3);
  });

  it('goes on with a chat as a terminal, and back', async () => {
    const keeping = { ...env, FAKE_KEEPS: '1' };
    const own = (...words: string[]) => cli.runWith(keeping, ...words);
    assert.equal((await own('chat', 'claude', '--name', 'mover', '--detach')).code, 0);
    assert.equal((await own('send', 'mover', '--wait', 'say one')).code, 0);
    const there = await own('switch', 'mover', '--draft', 'not yet');
    assert.deepEqual([there.code, there.stdout], [0, '"mover" is a terminal now.\n'], there.stderr);
    const wrong = await own('chat', 'mover');
    assert.match(wrong.stderr, /is a terminal[^]*waggle switch/);
    const back = await own('switch', 'mover', '--to', 'chat');
    assert.deepEqual([back.code, back.stdout], [0, '"mover" is a chat now.\n'], back.stderr);
    assert.equal((await own('send', 'mover', '--wait', 'say three')).stdout, 'three\n');
    assert.equal((await own('send', 'mover', 'hang')).code, 0);
    assert.match((await own('switch', 'mover')).stderr, /is working[^]*[Ss]witch after this turn/);
    const later = await own('switch', 'mover', '--after-turn');
    assert.match(later.stdout, /goes on as a terminal after this turn/);
    const stays = await own('switch', 'mover', '--cancel');
    assert.match(stays.stdout, /stays where it is/);
    assert.equal((await own('switch', 'mover', '--after-turn', '--interrupt')).code, 2);
  });

  it('names agents that speak the protocol, and lists what there is', async () => {
    const added = await run('agents', '--add', 'mine', '--label', 'My Agent', '--', 'cat', '-u');
    assert.match(added.stdout, /^mine +My Agent · chat · /m);
    assert.match(added.stdout, /^claude +Claude Code · terminal and chat/m);
    const taken = await run('agents', '--add', 'claude', '--', 'cat');
    assert.match(taken.stderr, /There is an agent claude already/);
    assert.equal((await run('agents', '--add', 'other')).code, 2);
    assert.match((await run('new', '--agent', 'mine', '--detach')).stderr, /as a chat only/);
    assert.match((await run('agents', '--remove', 'mine')).stdout, /not offered any more/);
    assert.match((await run('chat', 'mine', '--detach')).stderr, /No session is called/);
  });
});

function byPosition([left]: readonly unknown[], [right]: readonly unknown[]): number {
  return Number(left) - Number(right);
}

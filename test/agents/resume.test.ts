/** A restart of the machine with real agents in the middle of their talk: the conversation that was open last comes back. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Screen } from '../flow/sessionHome.ts';
import { SessionHome, until as untilWithin } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { ask, offerAgent, openClaude, ready } from './support/claudeSession.ts';
import { installAgents } from './support/install.ts';
import { untilShown } from './support/shownScreen.ts';

/** Agents start slowly on a machine that does much else. */
const until = (condition: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  untilWithin(condition, what, 60_000);

describe('Claude Code after a restart of the machine', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let run: ClaudeCodeRun;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    await installAgents();
  });
  beforeEach(async () => {
    run = await prepareClaudeCode();
    home = await SessionHome.open();
    link = await home.connect('window-0');
    await offerAgent(home, link, { name: 'claude', path: run.command[0] });
  });
  afterEach(async () => {
    await home.close();
    await run.stop();
  });

  async function read(sessionId: Session['id']): Promise<Session> {
    return (await link.call('session/get', { sessionId })).session;
  }

  async function cutPower(sessionId: Session['id']): Promise<Session> {
    const pids = home.processesOf(sessionId);
    const hosts = home.readHostFiles();
    await home.killDaemon();
    // The agent first: one that hears of the end of its terminal ends in good order.
    for (const pid of [...pids, ...hosts.map((host) => host.pid)]) killNow(pid);
    await until(() => hosts.every((one) => !isSameProcess(one.pid, one.startTime)), 'no host');
    await home.startDaemon();
    link = await home.connect('window-0');
    await until(async () => (await read(sessionId)).status === 'interrupted', 'interrupted');
    return read(sessionId);
  }

  /** Claude Code writes what was said a moment after it showed it. */
  function untilWritten(word: string): Promise<void> {
    const isThere = () =>
      transcripts().some((path) => readFileSync(path, 'utf8').includes(`"${word}`));
    return until(isThere, 'it is written down');
  }

  function transcripts(): string[] {
    const projects = join(run.home.configDirectory, 'projects');
    if (!existsSync(projects)) return [];
    return readdirSync(projects, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(projects, name));
  }

  const resume = (sessionId: Session['id']) =>
    link.call('session/resume', { sessionId, environment: { ...run.env } });

  async function clear(screen: Screen, sessionId: Session['id']): Promise<string> {
    const before = (await read(sessionId)).conversations.at(-1)?.id;
    await screen.type('/clear');
    await untilShown(screen, '/clear');
    // Its list of commands opens and closes below the composer: Enter counts once it is there.
    await until(async () => {
      await screen.type('\r');
      return (await read(sessionId)).conversations.at(-1)?.id !== before;
    }, 'another conversation');
    return (await read(sessionId)).conversations.at(-1)?.id ?? '';
  }

  it('resumes the conversation that /clear began, and none that ran inside it', async () => {
    const session = await openClaude(home, link, run);
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0046orgotten]]');
    await untilShown(screen, 'Forgotten');
    const chosen = session.conversations.at(-1)?.id;
    const cleared = await clear(screen, session.id);
    const inner = JSON.stringify({ command: 'claude -p "[[say inner-talk]]" < /dev/null' });
    await ask(screen, `[[tool Bash ${inner}]] [[say \\u0052emembered]]`);
    await untilShown(screen, 'Remembered');
    await untilWritten('Remembered');
    const other = transcripts().filter((path) => readFileSync(path, 'utf8').includes('inner-talk'));
    assert.ok(other.length >= 1);
    const interrupted = await cutPower(session.id);
    assert.deepEqual(
      [interrupted.resumable, interrupted.conversations.map(({ id, source }) => [id, source])],
      [
        'conversation',
        [
          [chosen, 'chosen'],
          [cleared, 'disk'],
        ],
      ],
    );
    const { session: again, resumed, sentence } = await resume(session.id);
    assert.deepEqual([resumed, sentence], ['conversation', `in its conversation ${cleared}`]);
    assert.ok(again.argv.includes(cleared));
    const next = await home.attach(link, session.id, 'window-2');
    await untilShown(next, 'Remembered');
    await ask(next, '[[say \\u0041gain]]');
    await untilShown(next, 'Again');
    const asked = JSON.stringify(run.modelServer.requests.at(-1));
    assert.deepEqual([asked.includes('emembered'), asked.includes('orgotten')], [true, false]);
    assert.equal((await read(session.id)).conversations.at(-1)?.id, cleared);
  });

  it('follows what changed while no daemon looked', async () => {
    const session = await openClaude(home, link, run);
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0046irst]]');
    await untilShown(screen, 'First');
    const [before] = transcripts();
    await home.killDaemon();
    await screen.type('/clear');
    await untilShown(screen, '/clear');
    await until(async () => {
      await screen.type('\r');
      return transcripts().length > 1;
    }, 'another conversation');
    const cleared = transcripts().find((path) => path !== before) ?? '';
    const interrupted = await cutPower(session.id);
    assert.ok(cleared.includes(interrupted.conversations.at(-1)?.id ?? 'none'), cleared);
  });

  it('follows /resume inside a session', async () => {
    const session = await openClaude(home, link, run);
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0046irst]]');
    await untilShown(screen, 'First');
    await untilWritten('First');
    const first = session.conversations.at(-1)?.id ?? '';
    const cleared = await clear(screen, session.id);
    await screen.type(`/resume ${first}`);
    await until(async () => {
      await screen.type('\r');
      return (await read(session.id)).conversations.at(-1)?.id === first;
    }, 'the first conversation again');
    const { conversations } = await read(session.id);
    assert.deepEqual(
      conversations.map(({ id }) => id),
      [cleared, first],
    );
  });

  it('keeps the id of a conversation that could not be resumed, and says why', async () => {
    const session = await openClaude(home, link, run);
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0053poken]]');
    await untilShown(screen, 'Spoken');
    await untilWritten('Spoken');
    await cutPower(session.id);
    const [path = ''] = transcripts();
    const kept = readFileSync(path);
    writeFileSync(path, '');
    assert.equal((await resume(session.id)).resumed, 'conversation');
    await until(async () => (await read(session.id)).status === 'interrupted', 'it failed');
    const failed = await read(session.id);
    assert.match(failed.reason ?? '', /^could not resume: No conversation found/);
    assert.deepEqual(
      [failed.conversations.map(({ id }) => id), failed.resumable],
      [session.conversations.map(({ id }) => id), 'conversation'],
    );
    writeFileSync(path, kept);
    await resume(session.id);
    const next = await home.attach(link, session.id, 'window-2');
    await untilShown(next, 'Spoken');
    await next.waitFor(ready);
  });
});

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

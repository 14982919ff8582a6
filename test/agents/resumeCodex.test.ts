/** A restart of the machine with the real Codex in the middle of its talk, and a conversation that is held elsewhere. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, size, until as untilWithin } from '../flow/sessionHome.ts';
import { ask, offerAgent } from './support/claudeSession.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';

const until = (condition: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  untilWithin(condition, what, 60_000);

describe('Codex after a restart of the machine', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let codex: CodexHome;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    if (process.platform !== 'linux') return this.skip();
    const { codex: path } = await installAgents();
    codex = createCodexHome();
    home = await SessionHome.open();
    link = await home.connect('window-0');
    await offerAgent(home, link, { name: 'codex', path });
  });
  after(async () => {
    await home?.close();
    await codex?.stop();
  });

  async function read(sessionId: Session['id']): Promise<Session> {
    return (await link.call('session/get', { sessionId })).session;
  }

  function rollouts(): string[] {
    const sessions = join(codex.configDirectory, 'sessions');
    return readdirSync(codex.configDirectory).includes('sessions')
      ? readdirSync(sessions, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('.jsonl'),
        )
      : [];
  }

  /** Codex makes the file first, and writes a question into it a moment later. */
  function isWrittenDown(words: string): boolean {
    const [name, more] = rollouts();
    if (name === undefined || more !== undefined) return false;
    return readFileSync(join(codex.configDirectory, 'sessions', name), 'utf8').includes(words);
  }

  it('resumes the conversation that its open files told', async () => {
    const environment = { ...codex.env };
    const session = await home.openSession(link, { agent: 'codex', cwd: codex.cwd, environment });
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, 'remember the purple cow');
    await until(() => isWrittenDown('purple cow'), 'what was said is written down');
    await until(async () => (await read(session.id)).conversations.length === 1, 'it is observed');
    const id = (await read(session.id)).conversations.at(-1)?.id ?? '';
    assert.ok(rollouts()[0]?.includes(id));
    const asker = { conversationId: id, environment, size };
    await assert.rejects(link.call('conversation/continue', asker), {
      code: 'conflict',
      fix: /waggle attach/,
    });
    const listed = await link.call('conversation/list', { environment });
    assert.deepEqual(
      listed.conversations.map((one) => [one.id, one.running !== null, one.sessionId]),
      [[id, true, session.id]],
    );
    await cutPower(session.id);
    const { resumed } = await link.call('session/resume', { sessionId: session.id, environment });
    const again = await read(session.id);
    assert.deepEqual(
      [resumed, again.argv.slice(1)],
      ['conversation', ['--no-daemon', 'resume', id]],
    );
    const next = await home.attach(link, session.id, 'window-2');
    await until(() => next.text.includes('purple'), 'what was said stands there again');
    assert.equal((await read(session.id)).conversations.at(-1)?.id, id);
  });

  async function cutPower(sessionId: Session['id']): Promise<void> {
    const pids = home.processesOf(sessionId);
    const hosts = home.readHostFiles();
    await home.killDaemon();
    for (const pid of [...pids, ...hosts.map((host) => host.pid)]) killNow(pid);
    await until(() => hosts.every((one) => !isSameProcess(one.pid, one.startTime)), 'no host');
    await home.startDaemon();
    link = await home.connect('window-0');
    await until(async () => (await read(sessionId)).status === 'interrupted', 'interrupted');
  }
});

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

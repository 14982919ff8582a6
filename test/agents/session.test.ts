/** The real Claude Code as a session of the real daemon: found, started with an id of ours, over kills, to the last process. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Screen } from '../flow/sessionHome.ts';
import { SessionHome, until } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { installAgents } from './support/install.ts';
import { untilNoLeftovers } from './support/leftovers.ts';
import { typePrompt, untilShown } from './support/shownScreen.ts';

/** Empty when the process has ended between two looks. */
function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const ready = ']7501;state=idle';

describe('Claude Code as a session', function () {
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
    const bin = join(dirname(home.folder), 'bin');
    mkdirSync(bin);
    symlinkSync(run.command[0], join(bin, 'claude'));
    writeFileSync(join(home.env['HOME'] ?? '', '.profile'), `PATH='${bin}':$PATH\n`);
    await link.call('agent/list', { refresh: true });
  });

  afterEach(async () => {
    await home.close();
    await run.stop();
  });

  const openClaude = (): Promise<Session> =>
    home.openSession(link, {
      agent: 'claude',
      arguments: ['--permission-mode', 'manual'],
      cwd: run.cwd,
      environment: { ...run.env },
    });

  /** Types a prompt as a person does: the text, then Enter once it stands in the composer. */
  async function ask(screen: Screen, prompt: string): Promise<void> {
    await screen.waitFor(ready);
    await typePrompt(screen, prompt);
  }

  async function read(sessionId: Session['id'], on = link): Promise<Session> {
    return (await on.call('session/get', { sessionId })).session;
  }

  it('is found through the login shell’s PATH, with its version', async () => {
    const { agents } = await link.call('agent/list', {});
    const claude = agents.find(({ id }) => id === 'claude');
    assert.deepEqual(
      [claude?.label, claude?.found, claude?.version, claude?.hint],
      ['Claude Code', true, '2.1.328', null],
    );
  });

  it('goes on with its turn while the daemon is killed, and says what it does', async () => {
    const session = await openClaude();
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0042efore]] [[wait gate]] [[say \\u0041fter]]');
    await run.modelServer.untilWaiting('gate');
    await until(async () => (await read(session.id)).attention.state === 'working', 'working');
    await home.killDaemon();
    run.modelServer.release('gate');
    await untilShown(screen, 'After');
    await home.startDaemon();
    const again = await home.connect('window-0');
    const states = ['finished', 'idle'];
    await until(
      async () => states.includes((await read(session.id, again)).attention.state),
      'the turn is over',
    );
    const later = await read(session.id, again);
    assert.deepEqual(
      [later.status, later.pid, later.generation, screen.gaps],
      ['running', session.pid, session.generation, 0],
    );
  });

  it('keeps a conversation id of ours and resumes it after a restart', async () => {
    const session = await openClaude();
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[say \\u0052emembered]]');
    await untilShown(screen, 'Remembered');
    await link.call('session/kill', { sessionId: session.id });
    const { session: again } = await link.call('session/restart', {
      sessionId: session.id,
      environment: { ...run.env },
    });
    const next = await home.attach(link, session.id, 'window-2');
    await ask(next, '[[say \\u0041gain]]');
    await untilShown(next, 'Again');
    const [chosen] = again.conversations;
    const resumed = run.modelServer.requests.filter((request) =>
      JSON.stringify(request).includes('emembered'),
    );
    assert.deepEqual(
      [again.generation, chosen?.source, chosen?.id, resumed.length >= 2],
      [session.generation + 1, 'chosen', session.conversations[0]?.id, true],
    );
  });

  it('leaves no process behind when it is killed with a command running', async () => {
    const session = await home.openSession(link, {
      agent: 'claude',
      arguments: ['--permission-mode', 'manual', '--allowedTools', 'Bash'],
      cwd: run.cwd,
      environment: { ...run.env },
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(screen, '[[tool Bash {"command":"setsid sleep 600"}]]');
    const runsSleep = (pid: number): boolean => readCommandLine(pid).startsWith('sleep');
    await until(() => home.processesOf(session.id).some(runsSleep), 'the command runs');
    const { session: killed, killed: count } = await link.call('session/kill', {
      sessionId: session.id,
    });
    assert.deepEqual(
      [killed.status, count >= 2, home.processesOf(session.id)],
      ['killed', true, []],
    );
    await untilNoLeftovers(run.home.configDirectory);
  });
});

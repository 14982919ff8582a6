/** The real Claude Code and the real Codex as sessions, through every state that they have, each with who told it. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Why } from '../../protocol/attention/why.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Screen } from '../flow/sessionHome.ts';
import { SessionHome, until as untilWithin } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { offerAgent } from './support/claudeSession.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';
import type { ModelServer } from './support/modelServer.ts';
import { startModelServer } from './support/modelServer.ts';
import { readShown, typePrompt, untilShown } from './support/shownScreen.ts';

describe('the states of real agents', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let link: DaemonLink;

  before(async function () {
    this.timeout(600_000);
    if (process.platform !== 'linux') return this.skip();
    await installAgents();
  });
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  /** The explanation once a session is in that state. */
  async function untilState({ id }: Session, state: Why['attention']['state']): Promise<Why> {
    let why: Why | undefined;
    await untilWithin(
      async () => {
        why = await link.call('attention/why', { sessionId: id });
        return why.attention.state === state;
      },
      () => `${state}, not ${JSON.stringify(why)}`,
      60_000,
    );
    assert.ok(why);
    return why;
  }

  /** Presses a key until the dialog takes it: dialogs ignore keys that come at once. */
  async function answer({ id }: Session, screen: Screen, key: string): Promise<void> {
    let looks = 0;
    let shown = '';
    await untilWithin(
      async () => {
        const why = await link.call('attention/why', { sessionId: id });
        if (why.attention.state !== 'asking') return true;
        looks += 1;
        if (looks % 50 !== 0) return false;
        shown = `${JSON.stringify(why)}\n${await readShown(screen)}`;
        await screen.type(key);
        return false;
      },
      () => `the end of the dialog:\n${shown}`,
      60_000,
    );
  }

  /** An agent that has just begun its turn passes over an Esc; one more does no harm while it works. */
  async function interrupt({ id }: Session, screen: Screen): Promise<void> {
    let looks = 0;
    await untilWithin(
      async () => {
        const { attention } = await link.call('attention/why', { sessionId: id });
        if (attention.state !== 'working') return true;
        if (looks % 250 === 0) await screen.type('\u001b');
        looks += 1;
        return false;
      },
      'the turn is interrupted',
      60_000,
    );
  }

  /** What stood below the authority that is believed. */
  async function untilOutranked({ id }: Session, rule: string): Promise<void> {
    let why: Why | undefined;
    await untilWithin(
      async () => {
        why = await link.call('attention/why', { sessionId: id });
        return why.outranked.some(({ signal }) => signal.rule.startsWith(rule));
      },
      () => `${rule} in ${JSON.stringify(why)}`,
    );
  }

  /** Through a session from its start to its end: each state, its kind, and who told it. */
  async function play(
    { session, screen, server }: { session: Session; screen: Screen; server: ModelServer },
    script: { readonly tool: string; readonly answer: string },
  ): Promise<string[]> {
    const told: string[] = [];
    const note = async (state: Why['attention']['state']): Promise<Why> => {
      const why = await untilState(session, state);
      const { kind } = why.attention;
      told.push([state, ...(kind === null ? [] : [kind]), `by ${why.chosen?.authority}`].join(' '));
      return why;
    };
    await note('idle');
    await typePrompt(screen, '[[wait gate]] [[say \\u0041nswer]]');
    await server.untilWaiting('gate');
    await note('working');
    server.release('gate');
    await note('finished');
    await link.call('attention/list', {}).then(async ({ needs }) => {
      const need = needs.find(({ id }) => id === session.id);
      assert.ok(need);
      const { id, revision } = need;
      await link.call('attention/answer', { id, action: 'dismiss', revision });
    });
    const seen = await untilState(session, 'idle');
    assert.equal(seen.outranked[0]?.reason, 'seen');
    await typePrompt(screen, `[[tool ${script.tool}]] [[say \\u0044one]]`);
    await note('asking');
    await answer(session, screen, script.answer);
    await note('finished');
    // Of a turn without a word Esc would put the prompt back into the composer.
    await typePrompt(screen, '[[say \\u0042efore]] [[wait never]] [[say \\u004eever]]');
    await server.untilWaiting('never');
    await note('working');
    await interrupt(session, screen);
    await note('idle');
    return told;
  }

  const states = [
    'idle by status',
    'working by status',
    'finished by status',
    'asking permission by status',
    'finished by status',
    'working by status',
    'idle by status',
  ];

  it('are told by Claude Code itself, and by its hooks beside it', async () => {
    const run: ClaudeCodeRun = await prepareClaudeCode();
    try {
      await offerAgent(home, link, { name: 'claude', path: run.command[0] });
      installCommand(home);
      const session = await home.openSession(link, {
        agent: 'claude',
        arguments: ['--permission-mode', 'manual'],
        cwd: run.cwd,
        environment: { ...run.env },
      });
      const screen = await home.attach(link, session.id, 'window-1');
      const server = run.modelServer;
      const tool = 'Bash {"command":"touch zz","description":"make"}';
      const told = await play({ session, screen, server }, { tool, answer: '\r' });
      assert.deepEqual(told, states);
      await untilOutranked(session, 'hook.claude.');
      await typePrompt(screen, '[[error 400 invalid_request_error no such thing]]');
      const failed = await untilState(session, 'failed');
      assert.deepEqual(
        [failed.chosen?.authority, /no such/.test(failed.attention.sentence)],
        ['status', true],
      );
      await screen.type('\u0003');
      await untilShown(screen, 'Press');
      await screen.type('\u0003');
      const ended = await untilState(session, 'ended');
      assert.deepEqual([ended.chosen?.authority, ended.chosen?.rule], ['process', 'exit.code']);
    } finally {
      await endAll(link);
      await run.stop();
    }
  });

  it('are told by Codex itself, and by the program that it notifies beside it', async () => {
    const server = await startModelServer();
    const codex: CodexHome = createCodexHome({ baseUrl: server.url });
    try {
      const { codex: path } = await installAgents();
      await offerAgent(home, link, { name: 'codex', path });
      installCommand(home);
      const session = await home.openSession(link, {
        agent: 'codex',
        cwd: codex.cwd,
        environment: { ...codex.env },
      });
      const screen = await home.attach(link, session.id, 'window-1');
      const input =
        '{"cmd":"touch zz","sandbox_permissions":"require_escalated","justification":"j"}';
      const told = await play(
        { session, screen, server },
        { tool: `exec_command ${input}`, answer: 'y' },
      );
      assert.deepEqual(told, states);
      await untilOutranked(session, 'hook.codex.agent-turn-complete');
      await typePrompt(screen, '[[error 400 invalid_request_error no such thing]]');
      await untilWithin(() => screen.text.includes('no such thing'), 'the error is shown', 60_000);
      const failed = await untilState(session, 'failed');
      assert.equal(failed.chosen?.authority, 'status');
      await screen.type('\u0003');
      await screen.type('\u0003');
      const ended = await untilState(session, 'ended');
      assert.equal(ended.chosen?.authority, 'process');
    } finally {
      await endAll(link);
      await server.stop();
      await codex.stop();
    }
  });
});

/** What the script in front of a session's PATH runs; a start by a client installs it. */
function installCommand({ paths, program }: SessionHome): void {
  mkdirSync(paths.programDir, { recursive: true });
  symlinkSync(program, join(paths.programDir, 'test'));
  writeFileSync(join(paths.programDir, 'current'), 'test\n');
  writeFileSync(join(paths.programDir, 'runtime'), `${process.execPath}\nnode\n`);
}

async function endAll(link: DaemonLink): Promise<void> {
  const { sessions } = await link.call('session/list', { history: true });
  for (const { id, status } of sessions)
    if (status === 'running') await link.call('session/kill', { sessionId: id });
}

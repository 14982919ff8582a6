/** Real agents as sessions of a real daemon: each finds the tools by itself, one remembers, the others recall. */
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Screen } from '../flow/sessionHome.ts';
import { SessionHome, until } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { ask, offerAgent, ready } from './support/claudeSession.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';

const fact = 'The build needs the blue key of the cellar';

describe('tools of real agents', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let link: DaemonLink;
  let run: ClaudeCodeRun;

  before(async function () {
    this.timeout(600_000);
    if (process.platform !== 'linux') return this.skip();
    await installAgents();
    home = await SessionHome.open();
    link = await home.connect('window-0');
    run = await prepareClaudeCode();
  });
  after(async () => {
    if (home === undefined) return;
    await endAll();
    await home.close();
    await run.stop();
  });

  async function endAll(): Promise<void> {
    const { sessions } = await link.call('session/list', { history: true });
    for (const { id } of sessions) await link.call('session/kill', { sessionId: id });
  }

  /** What the model was told at any time. */
  function untilTold(text: string): Promise<unknown> {
    const server = run.modelServer;
    return server.untilRequest(({ body }) => JSON.stringify(body).includes(text), 60_000);
  }

  /** Types a prompt and presses Enter until the model is asked: a composer that still draws takes it for a part of the text. */
  async function submit(screen: Screen, prompt: string): Promise<void> {
    const { requests } = run.modelServer;
    const isAsked = (): boolean =>
      requests.some(({ turn }) => turn?.prompt.includes(prompt) === true);
    await screen.type(prompt);
    let looks = 0;
    await until(
      async () => {
        looks += 1;
        if (looks % 40 === 0 && !isAsked()) await screen.type('\r');
        return isAsked();
      },
      () => `the model is asked: ${JSON.stringify(screen.text.slice(-2000))}`,
      60_000,
    );
  }

  /** No secret of a session stands where others of the machine can read it. */
  function refuseSecrets(session: Session, screen: Screen): void {
    for (const pid of home.processesOf(session.id)) assert.ok(pid > 0);
    assert.ok(!/[0-9a-f]{64}/.test(session.argv.join(' ')));
    assert.ok(!/Bearer [0-9a-f]/.test(screen.text));
  }

  it('Claude Code remembers by the tool that it found itself, without being set up', async () => {
    await offerAgent(home, link, { name: 'claude', path: run.command[0] });
    const session = await home.openSession(link, {
      agent: 'claude',
      arguments: ['--permission-mode', 'manual'],
      cwd: run.cwd,
      environment: { ...run.env },
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await ask(
      screen,
      `[[tool mcp__waggle__remember {"text":"${fact}","type":"gotcha"}]] [[say \\u0044one]]`,
    );
    await screen.waitFor('Done');
    const { facts } = await link.call('memory/listFacts', {});
    assert.deepEqual(
      facts.map(({ text, source }) => [text, source.sessionId, source.agent]),
      [[fact, session.id, 'claude']],
    );
    refuseSecrets(session, screen);
  });

  it('Codex recalls what Claude Code remembered', async () => {
    const codex = createCodexHome({ baseUrl: run.modelServer.url });
    try {
      appendFileSync(
        join(codex.configDirectory, 'config.toml'),
        `[projects."${run.cwd}"]\ntrust_level = "trusted"\n`,
      );
      const { codex: path } = await installAgents();
      await offerAgent(home, link, { name: 'codex', path });
      const session = await home.openSession(link, {
        agent: 'codex',
        cwd: run.cwd,
        environment: { ...codex.env },
      });
      const screen = await home.attach(link, session.id, 'window-2');
      await screen.waitFor(ready);
      await submit(
        screen,
        '[[tool mcp__waggle/recall {"query":"blue key"}]] [[say \\u0041nswered]]',
      );
      await untilTold('learned by');
      refuseSecrets(session, screen);
    } finally {
      await endAll();
      await codex.stop();
    }
  });

  it('and each use is counted', async () => {
    await until(async () => {
      const { facts } = await link.call('memory/listFacts', {});
      return (facts[0]?.uses ?? 0) > 0;
    }, 'a use of the fact');
  });
});

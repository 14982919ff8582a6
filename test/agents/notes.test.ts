/** Notes in the prompts of the real Claude Code and Codex, as their model server receives them. */
import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { SessionHome, until as untilWithin } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { ask, offerAgent, openClaude } from './support/claudeSession.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents } from './support/install.ts';
import type { ModelServer } from './support/modelServer.ts';
import { startModelServer } from './support/modelServer.ts';

/** Agents start slowly on a machine that does much else. */
const until = (condition: () => boolean, what: string): Promise<void> =>
  untilWithin(condition, what, 60_000);

describe('notes in the prompt of an agent', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let link: DaemonLink;
  let paths: Awaited<ReturnType<typeof installAgents>>;

  before(async function () {
    this.timeout(600_000);
    if (process.platform === 'win32') return this.skip();
    paths = await installAgents();
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home?.close());

  async function noteIn(folder: string, text: string): Promise<void> {
    const block = { label: 'project', place: { folder } };
    const written = await link.call('memory/appendBlock', { block, text });
    assert.equal(written.outcome, 'saved');
  }

  function heard(server: ModelServer, words: string): string | undefined {
    return server.requests
      .map(({ body }) => JSON.stringify(body ?? ''))
      .find((body) => body.includes(words));
  }

  it('reach Claude Code in its system prompt, and not when the person gives one', async () => {
    const run: ClaudeCodeRun = await prepareClaudeCode();
    try {
      await offerAgent(home, link, { name: 'claude', path: run.command[0] });
      await noteIn(run.cwd, 'The tests need a \'purple\' "cow" & Redis.');
      const session = await openClaude(home, link, run);
      const screen = await home.attach(link, session.id, 'window-1');
      await ask(screen, 'hello there');
      await until(() => heard(run.modelServer, 'hello there') !== undefined, 'the prompt');
      const request = run.modelServer.requests.find(({ body }) =>
        JSON.stringify(body ?? '').includes('hello there'),
      );
      assert.ok(request);
      const { system } = request.body as { readonly system: unknown };
      assert.match(
        JSON.stringify(system),
        /<waggle-notes>.*'purple' \\\\?\\?"cow.*<\/waggle-notes>/,
      );
      assert.deepEqual(
        session.argv.filter((word) => word.includes('append-system')),
        [],
      );
      await link.call('session/kill', { sessionId: session.id });
    } finally {
      await run.stop();
    }
  });

  it('reach Codex as developer instructions', async () => {
    const server = await startModelServer();
    const codex: CodexHome = createCodexHome({ baseUrl: `${server.url}/v1` });
    try {
      await offerAgent(home, link, { name: 'codex', path: paths.codex });
      await noteIn(codex.cwd, 'The tests need a \'green\' "frog" & Redis.');
      const environment = { ...codex.env };
      const session = await home.openSession(link, { agent: 'codex', cwd: codex.cwd, environment });
      const screen = await home.attach(link, session.id, 'window-2');
      await ask(screen, 'hello there');
      await until(() => heard(server, 'hello there') !== undefined, 'the prompt');
      const body = heard(server, 'hello there') ?? '';
      assert.match(body, /"role":"developer".*<waggle-notes>.*'green' .*frog.*<\/waggle-notes>/);
      await link.call('session/kill', { sessionId: session.id });
    } finally {
      await codex.stop();
      await server.stop();
    }
  });
});

/** Real agents as sessions of a real daemon: each finds the tools by itself, one remembers, the others recall. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { cacheDir } from '../../scripts/cache.ts';
import type { Screen } from '../flow/sessionHome.ts';
import { SessionHome, until } from '../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { ask, offerAgent } from './support/claudeSession.ts';
import { createCodexHome } from './support/codexHome.ts';
import { installAgents, installMoreAgents } from './support/install.ts';
import type { AgentHome } from './support/moreHomes.ts';
import { createGeminiHome, createOpencodeHome } from './support/moreHomes.ts';

const fact = 'The build needs the blue key of the cellar';
const size = { cols: 200, rows: 40 };

/** An agent that recalls: its home, and how its model names our tool. */
interface Recalling {
  readonly agent: string;
  readonly tool: string;
  /** What it draws when keys are read and the tools are there. */
  readonly ready: string;
  readonly open: (
    run: ClaudeCodeRun,
  ) => Promise<{ readonly path: string; readonly home: AgentHome }>;
}

const recalling: readonly Recalling[] = [
  {
    agent: 'codex',
    tool: 'mcp__waggle/recall',
    ready: ']7501;state=idle',
    async open({ modelServer, cwd }) {
      const home = createCodexHome({ baseUrl: modelServer.url });
      const trusted = `[projects."${cwd}"]\ntrust_level = "trusted"\n`;
      appendFileSync(join(home.configDirectory, 'config.toml'), trusted);
      return { path: (await installAgents()).codex, home };
    },
  },
  {
    agent: 'opencode',
    tool: 'waggle_recall',
    ready: '1 MCP',
    open: async ({ modelServer }) => ({
      path: (await installMoreAgents()).opencode,
      home: createOpencodeHome(modelServer.url),
    }),
  },
  {
    agent: 'gemini',
    tool: 'mcp_waggle_recall',
    ready: '1 MCP server',
    open: async ({ modelServer }) => ({
      path: (await installMoreAgents()).gemini,
      home: createGeminiHome(modelServer.url),
    }),
  },
];

/** What hooks of agents run; a start by a client installs it. */
function installCommand({ paths, program }: SessionHome): void {
  mkdirSync(paths.programDir, { recursive: true });
  symlinkSync(program, join(paths.programDir, 'test'));
  writeFileSync(join(paths.programDir, 'current'), 'test\n');
  writeFileSync(join(paths.programDir, 'runtime'), `${process.execPath}\nnode\n`);
}

/** Nobody else can write to it or to what it lies in. */
function isClosed(path: string): boolean {
  const isOwn = (statSync(path).mode & 0o022) === 0;
  return isOwn && (dirname(path) === path || isClosed(dirname(path)));
}

describe('tools of real agents', function () {
  this.timeout(240_000);
  const temporary = process.env['TMPDIR'];
  let closed: string;
  let canTellGemini = false;
  let home: SessionHome;
  let link: DaemonLink;
  let run: ClaudeCodeRun;

  before(async function () {
    this.timeout(600_000);
    if (process.platform !== 'linux') return this.skip();
    await installAgents();
    await installMoreAgents();
    // Gemini CLI reads no settings from below a folder that others can write to.
    const places = [cacheDir(), join(import.meta.dirname, '..', '..', 'out')];
    for (const place of places) mkdirSync(place, { recursive: true });
    const place = places.find(isClosed);
    canTellGemini = place !== undefined;
    closed = mkdtempSync(join(place ?? cacheDir(), 't-'));
    process.env['TMPDIR'] = closed;
    home = await SessionHome.open();
    installCommand(home);
    link = await home.connect('window-0');
    run = await prepareClaudeCode();
  });
  after(async () => {
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    if (run !== undefined) await endAll();
    await home?.close();
    await run?.stop();
    if (closed !== undefined) rmSync(closed, { recursive: true, force: true });
  });

  async function endAll(): Promise<void> {
    const { sessions } = await link.call('session/list', { history: true });
    for (const { id } of sessions) await link.call('session/kill', { sessionId: id });
  }

  /** Types a prompt and presses Enter until the model is asked: a composer that still draws takes it for text, or loses both. */
  async function submit(screen: Screen, prompt: string): Promise<void> {
    const { requests } = run.modelServer;
    const isAsked = (): boolean =>
      requests.some(({ turn }) => turn?.prompt.includes(prompt) === true);
    await screen.type(prompt);
    let looks = 0;
    await until(
      async () => {
        looks += 1;
        if (looks % 240 === 0 && !isAsked()) await screen.type(`\u0015${prompt}`);
        else if (looks % 40 === 0 && !isAsked()) await screen.type('\r');
        return isAsked();
      },
      () =>
        `the model is asked, not ${requests.map(({ path }) => path).join(' ')}: ${JSON.stringify(screen.text.slice(-2000))}`,
      60_000,
    );
  }

  it('Claude Code remembers by the tool that it found itself, without being set up or asking', async () => {
    await offerAgent(home, link, { name: 'claude', path: run.command[0] });
    const session = await home.openSession(link, {
      agent: 'claude',
      arguments: ['--permission-mode', 'manual'],
      cwd: run.cwd,
      environment: { ...run.env },
      size,
    });
    const screen = await home.attach(link, session.id, 'window-1');
    const input = JSON.stringify({ text: fact, type: 'gotcha' });
    await ask(screen, `[[tool mcp__waggle__remember ${input}]] [[say \\u0044one]]`);
    await screen.waitFor('Done');
    const { facts } = await link.call('memory/listFacts', {});
    assert.deepEqual(
      facts.map(({ text, source }) => [text, source.sessionId, source.agent]),
      [[fact, session.id, 'claude']],
    );
    assert.ok(!/[0-9a-f]{64}/.test(session.argv.join(' ')));
  });

  for (const { agent, tool, ready, open } of recalling)
    it(`${agent} recalls what Claude Code remembered`, async function () {
      if (agent === 'gemini' && !canTellGemini) return this.skip();
      const other = await open(run);
      try {
        await offerAgent(home, link, { name: agent, path: other.path });
        const session = await home.openSession(link, {
          agent,
          cwd: run.cwd,
          environment: { ...other.home.env },
          size,
        });
        const screen = await home.attach(link, session.id, `window-${agent}`);
        await until(
          () => screen.text.includes(ready),
          () => `${agent} is ready: ${JSON.stringify(screen.text.slice(-1000))}`,
          60_000,
        );
        const query = `blue key for ${agent}`;
        await submit(screen, `[[tool ${tool} ${JSON.stringify({ query })}]] [[say \\u0044one]]`);
        await run.modelServer.untilRequest(({ body }) => {
          const told = JSON.stringify(body ?? '');
          return told.includes(query) && told.includes('learned by') && told.includes(fact);
        }, 60_000);
      } finally {
        await endAll();
        await other.home.stop();
      }
    });
});

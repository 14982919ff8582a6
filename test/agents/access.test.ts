/** Real agents that nobody but a person started: what `waggle tools install` wrote into their own files is what they use. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CliHome, until } from '../flow/cliHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import type { CodexHome } from './support/codexHome.ts';
import { createCodexHome } from './support/codexHome.ts';
import type { MoreAgents } from './support/install.ts';
import { installAgents, installMoreAgents } from './support/install.ts';
import type { AgentHome } from './support/moreHomes.ts';
import { createGeminiHome, createOpencodeHome } from './support/moreHomes.ts';

const fact = 'The build needs the blue key of the cellar';

describe('access of real agents that were started elsewhere', function () {
  this.timeout(120_000);
  let cli: CliHome;
  let run: ClaudeCodeRun;
  let codex: CodexHome;
  let codexProgram: string;
  let seed: string;
  let more: MoreAgents;
  let opencode: AgentHome;
  let gemini: AgentHome;

  before(async function () {
    this.timeout(600_000);
    if (process.platform !== 'linux') return this.skip();
    codexProgram = (await installAgents()).codex;
    more = await installMoreAgents();
    run = await prepareClaudeCode();
    opencode = createOpencodeHome(run.modelServer.url);
    gemini = createGeminiHome(run.modelServer.url);
    codex = createCodexHome({ baseUrl: run.modelServer.url });
    cli = await CliHome.open();
    cli.env['WAGGLE_PORT'] = await findPort();
    // The person who starts something there vouches for the folder.
    await cli.run('new', '--detach', '--cwd', run.cwd, '--', 'true');
    seed = read('codex');
  });
  after(async () => {
    await cli?.stop();
    await codex?.stop();
    await opencode?.stop();
    await gemini?.stop();
    await run?.stop();
  });

  const read = (agent: 'claude' | 'codex' | 'opencode' | 'gemini'): string => {
    const files = {
      claude: join(run.home.configDirectory, '.claude.json'),
      codex: join(codex.configDirectory, 'config.toml'),
      opencode: join(opencode.env['XDG_CONFIG_HOME'] ?? '', 'opencode', 'opencode.json'),
      gemini: join(gemini.env['HOME'] ?? '', '.gemini', 'settings.json'),
    };
    return readFileSync(files[agent], 'utf8');
  };
  const waggle = async (...words: string[]): Promise<void> => {
    const { WAGGLE_HOME, WAGGLE_PORT } = cli.env;
    const env = {
      ...codex.env,
      ...run.env,
      CODEX_HOME: codex.configDirectory,
      XDG_CONFIG_HOME: opencode.env['XDG_CONFIG_HOME'],
      GEMINI_CLI_HOME: gemini.env['HOME'],
      WAGGLE_HOME,
      WAGGLE_PORT,
    };
    const { code, stdout, stderr } = await cli.runWith(env, ...words);
    assert.equal(code, 0, stdout + stderr);
  };
  const claude = (...words: string[]) =>
    runAgent([run.command[0], ...words], { env: run.env, cwd: run.cwd });
  const codexRuns = (...words: string[]) =>
    runAgent([process.execPath, codexProgram, ...words], { env: codex.env, cwd: run.cwd });
  const toldTo = (words: string): string =>
    run.modelServer.requests
      .map(({ body }) => JSON.stringify(body))
      .find((body) => body.includes(words)) ?? '';

  it('Claude Code and Codex list it, and Claude Code says that it is connected', async () => {
    await waggle('tools', 'install', '--yes', 'claude', 'codex');
    assert.match((await claude('mcp', 'list')).stdout, /^waggle: http:.*\(HTTP\) - ✔ Connected$/m);
    const { stdout } = await codexRuns('mcp', 'list', '--json');
    const servers: { name: string; enabled: boolean; transport: { args: string[] } }[] =
      JSON.parse(stdout);
    assert.deepEqual(
      servers.map(({ name, enabled, transport }) => [name, enabled, transport.args]),
      [['waggle', true, ['mcp', '--name', 'Codex']]],
    );
  });

  it('what Claude Code remembers over HTTP, Codex recalls over the bridge', async () => {
    const remembered = await claude(
      ...['-p', '--allowedTools=mcp__waggle__remember'],
      `[[tool mcp__waggle__remember {"text":"${fact}","type":"gotcha"}]] [[say Done.]]`,
    );
    assert.deepEqual([remembered.code, remembered.stdout.trim()], [0, 'Done.'], remembered.stderr);
    // It offers a tool from the first question on that comes after its server is up.
    const recalling = codexRuns(
      ...['exec', '--skip-git-repo-check'],
      '[[wait bridge]] [[tool nothing]] [[think hm]] [[tool mcp__waggle/recall {"query":"blue key"}]] [[say Answered.]]',
    );
    await run.modelServer.untilWaiting('bridge');
    await until(async () => {
      const { connectors } = await cli.json<{
        connectors: { name: string; lastUsedAt?: string }[];
      }>('token', 'list');
      return connectors.some(
        ({ name, lastUsedAt }) => name === 'Codex' && lastUsedAt !== undefined,
      );
    });
    run.modelServer.release('bridge');
    const recalled = await recalling;
    assert.equal(recalled.code, 0, recalled.stderr);
    const { input } = (run.modelServer.requests.at(-1)?.body ?? {}) as { input?: unknown[] };
    const last = JSON.stringify(input?.slice(-4));
    assert.ok(toldTo('learned by').includes('blue key of the cellar'), last);
  });

  for (const { agent, tool } of [
    { agent: 'opencode', tool: 'waggle_recall' },
    { agent: 'gemini', tool: 'mcp_waggle_recall' },
  ] as const)
    it(`${agent} says that it is connected, and recalls over the bridge`, async () => {
      await waggle('tools', 'install', '--yes', agent);
      const { env } = agent === 'opencode' ? opencode : gemini;
      const runs = (...given: string[]) => runAgent([more[agent], ...given], { env, cwd: run.cwd });
      const listed = await runs('mcp', 'list');
      assert.match(listed.stdout + listed.stderr, /waggle[^]*connected/i);
      const query = `blue key for ${agent}`;
      const script = `[[tool ${tool} ${JSON.stringify({ query })}]] [[say Answered.]]`;
      // opencode quotes each word that has a space in it.
      const words = { opencode: ['run', ...script.split(' ')], gemini: ['-y', '-p', script] };
      const recalled = await runs(...words[agent]);
      assert.equal(recalled.code, 0, recalled.stderr);
      assert.match(recalled.stdout, /Answered\./);
      const told = run.modelServer.requests
        .map(({ body }) => JSON.stringify(body))
        .filter((body) => body.includes(query));
      assert.ok(told.some((body) => body.includes('learned by') && body.includes(fact)));
    });

  it('is gone from all, whatever they wrote into their files meanwhile', async () => {
    await waggle('tools', 'remove', '--yes');
    const files = [read('claude'), read('codex'), read('opencode'), read('gemini')];
    assert.doesNotMatch(files.join('\n'), /waggle\b(?!-agent)/);
    const now: Record<string, unknown> = JSON.parse(read('claude'));
    const kept = ['mcpServers', 'hasCompletedOnboarding', 'projects'].map((key) => key in now);
    assert.deepEqual(kept, [false, true, true]);
    assert.equal(read('codex'), seed);
    assert.doesNotMatch((await claude('mcp', 'list')).stdout, /waggle:/);
  });
});

async function findPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function runAgent(
  [program, ...words]: readonly [string, ...string[]],
  place: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<Ended> {
  const child = spawn(program, words, { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await closed;
  return { code, stdout, stderr };
}

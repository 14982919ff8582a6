import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homePaths } from '../../link/home/home.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import { silentLogger } from '../log/log.ts';
import type { SessionRow } from './row.ts';
import { ToolServers } from './toolServers.ts';
import { hasOwnServer } from './toolSettings.ts';

const url = 'http://127.0.0.1:9178/mcp';

describe('tools for one run', () => {
  let directory: string;
  let tools: ToolServers;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-t-')));
    mkdirSync(join(directory, 'data'), { mode: 0o700 });
    tools = new ToolServers({
      daemon: { paths: homePaths(join(directory, 'data')), log: silentLogger },
    });
    tools.findWith(() => url);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const row = (agent: string, over: Partial<SessionRow> = {}): SessionRow =>
    aRow({ agent, cwd: directory, ...over });
  const prepare = (of: SessionRow, given: readonly string[], environment = {}) =>
    tools.prepare(of, {
      argv: ['/bin/agent', ...given],
      environment: { HOME: directory, ...environment },
    });
  const file = (): string => join(directory, 'data', 'tools', `${aRow().id}.json`);

  it('are a private file for Claude Code that names a variable for the secret, and go with the session', () => {
    const { argv } = prepare(row('claude'), ['--session-id', 'x']);
    assert.deepEqual(argv, ['/bin/agent', `--mcp-config=${file()}`, '--session-id', 'x']);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(file(), 'utf8')), {
      mcpServers: {
        waggle: { type: 'http', url, headers: { Authorization: 'Bearer ${WAGGLE_HOOK_TOKEN}' } },
      },
    });
    tools.remove(aRow().id);
    assert.equal(existsSync(file()), false);
  });

  it('stand before a prompt, and not before a command', () => {
    assert.equal(prepare(row('claude'), ['fix the build']).argv[2], 'fix the build');
    assert.deepEqual(prepare(row('claude'), ['mcp', 'list']).argv, ['/bin/agent', 'mcp', 'list']);
  });

  it('are left to the person where they said which servers there are', () => {
    const strict = ['--strict-mcp-config', '--mcp-config', 'x'];
    const own = prepare(row('claude'), strict);
    assert.deepEqual([own.argv.slice(1), own.url], [strict, undefined]);
    assert.deepEqual(prepare(row('opencode'), [], { OPENCODE_CONFIG: 'x' }).environment, {});
    mkdirSync(join(directory, '.codex'));
    writeFileSync(
      join(directory, '.codex', 'config.toml'),
      '[mcp_servers.waggle]\ncommand = "x"\n',
    );
    assert.deepEqual(prepare(row('codex'), []).argv, ['/bin/agent']);
    tools.findWith(() => undefined);
    assert.deepEqual(prepare(row('claude'), []).argv, ['/bin/agent']);
  });

  it('are options for Codex, and a file that opencode merges', () => {
    assert.deepEqual(prepare(row('codex'), ['--no-daemon']).argv, [
      ...['/bin/agent', '-c', `mcp_servers.waggle.url="${url}"`],
      ...['-c', 'mcp_servers.waggle.bearer_token_env_var="WAGGLE_HOOK_TOKEN"'],
      ...['-c', 'mcp_servers.waggle.default_tools_approval_mode="approve"'],
      ...['-c', 'mcp_servers.waggle.tool_timeout_sec=600', '--no-daemon'],
    ]);
    const { argv, environment } = prepare(row('opencode'), ['--port', '1']);
    assert.deepEqual(argv, ['/bin/agent', '--port', '1']);
    assert.deepEqual(environment, { OPENCODE_CONFIG: file() });
    assert.match(readFileSync(file(), 'utf8'), /"Bearer \{env:WAGGLE_HOOK_TOKEN\}"/);
  });

  it('are known in chats too, whose commands are ours', () => {
    const codex = prepare(row('codex', { mode: 'pipe' }), ['app-server']);
    assert.deepEqual([codex.argv[1], codex.argv.at(-1)], ['-c', 'app-server']);
    assert.equal(tools.urlInProtocol(row('codex', { mode: 'pipe' })), undefined);
  });

  it('are told to other agents of chats when their conversation is opened, and nothing is written for it', () => {
    for (const agent of ['opencode', 'goose']) {
      const chat = row(agent, { mode: 'pipe', private: true });
      assert.deepEqual(prepare(chat, ['acp']).environment, {});
      assert.equal(tools.urlInProtocol(chat), url);
    }
    assert.equal(tools.urlInProtocol(row('opencode')), undefined);
    tools.findWith(() => undefined);
    assert.equal(tools.urlInProtocol(row('opencode', { mode: 'pipe' })), undefined);
  });

  it('of a private session are written nowhere', () => {
    const { argv } = prepare(row('claude', { private: true }), []);
    assert.match(argv[1] ?? '', /^--mcp-config=\{"mcpServers"/);
    assert.deepEqual(prepare(row('opencode', { private: true }), []).environment, {});
    assert.equal(existsSync(join(directory, 'data', 'tools')), false);
  });

  it('see a server of that name in each of its forms, and no other', () => {
    const own = (text: string): boolean => hasOwnServer([], [text]);
    assert.deepEqual(
      [
        own('[mcp_servers.waggle]'),
        own('x = 1\n [ mcp_servers."waggle" ]'),
        own('mcp_servers.waggle.url = "x"'),
        own('[mcp_servers.waggle.env]'),
        hasOwnServer(['-c', 'mcp_servers.waggle.url="x"'], []),
        own('[mcp_servers.waggles]'),
        own('# [mcp_servers.waggle]'),
      ],
      [true, true, true, true, true, false, false],
    );
  });
});

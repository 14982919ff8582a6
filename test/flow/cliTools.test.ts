/** Agents started elsewhere are given access, tried and left as they were; everything is taken away again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { isOwnName } from '../../link/removal/removal.ts';
import { build } from '../../scripts/build.ts';
import { CliHome } from './cliHome.ts';

interface Row {
  readonly agent: string;
  readonly written?: boolean;
  readonly removed?: boolean;
  readonly state?: string;
  readonly verdict?: { readonly ok: boolean; readonly reason?: string; readonly fix?: string };
  readonly problem?: { readonly message: string };
}
type Rows = { readonly agents: readonly Row[] };

/** A port that nobody has now: with one that stays the same, an agent may be told where the tools are. */
async function findPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

describe('access for agents started elsewhere', function () {
  this.timeout(120_000);
  let cli: CliHome;
  const claude = '{\n  "numStartups": 2\n}\n';
  const codex = '# mine\nmodel = "x" # best\n';
  const opencode = '{\n  // mine\n  "theme": "x",\n}\n';

  before(async () => {
    cli = await CliHome.open();
    cli.env['WAGGLE_PORT'] = await findPort();
  });
  after(() => cli.stop());

  const write = (name: string, text: string): string => {
    const path = join(cli.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const read = (name: string): string => readFileSync(join(cli.home, name), 'utf8');
  const rowsOf = async (...words: string[]): Promise<readonly Row[]> => {
    const { stdout, stderr } = await cli.run('tools', ...words, '--json');
    assert.notEqual(stdout, '', stderr);
    const { agents }: Rows = JSON.parse(stdout);
    return agents;
  };

  it('writes nothing that was not asked for, and shows what it would write', async () => {
    write('.claude.json', claude);
    write('.codex/config.toml', codex);
    write('dotfiles/opencode.jsonc', opencode);
    mkdirSync(join(cli.home, '.config/opencode'), { recursive: true });
    const link = join(cli.home, '.config/opencode/opencode.jsonc');
    symlinkSync('../../dotfiles/opencode.jsonc', link);
    const refused = await cli.run('tools', 'install', 'claude', 'codex');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^ {2}\+ \[mcp_servers\.waggle\]$/m);
    assert.match(refused.stderr, /To fix: Add --yes/);
    const terminal = cli.terminal('tools', 'install', 'codex');
    await terminal.see('Write this file? [y/N]');
    terminal.write('n\r');
    assert.equal((await terminal.exited).exitCode, 1);
    assert.deepEqual([read('.claude.json'), read('.codex/config.toml')], [claude, codex]);
    assert.equal((await cli.run('tools', 'install', 'vim')).code, 2);
  });

  it('writes an entry for each, and each is answered by a tool', async () => {
    const terminal = cli.terminal('tools', 'install', 'codex');
    await terminal.see('Write this file? [y/N]');
    terminal.write('y\r');
    await terminal.see(/ok.*Codex +\d+ tools, "\w+" answered/);
    assert.equal((await terminal.exited).exitCode, 0);
    const rows = await rowsOf(
      'install',
      '--yes',
      'claude',
      'codex',
      'opencode',
      'gemini',
      'cursor',
    );
    assert.deepEqual(
      rows.map(({ agent, written, verdict }) => [agent, written, verdict?.reason ?? verdict?.ok]),
      [
        ['claude', true, true],
        ['codex', false, true],
        ['opencode', true, true],
        ['gemini', true, true],
        ['cursor', true, true],
      ],
    );
    assert.match(read('.claude.json'), /"headersHelper": ".*waggle tools headers claude \d+"/);
    const owner = readFileSync(join(cli.data, 'owner.token'), 'utf8').trim();
    const files = [
      '.claude.json',
      '.codex/config.toml',
      'dotfiles/opencode.jsonc',
      '.gemini/settings.json',
      '.cursor/mcp.json',
    ];
    for (const file of files) {
      assert.doesNotMatch(read(file), /[0-9a-f]{64}/);
      assert.ok(!read(file).includes(owner));
    }
  });

  it('checks each as its agent would, and names what is wrong', async () => {
    const green = await rowsOf('check');
    assert.deepEqual(
      green.map(({ state, verdict }) => [state, verdict?.ok]),
      Array(5).fill(['given', true]),
    );
    await cli.run('daemon', 'stop');
    const [again] = await rowsOf('check', 'claude');
    assert.equal(again?.verdict?.ok, true, 'the daemon is started by who needs it');
    write('.gemini/settings.json', '{ "mcpServers": ');
    write('.cursor/mcp.json', '{"mcpServers":{"waggle":{"command":"/bin/beehive"}}}');
    const rows = await rowsOf('check', 'gemini', 'cursor');
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['refused', 'foreign'],
    );
    const { code } = await cli.run('tools', 'install', '--yes', 'gemini');
    assert.equal(code, 1);
    assert.equal(read('.gemini/settings.json'), '{ "mcpServers": ');
  });

  it('leaves each file as it was, and the bearer counts no more', async () => {
    const rows = await rowsOf('remove', '--yes');
    assert.deepEqual(
      rows.map(({ agent, removed }) => [agent, removed]),
      [
        ['claude', true],
        ['codex', true],
        ['opencode', true],
      ],
    );
    assert.deepEqual(
      [read('.claude.json'), read('.codex/config.toml'), read('dotfiles/opencode.jsonc')],
      [claude, codex, opencode],
    );
    assert.equal(read('.cursor/mcp.json'), '{"mcpServers":{"waggle":{"command":"/bin/beehive"}}}');
    assert.ok(!readdirSync(join(cli.data, 'access')).includes('claude.token'));
    assert.equal((await cli.run('tools', 'remove', '--yes', 'gemini')).code, 1);
  });

  it('takes entries and the command when the extension is uninstalled, and keeps the data', async () => {
    await cli.run('tools', 'install', '--yes', 'codex', 'claude');
    await cli.run('install');
    const hook = join((await build({ quiet: true })).extensionDirectory, 'uninstall.cjs');
    const ended = spawnSync(process.execPath, [hook], {
      env: cli.env,
      encoding: 'utf8',
      timeout: 5000,
    });
    assert.equal(ended.signal, null);
    assert.match(ended.stderr, /\.gemini\/settings\.json is left: .* cannot be read/);
    assert.deepEqual([read('.claude.json'), read('.codex/config.toml')], [claude, codex]);
    assert.equal(existsSync(join(cli.home, '.local/bin/waggle')), false);
    assert.ok(existsSync(join(cli.data, 'waggle.db')));
  });

  it('takes everything on request, the sessions with it, and what is not ours stays', async () => {
    write('.gemini/settings.json', '{}');
    await cli.run('tools', 'install', '--yes', 'codex', 'gemini');
    await cli.run('install');
    await cli.start('api', 'sleep', '600');
    await cli.run('daemon', 'stop');
    assert.deepEqual(
      readdirSync(cli.data).filter((name) => !isOwnName(name)),
      [],
    );
    assert.equal((await cli.run('uninstall', '--data')).code, 2);
    const processes = cli.listProcesses();
    assert.ok(processes.length > 0);
    write('data/mine.txt', 'x');
    const { code, stdout, stderr } = await cli.run('uninstall', '--data', '--yes');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /the entry of Codex in .*config\.toml/);
    assert.match(stdout, /Not ours and left there: mine\.txt/);
    assert.deepEqual(cli.listProcesses(), []);
    assert.deepEqual(readdirSync(cli.data), ['mine.txt']);
    assert.deepEqual([read('.codex/config.toml'), read('.gemini/settings.json')], [codex, '{}']);
    const last = await cli.run('uninstall', '--data', '--yes');
    assert.match(last.stdout, /There is nothing of Waggle/);
  });
});

/** What began elsewhere: conversations of agents, transcripts, panes of tmux. With a home that nobody lived in. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { homePaths } from '../../link/home/home.ts';
import { readStartTime } from '../../link/process/process.ts';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { Pane } from '../../protocol/pane/pane.ts';
import type { Session } from '../../protocol/session/session.ts';
import {
  claudeId,
  codexId,
  writeClaudeTranscript,
  writeCodexTranscript,
} from '../support/transcripts.ts';
import { needTool } from '../support/testTool.ts';
import { CliHome, until } from './cliHome.ts';

describe('taking over what began elsewhere', function () {
  this.timeout(120_000);
  let cli: CliHome;
  let work: string;
  let claudeFile: string;

  before(async () => {
    cli = await CliHome.open();
    work = join(cli.home, 'work');
    mkdirSync(work);
    const bin = join(cli.home, 'bin');
    mkdirSync(bin);
    for (const name of ['claude', 'codex']) {
      writeFileSync(join(bin, name), '#!/bin/sh\necho "went on with $*"\nexec sleep 600\n');
      chmodSync(join(bin, name), 0o755);
    }
    const { PATH = '' } = cli.env;
    Object.assign(cli.env, { PATH: `${bin}:${PATH}`, TMUX_TMPDIR: cli.home });
    for (const name of ['TMUX', 'TMUX_PANE', 'CLAUDE_CONFIG_DIR', 'CODEX_HOME'])
      delete cli.env[name];
    claudeFile = writeClaudeTranscript({
      home: cli.home,
      cwd: work,
      prompt: 'Fix the \u001b]0;login',
    });
    writeCodexTranscript({ home: cli.home, cwd: join(cli.home, 'gone'), prompt: 'hello there' });
  });
  after(() => cli.stop());

  it('lists the conversations of Claude Code and Codex, and what is strange in them does no harm', async () => {
    const { conversations, total } = await cli.json<{
      conversations: KeptConversation[];
      total: number;
    }>('adopt');
    assert.equal(total, 2);
    const byAgent = new Map(conversations.map((one) => [one.agent, one]));
    const [claude, codex] = [byAgent.get('claude'), byAgent.get('codex')];
    assert.deepEqual(
      [
        claude?.id,
        claude?.firstPrompt,
        claude?.directory,
        claude?.directoryExists,
        claude?.running,
      ],
      [claudeId, 'Fix the ]0;login', work, true, null],
    );
    assert.deepEqual(
      [codex?.id, codex?.firstPrompt, codex?.directoryExists],
      [codexId, 'hello there', false],
    );
    const { stdout } = await cli.run('adopt');
    assert.match(stdout, /5d1f9b7e +claude +work .*Fix the/);
    assert.match(stdout, /01a1f906 +codex +gone \(gone\)/);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  it('refuses while a process is in it, waits for its end when asked, and never ends it', async () => {
    const other = await holdConversation(cli.home);
    try {
      const refused = await cli.run('adopt', claudeId, '--detach', '--json');
      const { error }: { error: { code: string; message: string; fix: string } } = JSON.parse(
        refused.stderr,
      );
      assert.deepEqual(
        [error.code, error.message],
        ['conflict', `Process ${other.pid ?? 0} is in this conversation.`],
      );
      assert.match(error.fix, /cannot be moved here: end it there/);
      const waiting = cli.run('adopt', claudeId, '--wait', '--detach');
      assert.equal(other.exitCode, null);
      other.kill('SIGTERM');
      const { code, stdout } = await waiting;
      assert.deepEqual([code, stdout.startsWith('Started')], [0, true]);
    } finally {
      other.kill('SIGKILL');
    }
    const { sessions } = await cli.json<{ sessions: Session[] }>('list');
    const session = sessions.find(({ origin }) => origin === 'continued');
    assert.deepEqual(
      [session?.cwd, session?.argv.slice(1), session?.conversations.at(-1)?.id],
      [work, ['--resume', claudeId], claudeId],
    );
    const again = await cli.run('adopt', claudeId, '--detach');
    assert.match(again.stderr, /is in it.*\[conflict\]\n.*waggle attach/);
    await cli.json('kill', session?.id ?? '');
    const resumed = await cli.json<{ session: Session }>('adopt', claudeId, '--detach');
    assert.deepEqual([resumed.session.id, resumed.session.generation], [session?.id, 1]);
  });

  it('says where it cannot go on, and goes on where it is told', async () => {
    const gone = await cli.run('adopt', codexId.slice(0, 8), '--detach');
    assert.match(gone.stderr, /gone is gone.*\[directoryMissing\]\n.*--cwd <folder>/);
    const { session } = await cli.json<{ session: Session }>(
      'adopt',
      codexId,
      '--cwd',
      work,
      '--detach',
    );
    assert.deepEqual(
      [session.agent, session.argv.slice(1)],
      ['codex', ['--no-daemon', 'resume', codexId]],
    );
    const unknown = await cli.run('adopt', 'no-such-id', '--detach');
    assert.deepEqual([unknown.code, /notFound/.test(unknown.stderr)], [3, true]);
  });

  it('imports a transcript as history, counts what it cannot read, and leaves the file alone', async () => {
    const before = readFileSync(claudeFile);
    const { session, messages, malformed } = await cli.json<{
      session: Session;
      messages: number;
      malformed: number;
    }>('import', claudeFile);
    assert.deepEqual(
      [messages, malformed, session.status, session.origin, session.resumable, session.cwd],
      [4, 2, 'ended', 'imported', 'no', work],
    );
    const { stdout } = await cli.run('history', session.id);
    for (const part of [
      'Fix the \\u{1b}]0;login',
      '$ Bash {"command":"ls"}',
      'a.ts',
      'It is fixed',
    ])
      assert.ok(stdout.includes(part), `${part} in ${stdout}`);
    assert.deepEqual(readFileSync(claudeFile), before);
    const { code, stderr } = await cli.run('restart', session.id);
    assert.deepEqual([code, /launchFailed|conflict/.test(stderr)], [1, true]);
    const byId = await cli.json<{ messages: number }>('import', codexId);
    assert.equal(byId.messages, 2);
    const hugeId = codexId.replace('01a1f906', '01a1f907');
    const huge = join(cli.home, '.codex', 'sessions', `rollout-x-${hugeId}.jsonl`);
    writeFileSync(huge, '');
    truncateSync(huge, 513 * 1024 * 1024);
    for (const reference of [huge, hugeId]) {
      const tooLarge = await cli.run('import', reference);
      assert.match(tooLarge.stderr, /larger than 512 MiB.*\[limitReached\]/);
    }
    rmSync(huge);
    const none = await cli.run('import', join(cli.home, 'bin', 'claude'));
    assert.match(none.stderr, /no transcript of Claude Code or Codex/);
    const missing = await cli.run('import', './no-such-file');
    assert.equal(missing.code, 3);
  });

  it('mirrors a pane of tmux: shows it, types into it, and leaves it there', async function () {
    needTool(this, 'tmux');
    const tmux = (...args: string[]): string =>
      execFileSync('tmux', args, { env: cli.env, encoding: 'utf8' });
    const stranger = join(cli.home, 'stranger');
    mkdirSync(join(stranger, '.git'), { recursive: true });
    const begin = ['new-session', '-d', '-s', 'main', '-c', stranger, '-x', '60', '-y', '12'];
    tmux('-f', '/dev/null', ...begin, 'sh');
    try {
      const { panes } = await cli.json<{ panes: Pane[] }>('adopt', '--tmux');
      assert.deepEqual(
        panes.map(({ place, size }) => [place, size]),
        [['main:0.0', { cols: 60, rows: 12 }]],
      );
      tmux('send-keys', '-t', 'main', "PS1='> '; clear; echo be''fore", 'Enter');
      const terminal = cli.terminal('adopt', '--tmux', 'main:0.0');
      await terminal.see('before');
      terminal.write('echo fr\u00f6m-$((6*7))\r');
      await terminal.see('fr\u00c3\u00b6m-42');
      const pane = tmux('display-message', '-p', '-t', 'main', '#{pane_width}x#{pane_height}');
      assert.equal(pane.trim(), '60x12');
      const trusted = await listTrusted(cli.env['WAGGLE_HOME'] ?? '');
      assert.equal(trusted.includes(stranger), false, 'nobody vouched for where the pane is');
      const { sessions } = await cli.json<{ sessions: Session[] }>('list');
      const mirror = sessions.find(({ origin }) => origin === 'mirrored');
      await cli.json('kill', mirror?.id ?? '');
      assert.match(tmux('capture-pane', '-p', '-t', 'main'), /fr\u00f6m-42/);
      const next = cli.terminal('adopt', '--tmux', panes[0]?.id ?? '');
      await next.see('fr\u00c3\u00b6m-42');
      tmux('kill-server');
      await next.see('tmux has ended');
    } finally {
      spawnSync('tmux', ['kill-server'], { env: cli.env });
    }
    const refused = await cli.run('adopt', '--tmux', '%77');
    assert.match(refused.stderr, /There is no pane %77.*\n.*No tmux server runs here/);
  });
});

async function listTrusted(dataDirectory: string): Promise<string[]> {
  const paths = homePaths(dataDirectory);
  const link = await connectDaemon({ paths, kind: 'test', clientId: 'test-0' });
  const { workspaces } = await link.call('workspace/list', {});
  link.dispose();
  return workspaces.flatMap(({ trustedRoots }) => trustedRoots.map(({ root }) => root));
}

/** A process that says of itself, as Claude Code does, that it is in the conversation. */
async function holdConversation(home: string): Promise<ChildProcess> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  const folder = join(home, '.claude', 'sessions');
  mkdirSync(folder, { recursive: true });
  await until(() => readStartTime(pid) !== undefined);
  const procStart = String(readStartTime(pid));
  const about = { pid, sessionId: claudeId, kind: 'interactive', procStart };
  writeFileSync(join(folder, `${pid}.json`), JSON.stringify(about));
  return child;
}

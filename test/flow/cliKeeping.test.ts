import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keep } from '../../protocol/session/keeping.ts';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import type { Session } from '../../protocol/session/session.ts';
import { notRecordingWarning } from '../../protocol/wire/warnings.ts';
import { CliHome, until } from './cliHome.ts';

describe('the command about what is kept and used', function () {
  this.timeout(120_000);
  let cli: CliHome;

  before(async () => {
    cli = await CliHome.open();
  });
  after(() => cli.stop());

  it('says and chooses what is kept, of a session and by default', async () => {
    await cli.start('api', 'sh', '-c', 'echo remembered; sleep 600');
    const first = await cli.run('keep', 'api');
    assert.equal(first.stdout, 'Of "api" the newest 64 MiB of output are kept for 90 days.\n');
    const full = await cli.run('keep', 'api', 'full', '--days', 'forever');
    assert.equal(full.stdout, 'Of "api" all output is kept.\n');
    const { keep } = await cli.json<{ keep: Keep }>(
      ...['keep', '--default', 'tail', '--days', '1', '--size', '2'],
    );
    assert.deepEqual(keep, { ...keepAtFirst, days: 1, bytes: 2 * 1024 * 1024 });
    const later = await cli.start('later', 'sleep', '600');
    assert.deepEqual(later.keep, keep);
    await cli.run('keep', '--default', 'tail', '--days', '90', '--size', '64');
  });

  it('removes what is kept when nothing is to be, and history says so', async () => {
    await cli.start('quiet', 'sh', '-c', 'echo said-once; sleep 600');
    await until(async () => (await cli.run('history', 'quiet')).stdout.includes('said-once'));
    const none = await cli.run('keep', 'quiet', 'none');
    assert.equal(none.stdout, 'Of "quiet" no output is kept.\n');
    const { stdout, stderr } = await cli.run('history', 'quiet');
    assert.deepEqual([stdout, stderr], ['', '[nothing is here: no output is kept]\n']);
  });

  it('starts a private session, which says so and leaves nothing', async () => {
    const { code, stdout } = await cli.run(
      ...['new', '--json', '--detach', '--private', '--name', 'secret'],
      ...['--', 'sh', '-c', 'echo hush; sleep 600'],
    );
    assert.equal(code, 0);
    const { session }: { session: Session } = JSON.parse(stdout);
    assert.equal(session.private, true);
    const { stderr } = await cli.run('history', 'secret');
    assert.equal(stderr, '[nothing is kept of a private session]\n');
    assert.ok(!readdirSync(join(cli.data, 'spool')).includes(session.id));
    await cli.run('kill', 'secret');
    await until(async () => (await cli.find('secret')) === undefined);
  });

  it('lists sessions with a line on stderr while the disk takes nothing, until it does again', async () => {
    const script = 'while :; do echo output; sleep 0.2; done';
    const { id } = await cli.start('busy', 'sh', '-c', script);
    const kept = join(cli.data, 'spool', id);
    await until(() => existsSync(kept));
    rmSync(kept, { recursive: true });
    writeFileSync(kept, '');
    await until(async () => (await cli.run('list')).stderr === `${notRecordingWarning}\n`);
    assert.equal((await cli.run('list', '--json')).stderr, '');
    rmSync(kept);
    await until(async () => (await cli.run('list')).stderr === '');
    await cli.run('kill', 'busy');
  });

  it('refuses what is no choice', async () => {
    const refused = [
      ['keep'],
      ['keep', 'api', 'some'],
      ['keep', 'api', 'tail', '--days', '0'],
      ['new', '--private', '--keep', 'full', '--detach'],
      ['top', '--sort', 'name'],
    ];
    const codes = await Promise.all(refused.map(async (words) => (await cli.run(...words)).code));
    assert.deepEqual(codes, [2, 2, 2, 2, 2]);
  });

  it('prints once what is used where nobody watches', async () => {
    const { stdout, code } = await cli.run('top');
    assert.equal(code, 0);
    assert.match(stdout, /^NAME +STATE +CPU % +MEM +PROCS +AGENT +FOLDER\n/);
    assert.match(stdout, /\napi +\S+ +[\d.]+ +\d+ MB +2 +command/);
    assert.match(stdout, /\npty host \d+ .*\ndaemon \d+ .*\nall /);
    assert.doesNotMatch(stdout, /\u001b/);
    const told = await cli.json<{ all: { processes: number; rssBytes: number } }>('top');
    assert.ok(told.all.processes >= 5 && told.all.rssBytes > 50_000_000);
  });

  it('shows it in a terminal until q, and gives the terminal back', async () => {
    const terminal = cli.terminal('top');
    await until(() => terminal.text.includes('by processor time'));
    assert.ok(terminal.text.startsWith('\u001b[?1049h'));
    await until(() => terminal.text.includes('pty host'));
    terminal.write('m');
    await until(() => terminal.text.includes('by memory'));
    terminal.write('q');
    assert.equal((await terminal.exited).exitCode, 0);
    assert.match(terminal.text, /\u001b\[\?25h\u001b\[\?1049l\s*$/);
  });
});

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess } from '../../link/process/process.ts';
import { CliHome, readProcess, until } from './cliHome.ts';

const detach = '\x1dd';
/** The shell's prompt, after the command has said how it is left. */
const prompt = '$ ';
const hint = 'leaves it running]';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a session in a terminal', function () {
  this.timeout(120_000);
  let cli: CliHome;

  before(async () => {
    cli = await CliHome.open();
  });
  after(() => cli.stop());

  it('shows the command that was started and ends with its exit code', async () => {
    const terminal = cli.terminal('new', '--name', 'seven', '--', 'sh', '-c', 'echo seen; exit 7');
    const { exitCode } = await terminal.exited;
    assert.equal(exitCode, 7);
    assert.match(terminal.text, /seen\r\n/);
    assert.match(terminal.text, /\["seven" exited 7\]/);
  });

  it('ends with 128 and the signal that ended the program', async () => {
    const terminal = cli.terminal('new', '--', 'sh', '-c', 'kill -TERM $$');
    assert.equal((await terminal.exited).exitCode, 143);
  });

  it('is read later without asking the terminal again what the program asked', async () => {
    const script = String.raw`stty -echo; printf 'one\033[6n\033]52;c;Zm9v\007\033[31mtwo\n'; sleep 0.1`;
    const session = await cli.start('asked', 'sh', '-c', script);
    await until(async () => (await cli.run('history', 'asked')).stdout.includes('two'));
    const terminal = cli.terminal('history', session.id);
    await terminal.exited;
    assert.equal(terminal.text, 'one\u001b[31mtwo\r\n\u001b[m');
    const { stdout } = await cli.run('history', session.id);
    assert.equal(stdout, 'one\u001b[6n\u001b]52;c;Zm9v\u0007\u001b[31mtwo\r\n');
  });

  it('is left and shown again with the same process and what it printed meanwhile', async () => {
    const first = cli.terminal('new', '--name', 'kept', '--', 'sh');
    await first.see(prompt);
    first.write('echo pid-$$-; (sleep 0.2; echo mean"while") &\r');
    await first.see(/pid-\d+-/);
    first.write(detach);
    assert.equal((await first.exited).exitCode, 0);
    assert.match(
      first.bytes.toString(),
      /\["kept" keeps running · waggle attach kept\](?:\u001b\[0m)?\r\n$/,
    );

    const second = cli.terminal('attach', 'kept');
    await second.see('meanwhile');
    const end = second.text.length;
    second.write('echo again-$$-\r');
    await second.see(/again-\d+-/, end);
    const [, one] = /pid-(\d+)-/.exec(first.text) ?? [];
    const [, two] = /again-(\d+)-/.exec(second.text) ?? [];
    assert.equal(two, one);
    second.write(`exit 3\r`);
    assert.equal((await second.exited).exitCode, 3);
  });

  it('passes any bytes on exactly, live and replayed', async () => {
    // Behind more than half a ring a stored screen would be shown instead of all that was printed.
    const data = Buffer.concat([Buffer.from('\n\r\n\t\0'), randomBytes(480_000)]);
    const file = join(cli.home, 'data.bin');
    writeFileSync(file, data);
    const script = `stty raw -echo; printf READY; read -r x; printf '<<<<'; cat ${file}; printf '>>>>'; sleep 600`;
    const live = cli.terminal('new', '--name', 'exact', '--', 'sh', '-c', script);
    await live.see('READY');
    live.write('\n');
    const expected = Buffer.concat([Buffer.from('<<<<'), data, Buffer.from('>>>>')]);
    await until(() => live.bytes.includes('>>>>') && live.bytes.includes('<<<<'));
    await until(() => live.bytes.length >= expected.length);
    assert.equal(hash(cut(live.bytes, expected.length)), hash(expected));
    live.write(detach);
    await live.exited;

    const again = cli.terminal('attach', 'exact');
    await until(() => again.bytes.includes('<<<<'));
    await until(() => again.bytes.length - again.bytes.indexOf('<<<<') >= expected.length);
    assert.equal(hash(cut(again.bytes, expected.length)), hash(expected));
    again.write(detach);
    await again.exited;
  });

  function cut(bytes: Buffer, length: number): Buffer {
    const at = bytes.indexOf('<<<<');
    return bytes.subarray(at, at + length);
  }

  it('follows the size of the terminal', async () => {
    const script = 'while :; do stty size; sleep 0.05; done';
    const terminal = cli.terminal('new', '--name', 'sized', '--', 'sh', '-c', script);
    await terminal.see('24 80');
    terminal.resize(101, 33);
    await terminal.see('33 101');
    terminal.write(detach);
    await terminal.exited;
  });

  it('gives the terminal back without the modes of the program', async () => {
    const modes = '\\033[?1049h\\033[?1000h\\033[?2004h\\033[?25l';
    const script = `printf '${modes}ready'; sleep 600`;
    const terminal = cli.terminal('new', '--name', 'modes', '--', 'sh', '-c', script);
    const shown = await terminal.see('ready');
    terminal.write(detach);
    await terminal.exited;
    const after = terminal.text.slice(shown);
    for (const mode of ['?1049l', '?1000l', '?2004l', '?25h'])
      assert.ok(after.includes(`\x1b[${mode}`), mode);
  });

  it('answers no query of a replay into the program', async () => {
    const script = `stty raw -echo; printf 'q\\033[cready'; while c=$(dd bs=1 count=1 2>/dev/null | od -An -tx1); do printf 'got%s.' $c; done`;
    const first = cli.terminal('new', '--name', 'queries', '--', 'sh', '-c', script);
    await first.see('ready');
    first.write('\x1b[?62c');
    await first.see('got63.');
    first.write(detach);
    await first.exited;

    const second = cli.terminal('attach', 'queries');
    await second.see('\x1b[5n');
    const end = second.text.length;
    second.write('\x1b[?62c\x1b[0n');
    second.write('k');
    await second.see('got6b.', end);
    assert.deepEqual(second.text.slice(end).match(/got../g), ['got6b']);
    second.write(detach);
    await second.exited;
  });

  it('keeps what is typed while another window types, and Enter takes over', async () => {
    const first = cli.terminal('new', '--name', 'shared', '--', 'cat');
    await first.see(hint);
    const second = cli.terminal('attach', 'shared');
    await second.see(hint);
    first.write('one');
    await second.see('one');
    second.write('X');
    await second.see('another window is typing');
    assert.doesNotMatch(first.text, /X/);
    second.write('\r');
    await first.see('oneX');
    first.write('Y');
    await first.see('another window is typing');
    for (const terminal of [first, second]) {
      terminal.write(detach);
      assert.equal((await terminal.exited).exitCode, 0);
    }
  });

  it('takes its input from a pipe too', async () => {
    const command = cli.argv('new', '--name', 'piped', '--', 'sh');
    const terminal = cli.terminalOf(
      '/bin/sh',
      '-c',
      `(printf 'echo "got-$((40+2))"; exit 4\n') | "$0" "$@"`,
      ...command,
    );
    await terminal.see('got-42');
    assert.equal((await terminal.exited).exitCode, 4);
  });

  it('goes on without a pause when the daemon is killed, and a daemon is back by itself', async () => {
    const terminal = cli.terminal('new', '--name', 'survivor', '--', 'sh');
    await terminal.see(prompt);
    terminal.write('cat\r');
    const before = readDaemon();
    process.kill(before.pid, 'SIGKILL');
    await until(() => !isSameProcess(before.pid, before.startTime));
    terminal.write('typed-after\r');
    await terminal.see(/typed-after\r\n[^]*typed-after\r\n/);
    await until(() => {
      const now = readDaemon();
      return now.pid !== before.pid && isSameProcess(now.pid, now.startTime);
    });
    terminal.write('still-here\r');
    await terminal.see(/still-here\r\n[^]*still-here\r\n/);
    assert.equal((await cli.find('survivor'))?.status, 'running');
    terminal.write(detach);
    await terminal.exited;
  });

  function readDaemon() {
    return readProcess(join(cli.data, 'run', 'daemon.json'));
  }

  it('runs on when the terminal is closed or the command is told to end', async () => {
    const terminals = ['ended', 'closed'].map((name) =>
      cli.terminal('new', '--name', name, '--', 'sh'),
    );
    const [ended, closed] = terminals;
    for (const terminal of terminals) await terminal.see(prompt);
    process.kill(ended?.pid ?? 0, 'SIGTERM');
    closed?.hangUp();
    const codes = await Promise.all(terminals.map(({ exited }) => exited));
    assert.deepEqual(
      codes.map(({ exitCode }) => exitCode),
      [143, 129],
    );
    const statuses = await Promise.all(['ended', 'closed'].map((name) => cli.find(name)));
    assert.deepEqual(
      statuses.map((session) => session?.status),
      ['running', 'running'],
    );
  });

  it('watches without typing, and leaves with Ctrl-C', async () => {
    await cli.start('watched', 'sh', '-c', 'echo to-see; cat');
    const terminal = cli.terminal('attach', 'watched', '--observe');
    await terminal.see('to-see');
    terminal.write('ignored\r');
    await cli.run('send', 'watched', '--enter', 'from-outside');
    await terminal.see(/from-outside\r\n[^]*from-outside\r\n/);
    assert.doesNotMatch(terminal.text, /ignored/);
    terminal.write('\x03');
    assert.equal((await terminal.exited).exitCode, 0);
  });

  it('is chosen from a list when none was named', async () => {
    const terminal = cli.terminal('attach');
    await terminal.see('Which one?');
    terminal.write('watched\r');
    await terminal.see('from-outside');
    terminal.write(detach);
    assert.equal((await terminal.exited).exitCode, 0);
  });
});

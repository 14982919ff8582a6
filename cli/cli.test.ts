import assert from 'node:assert/strict';
import { describeCommands, parseCommand } from './cli.ts';

function parse(...argv: string[]) {
  let written = '';
  const parsed = parseCommand(argv, {
    version: () => '1.2.3',
    write: (text) => (written += text),
  });
  return parsed.then((result) => ({ ...result, written }));
}

describe('command line', () => {
  it('lists sessions when nothing is asked, and knows --json in every place', async () => {
    const lines = [[], ['--json'], ['list', '--json'], ['--json', 'daemon', 'status']];
    const parsed = await Promise.all(lines.map((line) => parse(...line)));
    assert.deepEqual(
      parsed.map((result) => (result.kind === 'run' ? result.json : result.kind)),
      [false, true, true, true],
    );
  });

  it('shows help and the version on stdout', async () => {
    const [help, version] = await Promise.all([parse('--help'), parse('--version')]);
    assert.deepEqual([help.kind, version.kind, version.written], ['shown', 'shown', '1.2.3\n']);
    assert.match(help.written, /^Usage: waggle/);
  });

  it('refuses an unknown command, option or missing argument as wrong use', async () => {
    for (const line of [['frob'], ['list', '--nope'], ['kill'], ['daemon'], ['daemon', 'frob']])
      await assert.rejects(parse(...line), { code: 'usage' }, line.join(' '));
  });

  it('leaves the options of a started program alone', async () => {
    const parsed = await parse('new', '--name', 'x', 'ls', '--json', '-la');
    assert.deepEqual(parsed.kind === 'run' && parsed.json, false);
    assert.equal((await parse('new', '--', 'ls', '--nope')).kind, 'run');
  });

  it('describes every command in one line', () => {
    const all = describeCommands().flatMap((command) => [command, ...command.commands]);
    const silent = all.filter(({ description }) => description === '' || description.length > 70);
    assert.deepEqual(silent, []);
    assert.ok(all.length > 15);
  });
});

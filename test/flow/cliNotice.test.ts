import assert from 'node:assert/strict';
import type { Mute, Notice } from '../../protocol/attention/notice.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { CliResult } from './cliHome.ts';
import { CliHome, until } from './cliHome.ts';

describe('the commands about notices', function () {
  this.timeout(120_000);
  let cli: CliHome;
  before(async () => {
    cli = await CliHome.open();
  });
  after(() => cli.stop());

  /** Reports what is typed as the fields of an OSC 7501. */
  const startReporting = (name: string): Promise<Session> =>
    cli.start(
      name,
      'sh',
      '-c',
      `while read -r x; do printf '\\033]7501;%s\\007' "$x:app=test"; done`,
    );
  const report = (name: string, fields: string): Promise<CliResult> =>
    cli.run('send', name, '--enter', fields);
  const noticesOf = async (...words: string[]): Promise<Notice[]> => {
    const { notices } = await cli.json<{ notices: Notice[] }>('notices', ...words);
    return notices;
  };
  const clientsOf = async (): Promise<number> => {
    const status = await cli.json<{ clients: number }>('daemon', 'status');
    return status.clients;
  };

  it('call the person from a script, and list what was missed once', async () => {
    await startReporting('api');
    const { code, stdout, stderr } = await cli.run('notify', '--session', 'api', 'look', 'at it');
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    await cli.run('notify', 'build done');
    let shown = '';
    await until(async () => (await noticesOf('--all')).length === 2);
    shown = (await cli.run('notices', '--all')).stdout;
    assert.match(shown, /^AGE +SESSION +KIND +CALLED +WHAT\n/);
    assert.match(shown, /\d s +api +notice +nobody here +look at it\n/);
    assert.deepEqual(
      shown.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.equal((await cli.run('notices')).stdout, '');
    await cli.run('notify', 'another');
    await until(
      async () => (await noticesOf()).length === 1 || (await noticesOf('--all')).length === 3,
    );
    assert.equal((await noticesOf('--all')).at(-1)?.text, 'another');
    assert.deepEqual(await noticesOf(), []);
  });

  it('wait until a session asks, is idle, or ends, and say when that cannot be any more', async () => {
    await startReporting('worker');
    const wait = (what: string, ...more: string[]) =>
      cli.run('wait', 'worker', '--until', what, ...more);
    const before = await clientsOf();
    const asks = wait('asks');
    await until(async () => (await clientsOf()) > before);
    await report('worker', 'state=working');
    await report('worker', 'state=blocked:kind=permission');
    const asked = await asks;
    assert.equal(asked.code, 0);
    assert.match(asked.stdout, /^"worker": ./);
    assert.equal((await wait('asks')).code, 0, 'it asks already');
    const late = await wait('idle', '--timeout', '1');
    assert.deepEqual([late.code, late.stdout], [7, '"worker" did not do that in time.\n']);
    const idle = wait('idle');
    await report('worker', 'state=done');
    assert.equal((await idle).code, 0);
    const [ends, never] = [wait('ends'), wait('asks', '--json')];
    await until(async () => (await clientsOf()) > before + 1);
    await cli.run('kill', 'worker');
    assert.equal((await ends).code, 0);
    const missed = await never;
    assert.equal(missed.code, 8);
    const { outcome }: { outcome: string } = JSON.parse(missed.stdout);
    assert.equal(outcome, 'impossible');
    assert.equal((await wait('sleeps')).code, 2);
    assert.equal((await cli.run('wait', 'nobody', '--until', 'ends')).code, 3);
  });

  it('go on waiting with the next daemon', async () => {
    await startReporting('lasting');
    const before = await clientsOf();
    const waiting = cli.run('wait', 'lasting', '--until', 'asks');
    await until(async () => (await clientsOf()) > before);
    await cli.run('daemon', 'restart');
    await until(async () => (await clientsOf()) > before);
    await report('lasting', 'state=blocked:kind=question');
    const { code, stderr } = await waiting;
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('mute for a while and take it back', async () => {
    const { id } = await startReporting('loud');
    const { mutes } = await cli.json<{ mutes: Mute[] }>('mute', 'loud', '--for', '1h30m');
    assert.equal(mutes[0]?.sessionId, id);
    const leftMs = Date.parse(mutes[0]?.until ?? '') - Date.now();
    assert.ok(leftMs > 80 * 60_000 && leftMs <= 90 * 60_000, String(leftMs));
    assert.match(
      (await cli.run('mute', 'loud')).stdout,
      /^"loud" is muted until "waggle mute --off"/,
    );
    await cli.run('notify', '--session', 'loud', 'unheard');
    await until(async () => (await noticesOf('--all')).some(({ silence }) => silence === 'muted'));
    assert.equal((await cli.run('mute', 'loud', '--off')).stdout, '"loud" may call again.\n');
    assert.deepEqual((await cli.json<{ mutes: Mute[] }>('mute', '--off')).mutes, []);
    for (const words of [
      ['--for', 'soon'],
      ['--for', '1h', '--off'],
      ['--for', '0m'],
    ])
      assert.equal((await cli.run('mute', ...words)).code, 2);
  });

  it('let an agent call and wait for itself alone', async () => {
    const other = await startReporting('other');
    const [node, entry] = cli.argv();
    const waggle = (words: string): string => `'${node}' '${entry}' ${words}; echo "code=$?"`;
    const script = [
      waggle('notify "from inside"'),
      waggle(`notify --session ${other.id} "of another"`),
      waggle(`wait ${other.id} --until ends`),
      waggle('notify --wait "may I?"'),
      'echo over; sleep 600',
    ].join('\n');
    await cli.start('inside', 'sh', '-c', script);
    const read = async (): Promise<string> => (await cli.run('history', 'inside')).stdout;
    await until(async () => (await noticesOf('--all')).some(({ text }) => text === 'may I?'));
    const codes = [...(await read()).matchAll(/code=(\d)/g)].map(([, code]) => code);
    assert.deepEqual(codes, ['0', '3', '3']);
    const texts = (await noticesOf('--all')).map(({ title, text }) => `${title}: ${text}`);
    assert.ok(texts.includes('inside: from inside'), texts.join());
    assert.ok(texts.every((text) => !text.endsWith('of another')));
    await cli.run('kill', 'inside');
  });
});

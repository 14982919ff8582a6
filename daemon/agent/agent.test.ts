import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgentFeature } from './agent.ts';
import type { LaunchRequest } from './agent.ts';
import { parseMarked, readLoginPath } from './loginShell.ts';
import { planLaunch } from './planning.ts';
import { parseVersion } from './version.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('launching agents', () => {
  let home: string;
  let bin: string;
  before(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-agents-')));
    bin = join(home, 'bin');
    mkdirSync(bin);
    for (const name of ['claude', 'codex', 'opencode', 'gemini']) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} 1.2.3 (test)"\n`);
      chmodSync(join(bin, name), 0o755);
    }
  });
  after(() => rmSync(home, { recursive: true }));

  const plan = (over: Partial<LaunchRequest>, search = '') =>
    planLaunch(
      {
        agent: 'claude',
        command: undefined,
        arguments: [],
        cwd: home,
        environment: { PATH: bin, HOME: home },
        conversationIds: [],
        ...over,
      },
      () => Promise.resolve(search),
    );

  it('chooses the conversation of Claude Code', async () => {
    const { argv, conversationId, ringBytes } = await plan({ arguments: ['--verbose'] });
    assert.match(conversationId ?? '', uuid);
    assert.deepEqual(argv, [join(bin, 'claude'), '--session-id', conversationId, '--verbose']);
    assert.equal(ringBytes, 4 * 1024 * 1024);
  });

  it('resumes a conversation that Claude Code kept, and starts one that it did not under the same id', async () => {
    const kept = '5d1f9b7e-0000-4000-8000-000000000001';
    mkdirSync(join(home, '.claude', 'projects', 'p'), { recursive: true });
    writeFileSync(join(home, '.claude', 'projects', 'p', `${kept}.jsonl`), '');
    assert.deepEqual((await plan({ conversationIds: [kept] })).argv.slice(1), ['--resume', kept]);
    const unknown = '5d1f9b7e-0000-4000-8000-000000000002';
    const again = await plan({ conversationIds: [unknown] });
    assert.deepEqual(again.argv.slice(1), ['--session-id', unknown]);
  });

  it('leaves a conversation that the person named, and subcommands, alone', async () => {
    for (const given of [['--resume', 'x'], ['--session-id=x'], ['-c'], ['mcp', 'list']]) {
      const { argv, conversationId } = await plan({ arguments: given });
      assert.deepEqual([argv.slice(1), conversationId], [given, null]);
    }
  });

  it('takes the model of the role, unless the person names one or gives a subcommand', async () => {
    const model = 'big-1';
    const { argv } = await plan({ model, arguments: ['--verbose'] });
    assert.deepEqual(argv.slice(3), ['--model', 'big-1', '--verbose']);
    const codex = await plan({ agent: 'codex', model });
    assert.deepEqual(codex.argv.slice(1), ['--no-daemon', '--model', 'big-1']);
    for (const given of [['--model', 'x'], ['--model=x'], ['-m', 'x'], ['mcp', 'list']]) {
      const named = await plan({ model, arguments: given });
      assert.ok(!named.argv.includes('big-1'), given.join(' '));
    }
  });

  it('keeps Codex out of its daemon and opens the server of opencode on loopback, closed by a password', async () => {
    const codex = await plan({ agent: 'codex', arguments: ['-m', 'x'] });
    assert.deepEqual(codex.argv.slice(1), ['--no-daemon', '-m', 'x']);
    const opencode = await plan({ agent: 'opencode' });
    assert.deepEqual(
      [opencode.argv[1], ...opencode.argv.slice(3)],
      ['--port', '--hostname', '127.0.0.1'],
    );
    assert.ok(Number(opencode.argv[2]) > 1023);
    assert.match(opencode.environment['OPENCODE_SERVER_PASSWORD'] ?? '', /^[0-9a-f]{64}$/);
  });

  it('finds an agent on the searched PATH and lets the session reach what lies beside it', async () => {
    const found = await plan({ environment: { PATH: '/nonexistent', HOME: home } }, bin);
    assert.equal(found.argv[0], join(bin, 'claude'));
    assert.equal(found.environment['PATH'], `/nonexistent:${bin}`);
  });

  it('starts the shell of the environment and any command, without a shell between', async () => {
    const shell = await plan({ agent: 'shell', environment: { SHELL: '/bin/sh', PATH: '/bin' } });
    assert.deepEqual([shell.argv, shell.defaultName], [['/bin/sh'], 'sh']);
    const command = await plan({ agent: 'command', command: ['claude', '$(rm -rf /)', ';'] });
    assert.deepEqual(command.argv, [join(bin, 'claude'), '$(rm -rf /)', ';']);
  });

  it('says what to do when a program is missing', async () => {
    await assert.rejects(plan({ agent: 'command', command: ['no-such-program'] }), {
      code: 'commandNotFound',
      message: 'no-such-program was not found.',
      fix: 'Check the name, or give the full path.',
    });
    await assert.rejects(plan({ environment: {} }), {
      code: 'commandNotFound',
      fix: /Install it: https/,
    });
    await assert.rejects(plan({ agent: 'nobody' }), { code: 'badRequest', fix: /claude, codex/ });
    await assert.rejects(plan({ agent: 'command', command: [home] }), { code: 'commandNotFound' });
  });

  it('lists agents with version or with where it looked, and the shell last', async () => {
    const store = { list: () => Promise.resolve([]), replace: () => Promise.resolve() };
    const context = {
      clock: { now: () => 0, monotonicMs: () => 0 },
      openStore: () => store as never,
    };
    const env = { PATH: bin, SHELL: '/bin/false', HOME: home };
    const feature = createAgentFeature(context, env);
    rmSync(join(bin, 'gemini'));
    const { agents, searchedAt } = await feature.handlers['agent/list'](
      { refresh: false },
      undefined as never,
    );
    assert.deepEqual(
      agents.map(({ id, found, version }) => [id, found, version]),
      [
        ['claude', true, '1.2.3'],
        ['codex', true, '1.2.3'],
        ['opencode', true, '1.2.3'],
        ['gemini', false, null],
        ['shell', true, null],
      ],
    );
    assert.equal(agents[3]?.hint, `not found (looked in ${bin})`);
    assert.equal(searchedAt, '1970-01-01T00:00:00.000Z');
    feature.dispose();
  });

  it('starts what a person named with its arguments and variables, as a chat only', async () => {
    const store = { list: () => Promise.resolve([]), replace: () => Promise.resolve() };
    const context = {
      clock: { now: () => 0, monotonicMs: () => 0 },
      openStore: () => store as never,
    };
    const feature = createAgentFeature(context, { PATH: bin, SHELL: '/bin/false', HOME: home });
    const goose = {
      ...{ id: 'goose', label: 'Goose', command: 'codex', arguments: ['acp'] },
      environment: { KEY: 'a-${env:SECRET}', NONE: '${env:NOTHING}' },
    };
    const configure = (agents: (typeof goose)[]) =>
      feature.handlers['agent/configure']({ agents }, undefined as never);
    await configure([goose]);
    const { agents } = await feature.handlers['agent/list']({ refresh: false }, undefined as never);
    const listed = agents.find(({ id }) => id === 'goose');
    assert.deepEqual(
      [listed?.label, listed?.found, listed?.version, listed?.modes, listed?.isCustom],
      ['Goose', true, '1.2.3', ['pipe'], true],
    );
    const request = {
      ...{ agent: 'goose', command: undefined, arguments: ['-v'], cwd: home, conversationIds: [] },
      environment: { PATH: bin, HOME: home, SECRET: 's' },
    };
    const chat = { model: null, mode: null, forkOf: null };
    const plan = await feature.plan({ ...request, chat });
    assert.deepEqual(plan.argv, [join(bin, 'codex'), 'acp', '-v']);
    assert.deepEqual(plan.environment, { KEY: 'a-s', NONE: '' });
    await assert.rejects(feature.plan(request), { code: 'badRequest', fix: 'waggle chat goose' });
    for (const id of ['claude', 'shell'])
      await assert.rejects(async () => configure([{ ...goose, id }]), { code: 'badRequest' });
    await assert.rejects(async () => configure([goose, goose]), { code: 'badRequest' });
    await configure([{ ...goose, command: 'no-such-program' }]);
    await assert.rejects(feature.plan({ ...request, chat }), {
      code: 'commandNotFound',
      fix: /waggle\.agents\.custom: no-such-program/,
    });
    await configure([]);
    await assert.rejects(feature.plan({ ...request, chat }), { code: 'badRequest' });
  });
});

describe('the login shell', () => {
  it('tells its PATH through whatever its start files print', async () => {
    const home = mkdtempSync(join(tmpdir(), 'waggle-login-'));
    writeFileSync(
      join(home, '.profile'),
      'echo "Welcome!"; PATH="/from/profile:$PATH"; printf "\\033]0;x\\007"\n',
    );
    const path = await readLoginPath({ SHELL: '/bin/sh', HOME: home, PATH: '/usr/bin:/bin' });
    rmSync(home, { recursive: true });
    assert.ok(path?.includes('/from/profile:'), path);
  });

  it('is not believed when it says nothing', async () => {
    assert.equal(await readLoginPath({ SHELL: '/bin/false', PATH: '/bin' }), undefined);
    assert.equal(await readLoginPath({ SHELL: '/no/such/shell', PATH: '/bin' }), undefined);
    assert.equal(parseMarked('m\0/usr/bin', 'm'), undefined);
    assert.equal(parseMarked('noise m\0/usr/bin:/x\0m\0 noise', 'm'), '/usr/bin:/x');
  });

  it('reads versions as programs print them', () => {
    assert.deepEqual(
      ['2.1.328 (Claude Code)', 'codex-cli 0.169.0', 'v1.18.33\n', 'no idea'].map(parseVersion),
      ['2.1.328', '0.169.0', '1.18.33', null],
    );
  });
});

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { homePaths } from '../home/home.ts';
import type { AccessAgentId, AccessContext } from './access.ts';
import {
  accessAgentIds,
  applyChange,
  findAccess,
  listAccess,
  listFiles,
  planGiving,
  planTaking,
  undoChange,
} from './access.ts';

describe('access that is given to an agent', () => {
  let home: string;
  let context: AccessContext;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'wgl-access-'));
    const env = { HOME: home, PATH: '' };
    context = { env, paths: homePaths(join(home, 'data')), platform: 'linux' };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const give = (id: AccessAgentId) => applyChange(context, planGiving(context, id));
  const takeAll = async (id: AccessAgentId): Promise<void> => {
    for (const file of listFiles(context, id))
      await applyChange(context, planTaking(context, id, file));
  };
  const write = (file: string, text: string, mode = 0o644): string => {
    const path = join(home, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const problemOf = (id: AccessAgentId): (string | undefined)[] => {
    const { state, problem } = findAccess(context, id);
    assert.equal(state, 'refused');
    return [problem?.message.replaceAll(home, '~'), problem?.fix?.replaceAll(home, '~')];
  };

  it('stands in each agent’s own file, wherever its variables moved that', () => {
    const files = (env: NodeJS.ProcessEnv): string[] =>
      listAccess({ ...context, env: { ...env, HOME: home } }).map(({ file }) =>
        file.replace(home, '~'),
      );
    assert.deepEqual(files({}), [
      '~/.claude.json',
      '~/.codex/config.toml',
      '~/.config/opencode/opencode.json',
      '~/.gemini/settings.json',
      '~/.cursor/mcp.json',
    ]);
    write('.claude/.config.json', '{"a":1}');
    write('x/opencode/opencode.jsonc', '{}');
    assert.deepEqual(
      files({
        ...{ CODEX_HOME: '/c', XDG_CONFIG_HOME: join(home, 'x'), GEMINI_CLI_HOME: '/g' },
      }),
      [
        '~/.claude/.config.json',
        '/c/config.toml',
        '~/x/opencode/opencode.jsonc',
        '/g/.gemini/settings.json',
        '~/.cursor/mcp.json',
      ],
    );
    const moved = files({ CLAUDE_CONFIG_DIR: '/d', OPENCODE_CONFIG: '/o.json', CODEX_HOME: 'rel' });
    assert.deepEqual([moved[0], moved[1], moved[2]], ['/d/.claude.json', '', '/o.json']);
  });

  it('is written with the file’s mode and taken back to the byte', async () => {
    const texts: Record<AccessAgentId, [string, string]> = {
      claude: ['.claude.json', '{\n  "numStartups": 3,\n  "mcpServers": {}\n}'],
      codex: ['.codex/config.toml', '# mine\r\nmodel = "x"'],
      opencode: ['.config/opencode/opencode.jsonc', '\uFEFF{ // mine\n\t"theme": "x",\n}\n'],
      gemini: ['.gemini/settings.json', '{"mcpServers":{"a":{"command":"b"}}}'],
      cursor: ['.cursor/mcp.json', ''],
    };
    for (const id of accessAgentIds) {
      const [name, text] = texts[id];
      const file = write(name, text, 0o640);
      assert.equal(findAccess(context, id).state, 'absent');
      await give(id);
      assert.equal(findAccess(context, id).state, 'given', id);
      assert.equal(lstatSync(file).mode & 0o777, 0o640);
      assert.equal(planGiving(context, id).isNeeded, false);
      assert.deepEqual(
        readdirSync(dirname(file)).filter((one) => one.includes('.tmp')),
        [],
      );
      await takeAll(id);
      assert.equal(readFileSync(file, 'utf8'), text, id);
    }
    assert.deepEqual(readdirSync(join(home, 'data', 'access')), []);
    assert.ok(lstatSync(join(home, 'data', 'bin', 'waggle')).mode & 0o100);
  });

  it('makes what is missing closed to others, and leaves nothing of it', async () => {
    for (const id of accessAgentIds) {
      const { change } = await give(id);
      assert.equal(change.before, undefined);
      assert.equal(lstatSync(change.file).mode & 0o777, 0o600);
      assert.doesNotMatch(readFileSync(change.file, 'utf8'), /Bearer|token/i);
      await takeAll(id);
    }
    assert.deepEqual(readdirSync(home), ['data']);
  });

  it('is undone to the byte, and what somebody changed since stays', async () => {
    const file = write('.codex/config.toml', 'a = 1\n');
    await undoChange(context, await give('codex'));
    assert.equal(readFileSync(file, 'utf8'), 'a = 1\n');
    const given = await give('codex');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n[b]\nc = 2\n`);
    await undoChange(context, given);
    assert.equal(readFileSync(file, 'utf8'), 'a = 1\n\n[b]\nc = 2\n');
    const again = await give('codex');
    const [change] = listFiles(context, 'codex').map((one) => planTaking(context, 'codex', one));
    assert.ok(change);
    await undoChange(context, await applyChange(context, change));
    assert.equal(readFileSync(file, 'utf8'), again.after);
    assert.equal(findAccess(context, 'codex').state, 'given');
    const fresh = await give('gemini');
    await undoChange(context, fresh);
    assert.equal(existsSync(join(home, '.gemini')), false);
  });

  it('is renewed when it is old, and found again where it was written once', async () => {
    const file = write('.claude.json', '{"a":1}');
    await give('claude');
    context = { ...context, url: 'http://127.0.0.1:9178/mcp' };
    assert.equal(findAccess(context, 'claude').state, 'outdated');
    await give('claude');
    assert.match(
      readFileSync(file, 'utf8'),
      /"headersHelper":"[^"]*waggle tools headers claude 9178"/,
    );
    context = { ...context, env: { ...context.env, CLAUDE_CONFIG_DIR: join(home, 'c') } };
    await give('claude');
    await takeAll('claude');
    assert.equal(readFileSync(file, 'utf8'), '{"a":1}');
    assert.equal(existsSync(join(home, 'c')), false);
  });

  it('takes no file away that a person wrote after ours was gone', async () => {
    await give('gemini');
    const file = write('.gemini/settings.json', '{}');
    await give('gemini');
    await takeAll('gemini');
    assert.equal(readFileSync(file, 'utf8'), '{}');
  });

  it('goes through a link to a file of the same person, and keeps the link', async () => {
    const target = write('dotfiles/claude.json', '{}', 0o600);
    symlinkSync('dotfiles/claude.json', join(home, '.claude.json'));
    await give('claude');
    assert.match(readFileSync(target, 'utf8'), /"waggle"/);
    assert.ok(lstatSync(join(home, '.claude.json')).isSymbolicLink());
    await takeAll('claude');
    assert.equal(readFileSync(target, 'utf8'), '{}');
  });

  it('is refused, with the way out, for what may not be changed', function () {
    symlinkSync('nowhere', join(home, '.claude.json'));
    assert.deepEqual(problemOf('claude'), [
      '~/.claude.json is a link that leads nowhere.',
      'rm ~/.claude.json',
    ]);
    write('.codex/config.toml', 'a = 1', 0o444);
    assert.deepEqual(problemOf('codex'), [
      '~/.codex/config.toml is read-only.',
      'chmod u+w ~/.codex/config.toml',
    ]);
    mkdirSync(join(home, '.gemini/settings.json'), { recursive: true });
    assert.match(problemOf('gemini')[0] ?? '', /is no regular file/);
    const huge = write('.cursor/mcp.json', '');
    truncateSync(huge, 33 * 1024 * 1024);
    assert.match(problemOf('cursor')[0] ?? '', /has 34603008 bytes/);
    truncateSync(huge, 0);
    linkSync(huge, join(home, 'second'));
    assert.match(problemOf('cursor')[0] ?? '', /a second name/);
    const config = write('.config/opencode/opencode.json', '{"a": tru}');
    assert.match(problemOf('opencode')[0] ?? '', /cannot be read: line 1: /);
    writeFileSync(config, Buffer.from([0x7b, 0xff, 0x7d]));
    assert.match(problemOf('opencode')[0] ?? '', /no UTF-8 text/);
    assert.throws(() => planGiving(context, 'opencode'), { code: 'badRequest' });
    assert.deepEqual(readFileSync(config), Buffer.from([0x7b, 0xff, 0x7d]));
  });

  it('is refused for a file of another user, also behind a link', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const target = write('theirs.json', '{}');
    chownSync(target, 65_534, 65_534);
    symlinkSync(target, join(home, '.claude.json'));
    assert.match(problemOf('claude')[0] ?? '', /belongs to another user/);
    await assert.rejects(async () => give('claude'), { code: 'forbidden' });
    assert.equal(readFileSync(target, 'utf8'), '{}');
    mkdirSync(join(home, '.codex'));
    chownSync(join(home, '.codex'), 65_534, 65_534);
    assert.match(problemOf('codex')[0] ?? '', /belongs to another user/);
  });

  it('waits for an agent that is writing, and keeps what it wrote', async () => {
    const file = write('.claude.json', '{}');
    const plan = planGiving(context, 'claude');
    mkdirSync(`${file}.lock`);
    const applied = applyChange(context, plan);
    writeFileSync(file, '{"numStartups":4}');
    rmSync(`${file}.lock`, { recursive: true });
    await applied;
    assert.match(readFileSync(file, 'utf8'), /^\{"numStartups":4,"mcpServers":/);
    assert.equal(existsSync(`${file}.lock`), false);
  });
});

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
import { Hooks } from './hooks.ts';
import { findServedPort, hasOwnNotify, toGeminiSettings } from './hookSettings.ts';
import type { SessionRow } from './row.ts';

describe('hooks for one run', () => {
  let directory: string;
  let hooks: Hooks;
  const create = (): Hooks => {
    const daemon = { paths: homePaths(join(directory, 'data')), log: silentLogger };
    return new Hooks({ daemon, binDirectory: join(directory, 'bin') });
  };
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-h-')));
    mkdirSync(join(directory, 'data'), { mode: 0o700 });
    hooks = create();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const row = (agent: string, over: Partial<SessionRow> = {}): SessionRow =>
    aRow({ agent, generation: 2, cwd: directory, ...over });
  const prepare = (of: SessionRow, ...given: string[]) =>
    hooks.prepare(of, { argv: ['/bin/agent', ...given], environment: { HOME: directory } });

  it('of Claude Code are a private file, which goes with the session', () => {
    const { argv } = prepare(row('claude'), '--session-id', 'x');
    const [file = ''] = argv.slice(-1);
    assert.deepEqual(argv.slice(1, -1), ['--session-id', 'x', '--settings']);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const settings: { hooks: Record<string, unknown[]> } = JSON.parse(readFileSync(file, 'utf8'));
    const [first] = settings.hooks['PermissionRequest'] ?? [];
    assert.deepEqual(first, {
      hooks: [
        {
          type: 'command',
          command: `'${join(directory, 'bin', 'waggle')}' hook claude`,
          async: true,
          timeout: 5,
        },
      ],
    });
    hooks.remove(aRow().id);
    assert.equal(existsSync(file), false);
  });

  it('are left out where the person set up the same, where nothing may be written, and behind the end of options', () => {
    const plain = ['/bin/agent', '--settings', 'x'];
    assert.deepEqual(prepare(row('claude'), '--settings', 'x').argv, plain);
    assert.deepEqual(prepare(row('claude'), '--settings=x').argv.length, 2);
    assert.deepEqual(prepare(row('claude'), 'mcp', 'list').argv, ['/bin/agent', 'mcp', 'list']);
    assert.deepEqual(prepare(row('claude', { private: true })).argv, ['/bin/agent']);
    assert.deepEqual(prepare(row('claude'), '--', 'x').argv, ['/bin/agent', '--', 'x']);
    assert.equal(existsSync(join(directory, 'data', 'hooks')), false);
  });

  it('of Codex are options, unless its configuration names a program already', () => {
    const notify = `notify=["${join(directory, 'bin', 'waggle')}","hook","codex"]`;
    assert.deepEqual(prepare(row('codex'), '--no-daemon').argv, [
      ...['/bin/agent', '-c', notify, '--no-daemon'],
    ]);
    mkdirSync(join(directory, '.codex'));
    writeFileSync(join(directory, '.codex', 'config.toml'), 'model = "x"\nnotify = ["mine"]\n');
    assert.deepEqual(prepare(row('codex'), '--no-daemon').argv, ['/bin/agent', '--no-daemon']);
  });

  it('see what the person told Codex, in each of its forms, and nothing else', () => {
    const own = (given: string[], text = ''): boolean => hasOwnNotify(given, [text]);
    assert.deepEqual(
      [
        own(['-c', 'notify=["x"]']),
        own(['--config', 'notify = []']),
        own(['--config=notify=[]']),
        own(['-cnotify=[]']),
        own([], '[profiles.x]\nnotify = []'),
        own([], '"notify" = []'),
        own(['-c', 'model="notify=x"']),
        own([], '# notify = []\n[tui]\nnotifications = true'),
        own(['explain notify=']),
      ],
      [true, true, true, true, true, true, false, false, false],
    );
  });

  it('of Gemini CLI are left out below a folder that others can write to', () => {
    // The directory for temporary files is one.
    assert.deepEqual(prepare(row('gemini')), { argv: ['/bin/agent'], environment: {} });
    const text = toGeminiSettings("/it's/waggle");
    const settings: { hooks: Record<string, { hooks: { command: string }[] }[]> } =
      JSON.parse(text);
    const [hook] = settings.hooks['Notification']?.[0]?.hooks ?? [];
    assert.equal(hook?.command, String.raw`'/it'\''s/waggle' hook gemini`);
  });

  it('of opencode are a password that another daemon can make again, another for each process', () => {
    const start = {
      argv: ['/bin/opencode', '--port', '4096'],
      environment: { OPENCODE_SERVER_PASSWORD: 'random' },
    };
    const { environment } = hooks.prepare(row('opencode'), start);
    const password = environment['OPENCODE_SERVER_PASSWORD'] ?? '';
    assert.match(password, /^[0-9a-f]{64}$/);
    assert.equal(create().passwordOf(row('opencode')), password);
    assert.notEqual(create().passwordOf(row('opencode', { generation: 3 })), password);
    assert.equal(statSync(join(directory, 'data', 'hooks', 'key')).mode & 0o777, 0o600);
    assert.deepEqual(
      [
        findServedPort(start.argv),
        findServedPort(['x', '--port']),
        findServedPort(['x', '--port', '70000']),
      ],
      [4096, undefined, undefined],
    );
  });

  it('that cannot be written leave the agent as it is', () => {
    writeFileSync(join(directory, 'data', 'hooks'), 'in the way');
    assert.deepEqual(prepare(row('claude')), { argv: ['/bin/agent'], environment: {} });
  });
});

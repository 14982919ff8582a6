import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonIdSchema } from '../../protocol/wire/brand.ts';
import type { RuntimeFile } from './home.ts';
import {
  ensureHome,
  homePaths,
  newSocketPath,
  readPrivateFile,
  readRuntimeFile,
  removeRuntimeFile,
  replacePrivateFile,
  resolveHome,
  socketDirectory,
  writeRuntimeFile,
} from './home.ts';

describe('the data directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-home-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is where WAGGLE_HOME says, else where the platform keeps data', () => {
    const home = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string =>
      resolveHome(env, platform).home;
    assert.deepEqual(
      [
        home({ WAGGLE_HOME: '/w', HOME: '/h' }, 'linux'),
        home({ WAGGLE_HOME: '', HOME: '/h' }, 'linux'),
        home({ HOME: '/h', XDG_DATA_HOME: '/x' }, 'linux'),
        home({ HOME: '/h', XDG_DATA_HOME: 'relative' }, 'linux'),
        home({ HOME: '/h' }, 'darwin'),
        home({ HOME: '/h', LOCALAPPDATA: '/l' }, 'win32'),
      ],
      [
        '/w',
        '/h/.local/share/waggle',
        '/x/waggle',
        '/h/.local/share/waggle',
        '/h/Library/Application Support/Waggle',
        '/l/Waggle',
      ],
    );
  });

  it('is made closed to others with everything in it', () => {
    const paths = homePaths(join(directory, 'a', 'b'));
    ensureHome(paths);
    const { home, runDir, programDir, logDir, spoolDir, backupDir } = paths;
    for (const path of [home, runDir, programDir, logDir, spoolDir, backupDir])
      assert.equal(lstatSync(path).mode & 0o777, 0o700, path);
    ensureHome(paths);
  });

  it('is refused when anything trusted in it is open, a link or of another kind', () => {
    const paths = homePaths(join(directory, "it's"));
    ensureHome(paths);
    const refusal = (): { code?: string; fix?: string } => {
      try {
        ensureHome(paths);
        return {};
      } catch (error) {
        return error as { code?: string; fix?: string };
      }
    };
    chmodSync(paths.logDir, 0o750);
    assert.deepEqual(
      [refusal().code, refusal().fix],
      ['permissionsTooOpen', `chmod u=rwx,go= '${directory}/it'\\''s/log'`],
    );
    chmodSync(paths.logDir, 0o700);
    writeFileSync(paths.database, '', { mode: 0o600 });
    chmodSync(paths.database, 0o604);
    assert.equal(refusal().fix, `chmod u=rw,go= '${directory}/it'\\''s/waggle.db'`);
    rmSync(paths.database);
    symlinkSync('/etc/hostname', paths.database);
    assert.equal(refusal().code, 'permissionsTooOpen');
    rmSync(paths.database);
    mkdirSync(paths.database, { mode: 0o700 });
    assert.equal(refusal().code, 'permissionsTooOpen');
    rmSync(paths.database, { recursive: true });
    assert.deepEqual(refusal(), {});
  });

  it('lies in nobody else’s directory', function () {
    if (process.getuid?.() !== 0) this.skip();
    const paths = homePaths(directory);
    ensureHome(paths);
    chownSync(paths.runDir, 65_534, 65_534);
    assert.throws(() => ensureHome(paths), {
      code: 'permissionsTooOpen',
      fix: `sudo chown 0 ${paths.runDir}`,
    });
  });

  it('holds its sockets, unless its path is too long for one', () => {
    const short = homePaths(join(directory, 'data'));
    ensureHome(short);
    assert.equal(socketDirectory(short), short.runDir);
    const long = homePaths(join(directory, 'x'.repeat(90)));
    ensureHome(long);
    const env = { XDG_RUNTIME_DIR: directory };
    const elsewhere = socketDirectory(long, { env });
    assert.match(elsewhere, new RegExp(`^${directory}/waggle-[0-9a-f]{12}$`));
    assert.equal(lstatSync(elsewhere).mode & 0o777, 0o700);
    assert.equal(socketDirectory(long, { env }), elsewhere);
    const path = newSocketPath(long, `host-${'a'.repeat(32)}`, { env });
    assert.ok(Buffer.byteLength(path) <= 100, path);
    assert.equal(socketDirectory(short, { env, homeRefused: true }).startsWith(directory), true);
    chmodSync(elsewhere, 0o755);
    assert.throws(() => socketDirectory(long, { env }), { code: 'permissionsTooOpen' });
  });
});

describe('a private file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-file-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is replaced as a whole, closed to others, and leaves no draft', () => {
    const path = join(directory, 'file');
    replacePrivateFile(path, 'one');
    replacePrivateFile(path, 'two');
    assert.equal(readPrivateFile(path), 'two');
    assert.deepEqual([lstatSync(path).mode & 0o777, readdirSync(directory)], [0o600, ['file']]);
  });

  it('is not read through a link, when it is too long, or when it is no file', () => {
    const path = join(directory, 'file');
    replacePrivateFile(path, 'x'.repeat(100));
    symlinkSync(path, join(directory, 'link'));
    mkdirSync(join(directory, 'folder'));
    assert.deepEqual(
      [
        readPrivateFile(join(directory, 'link')),
        readPrivateFile(path, 99),
        readPrivateFile(join(directory, 'folder')),
        readPrivateFile(join(directory, 'absent')),
      ],
      [undefined, undefined, undefined, undefined],
    );
  });

  it('replaces a link instead of writing through it', () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'kept');
    symlinkSync(target, join(directory, 'link'));
    replacePrivateFile(join(directory, 'link'), 'new');
    assert.deepEqual(
      [readFileSync(target, 'utf8'), lstatSync(join(directory, 'link')).isSymbolicLink()],
      ['kept', false],
    );
  });
});

describe('the runtime file', () => {
  it('is read back, ignored when it is damaged, and removed only by its own daemon', () => {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-runtime-'));
    const paths = homePaths(directory);
    ensureHome(paths);
    const file: RuntimeFile = {
      socket: '/s',
      port: null,
      portNote: null,
      pid: 12,
      startTime: 34,
      version: '1.0.0',
      protocol: 1,
      daemonId: daemonIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b'),
      startedAt: '2026-11-20T00:00:00.000Z',
    };
    assert.equal(readRuntimeFile(paths), undefined);
    writeRuntimeFile(paths, file);
    assert.deepEqual(readRuntimeFile(paths), file);
    removeRuntimeFile(paths, 13);
    assert.deepEqual(readRuntimeFile(paths), file);
    removeRuntimeFile(paths, 12);
    assert.equal(existsSync(paths.runtimeFile), false);
    for (const text of ['', '{', '[]', '{"pid":"12"}']) {
      writeFileSync(paths.runtimeFile, text, { mode: 0o600 });
      assert.equal(readRuntimeFile(paths), undefined, text);
    }
    rmSync(directory, { recursive: true });
  });
});

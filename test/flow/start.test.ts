import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { WebSocketServer } from 'ws';
import { acquireLock } from '../../daemon/store/store.ts';
import {
  ensureHome,
  newSocketPath,
  readRuntimeFile,
  replacePrivateFile,
  writeRuntimeFile,
} from '../../link/home/home.ts';
import { daemonIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toRpcFailure } from '../../protocol/wire/rpc.ts';
import { readStartTime } from '../../link/process/process.ts';
import { DaemonHome, until } from './daemonHome.ts';

const run = promisify(execFile);

function fillDisk(path: string): void {
  const descriptor = openSync(path, 'w');
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4096));
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC');
  } finally {
    closeSync(descriptor);
  }
}

describe('starting the daemon', () => {
  let home: DaemonHome;
  beforeEach(async () => {
    home = await DaemonHome.open();
  });
  afterEach(() => home.close());

  it('starts one where none runs, and finds it the next time', async () => {
    const steps: string[] = [];
    const first = await home.ensure({ onProgress: (step) => steps.push(step) });
    const second = await home.ensure();
    assert.deepEqual([first.outcome, second.outcome], ['started', 'running']);
    assert.deepEqual(steps, ['connecting', 'installing', 'spawning', 'handshaking']);
    const link = await home.connect();
    const status = await link.call('daemon/status', {});
    assert.deepEqual(
      [status.pid, status.hosts.length, status.warnings],
      [home.runtimeFile.pid, 1, []],
    );
  });

  it('keeps everything below the data directory from others', async () => {
    await home.start();
    const open = readdirSync(home.paths.home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(home.paths.home, name))
      // The command is for people, and the runtime names its own cache; both lie in closed directories.
      .filter((path) => !path.includes('/bin/') && !path.includes('/cache/'))
      .filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0);
    assert.deepEqual(open, []);
  });

  it('runs detached, without core dumps and without what would change its runtime', async () => {
    process.env['NODE_OPTIONS'] = '--no-warnings';
    process.env['VSCODE_PID'] = '1';
    process.env['ELECTRON_NO_ASAR'] = '1';
    try {
      await home.start();
    } finally {
      for (const name of ['NODE_OPTIONS', 'VSCODE_PID', 'ELECTRON_NO_ASAR'])
        delete process.env[name];
    }
    const { pid } = home.runtimeFile;
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split('=')[0] ?? '');
    assert.deepEqual(
      names.filter((name) => /^(?:NODE_OPTIONS|VSCODE_|ELECTRON_)/.test(name)),
      [],
    );
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    assert.match(limits, /Max core file size\s+0 /);
    const session = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    assert.equal(Number(session), pid);
    assert.ok(readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--disable-sigusr1'));
  });

  it('makes one daemon of fifty simultaneous starts', async () => {
    const env = { ...process.env, WAGGLE_HOME: home.paths.home };
    const command = [join(home.program, 'waggle.cjs'), 'daemon', 'start', '--json'];
    const starts = await Promise.all(
      Array.from({ length: 50 }, () => run(process.execPath, command, { env })),
    );
    assert.equal(starts.length, 50);
    assert.equal(home.log.filter(({ message }) => message === 'Ready').length, 1);
    assert.equal(home.processes().length, 2, 'a daemon and a host');
  }).timeout(120_000);

  it('starts again at once after it was killed, on the same port', async () => {
    await home.start();
    const { pid, port } = home.runtimeFile;
    await home.signal('SIGKILL');
    const outcome = await home.ensure();
    assert.equal(outcome.outcome, 'started');
    assert.notEqual(home.runtimeFile.pid, pid);
    assert.equal(home.runtimeFile.port, port);
  });

  it('ignores a runtime file whose pid belongs to somebody else by now', async () => {
    await home.start();
    const { startTime, ...file } = home.runtimeFile;
    await home.signal('SIGKILL');
    writeRuntimeFile(home.paths, { ...file, pid: process.pid, startTime });
    assert.equal((await home.ensure()).outcome, 'started');
    assert.notEqual(home.runtimeFile.pid, process.pid);
  });

  it('takes over a start lock whose holder is gone', async () => {
    mkdirSync(home.paths.runDir, { recursive: true, mode: 0o700 });
    chmodSync(home.paths.home, 0o700);
    const holder = { pid: process.pid, startTime: (readStartTime(process.pid) ?? 0) + 1 };
    writeFileSync(home.paths.startLock, JSON.stringify({ ...holder, nonce: 'x' }), { mode: 0o600 });
    assert.equal((await home.ensure()).outcome, 'started');
    assert.equal(existsSync(home.paths.startLock), false);
  });

  it('ends orderly: no runtime file, no process of its own, and the next start is not counted', async () => {
    const link = await home.start();
    const closed = new Promise((resolve) => link.onDidClose(resolve));
    const stopping = new Promise((resolve) => link.onEvent('daemon/stopping', resolve));
    await link.call('daemon/status', {});
    const { pid } = home.runtimeFile;
    await link.call('daemon/stop', {});
    await Promise.all([closed, stopping]);
    await until(() => readStartTime(pid) === undefined, 'it is gone');
    assert.equal(readRuntimeFile(home.paths), undefined);
    assert.equal(existsSync(home.paths.startsFile), false);
  });

  it('ends by itself when nobody needs it', async () => {
    mkdirSync(home.directory, { recursive: true });
    const child = home.spawnDaemon('--idle-ms', '300');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.equal(readRuntimeFile(home.paths), undefined);
    assert.ok(home.log.some(({ reason }) => reason === 'nobody needs it'));
  });

  it('lets one daemon hold a data directory and says which', async () => {
    await home.start();
    const { pid } = home.runtimeFile;
    const child = home.spawnDaemon();
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.equal(code, 75);
    assert.match(output, new RegExp(`The daemon with process id ${pid} holds`));
  });

  it('waits for a daemon that holds the directory and is not ready yet', async () => {
    ensureHome(home.paths);
    const lock = acquireLock(home.paths.lockDatabase);
    assert.ok(lock !== undefined);
    const starting = home.ensure();
    await until(() => existsSync(home.paths.outputFile), 'a start was tried');
    const tries = () => readFileSync(home.paths.outputFile, 'utf8').split('holds').length - 1;
    await until(() => tries() >= 2, 'two starts found it held');
    lock.dispose();
    const outcome = await starting;
    assert.equal(outcome.outcome, 'started');
  });

  it('takes another port when its own is taken, and says so', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(typeof address === 'object' && address !== null);
    process.env['WAGGLE_PORT'] = String(address.port);
    const link = await home.start();
    const status = await link.call('daemon/status', {});
    taken.close();
    assert.notEqual(status.port, address.port);
    const note = `Port ${address.port} was taken by another program; ${status.port} is used.`;
    assert.deepEqual([status.portNote, status.warnings], [note, [note]]);
  });
});

describe('what keeps a daemon from starting', () => {
  let home: DaemonHome;
  beforeEach(async () => {
    home = await DaemonHome.open();
  });
  afterEach(() => home.close());

  async function failure(over = {}) {
    const outcome = await home.ensure(over);
    assert.ok('error' in outcome, `it is ${outcome.outcome}`);
    const { code, fix, message, details } = outcome.error;
    return { outcome: outcome.outcome, code, fix, message, details };
  }

  it('refuses a data directory that others can enter, with the command that repairs it', async () => {
    mkdirSync(home.paths.home);
    chmodSync(home.paths.home, 0o755);
    const { outcome, code, fix } = await failure();
    assert.deepEqual(
      [outcome, code, fix],
      ['refused', 'permissionsTooOpen', `chmod u=rwx,go= ${home.paths.home}`],
    );
    await run('sh', ['-c', fix ?? '']);
    assert.equal((await home.ensure()).outcome, 'started');
  });

  it('refuses a data directory that is a link, and a token that others can read', async () => {
    mkdirSync(join(home.directory, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(home.directory, 'elsewhere'), home.paths.home);
    assert.equal((await failure()).code, 'permissionsTooOpen');
    renameSync(home.paths.home, join(home.directory, 'link'));
    mkdirSync(home.paths.home, { mode: 0o700 });
    writeFileSync(home.paths.ownerTokenFile, 'a'.repeat(64), { mode: 0o600 });
    chmodSync(home.paths.ownerTokenFile, 0o644);
    const { code, fix } = await failure();
    assert.deepEqual(
      [code, fix],
      ['permissionsTooOpen', `chmod u=rw,go= ${home.paths.ownerTokenFile}`],
    );
  });

  it('refuses a database of a newer version and does not change it', async () => {
    await home.start();
    await home.signal('SIGTERM');
    const database = new Database(home.paths.database);
    database.exec("insert into waggle_migration values (99999, '2030-01-01')");
    database.close();
    const before = readFileSync(home.paths.database);
    const { outcome, code, message } = await failure();
    assert.deepEqual([outcome, code], ['failed', 'newerSchema']);
    assert.match(message, /99999/);
    assert.deepEqual(readFileSync(home.paths.database), before);
  });

  it('starts with a fresh database when the old one is damaged, and warns', async () => {
    await home.start();
    await home.signal('SIGTERM');
    writeFileSync(home.paths.database, Buffer.alloc(20_000, 0x41));
    const link = await home.start();
    const { warnings } = await link.call('daemon/status', {});
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /The database was damaged\. It lies in .*waggle\.db\.damaged-/);
  });

  it('starts on a full disk by giving its reserve back, and says what is wrong when there is none', async function () {
    const mount = ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', home.directory];
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    if (!(await run('mount', mount).then(Boolean, () => false))) this.skip();
    try {
      ensureHome(home.paths);
      fillDisk(join(home.directory, 'filler'));
      assert.equal((await failure()).code, 'diskFull');
      assert.deepEqual(readdirSync(home.paths.runDir), []);
      truncateSync(join(home.directory, 'filler'), 0);
      writeFileSync(home.paths.reserveFile, Buffer.alloc(32 * 1024 * 1024), { mode: 0o600 });
      fillDisk(join(home.directory, 'filler'));
      assert.equal((await home.ensure()).outcome, 'started');
    } finally {
      for (const pid of home.processes()) process.kill(pid, 'SIGKILL');
      await until(() => home.processes().length === 0, 'the programs are gone');
      await run('umount', ['--lazy', home.directory]);
    }
  }).timeout(60_000);

  const refusals = [
    {
      name: 'is restarted by a person when it is too old',
      error: new WaggleError('versionMismatch', 'too old', {
        fix: 'waggle daemon restart',
        details: { min: 1, max: 1 },
      }),
      told: ['wrongVersion', 'versionMismatch', 'too old', 'waggle daemon restart'],
    },
    {
      name: 'asks for an update when it is too new',
      error: new WaggleError('versionMismatch', 'too new', { details: { min: 99, max: 99 } }),
      told: ['wrongVersion', 'clientTooOld', 'too new', 'Update the Waggle extension.'],
    },
  ];
  for (const { name, error, told } of refusals)
    it(`lets a running daemon of another version run, which ${name}`, async () => {
      ensureHome(home.paths);
      replacePrivateFile(home.paths.ownerTokenFile, 'a'.repeat(64));
      const socket = newSocketPath(home.paths, 'waggled');
      const server = createHttpServer();
      const other = new WebSocketServer({ server });
      other.on('connection', (client) =>
        client.on('message', () => client.send(JSON.stringify(toRpcFailure(0, error)))),
      );
      server.listen(socket);
      await once(server, 'listening');
      writeRuntimeFile(home.paths, {
        socket,
        port: null,
        portNote: null,
        pid: process.pid,
        startTime: readStartTime(process.pid) ?? 0,
        version: '0.0.1',
        protocol: 1,
        daemonId: daemonIdSchema.parse(randomUUID()),
        startedAt: new Date().toISOString(),
      });
      const { outcome, code, message, fix } = await failure();
      for (const client of other.clients) client.terminate();
      other.close();
      server.close();
      assert.deepEqual([outcome, code, message, fix], told);
      assert.equal(home.processes().length, 0);
    });

  it('refuses a runtime that is too old before it touches anything', async () => {
    const runtime = { execPath: process.execPath, node: '22.13.1', electron: false };
    const { outcome, code } = await failure({ runtime });
    assert.deepEqual([outcome, code], ['refused', 'runtimeTooOld']);
    assert.deepEqual(readdirSync(home.paths.programDir), []);
  });

  it('stays down after five starts that failed, tells the reason, and tries again when asked to', async () => {
    const broken = join(home.directory, 'broken');
    mkdirSync(join(broken, 'daemon'), { recursive: true });
    writeFileSync(
      join(broken, 'daemon', 'main.ts'),
      "console.error('poisoned setting'); process.exit(9);",
    );
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const { outcome, code, details } = await failure({ programDirectory: broken });
      assert.deepEqual([outcome, code], ['failed', 'daemonUnreachable']);
      assert.match(String(details?.['logTail']), /poisoned setting/);
      assert.equal(details?.['exitCode'], 9);
    }
    const { outcome, code, message } = await failure({ programDirectory: broken });
    assert.deepEqual([outcome, code], ['startLimit', 'startLimit']);
    assert.match(message, /5 times within a minute.*exit code 9/);
    assert.equal((await home.ensure({ explicit: true })).outcome, 'started');
  });

  it('refuses a program whose file is not what its manifest says', async () => {
    const changed = join(home.directory, 'changed');
    cpSync(home.program, changed, { recursive: true });
    writeFileSync(join(changed, 'waggled.cjs'), 'process.exit(0)');
    const { code, message } = await failure({ programDirectory: changed });
    assert.equal(code, 'daemonUnreachable');
    assert.match(message, /waggled\.cjs is not what its manifest says/);
    assert.deepEqual(readdirSync(home.paths.programDir), []);
  });

  it('never goes back to an older program, and keeps two', async () => {
    const versions = ['0.1.0', '0.3.0', '0.2.0', '0.4.0-next.1', '0.4.0'];
    const currents: string[] = [];
    for (const version of versions) {
      const directory = join(home.directory, `v${version}`);
      cpSync(home.program, directory, { recursive: true });
      const path = join(directory, 'manifest.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...manifest, version }));
      const link = await home.ensure({ programDirectory: directory });
      assert.equal(link.outcome, 'started');
      currents.push(
        readFileSync(join(home.paths.programDir, 'current'), 'utf8').split(/-[^-]*$/)[0] ?? '',
      );
      await home.signal('SIGTERM');
      for (const pid of home.processes()) process.kill(pid, 'SIGKILL');
      await until(() => home.processes().length === 0, 'the hosts are gone');
    }
    assert.deepEqual(currents, ['0.1.0', '0.3.0', '0.3.0', '0.4.0-next.1', '0.4.0']);
    const kept = readdirSync(home.paths.programDir).filter((name) => /^\d/.test(name));
    assert.deepEqual(kept.map((name) => name.replace(/-[0-9a-f]{8}$/, '')).toSorted(), [
      '0.4.0',
      '0.4.0-next.1',
    ]);
  }).timeout(60_000);
});

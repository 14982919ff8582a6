import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from './build.ts';
import { endDemoDaemon, listDaemonProcesses } from './demoDaemon.ts';
import { listTree } from './processTree.ts';

describe('the end of a demo', function () {
  this.timeout(60_000);
  let home: string;
  let programDirectory: string;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (process.platform === 'win32') this.skip();
    ({ programDirectory } = await build({ quiet: true }));
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'wgl-demo-'));
    env = { ...process.env, WAGGLE_HOME: home, WAGGLE_PORT: '0' };
  });
  afterEach(async () => {
    await endDemoDaemon({ home, programDirectory, env });
    rmSync(home, { recursive: true, force: true });
  });

  it('leaves nothing of a session that runs', async () => {
    const tree = await startSession();
    await endDemoDaemon({ home, programDirectory, env });
    assert.deepEqual(living(tree), []);
  });

  it('leaves nothing of a session whose daemon was killed', async () => {
    const tree = await startSession();
    const { pid }: { pid: number } = JSON.parse(
      readFileSync(join(home, 'run', 'daemon.json'), 'utf8'),
    );
    process.kill(pid, 'SIGKILL');
    while (living([pid]).length > 0) await untilNextTurn();
    await endDemoDaemon({ home, programDirectory, env });
    assert.deepEqual(living(tree), []);
  });

  it('starts nothing where nothing ran', async () => {
    await endDemoDaemon({ home, programDirectory, env });
    assert.deepEqual(listDaemonProcesses(home), []);
  });

  /** A shell that ignores TERM with a child in the background. Returns daemon, hosts and all below them. */
  async function startSession(): Promise<number[]> {
    const script = 'trap "" TERM HUP; sleep 600 & wait';
    const args = [
      join(programDirectory, 'waggle.cjs'),
      'new',
      '--detach',
      '--',
      'sh',
      '-c',
      script,
    ];
    await promisify(execFile)(process.execPath, args, { env, cwd: home });
    const family = (): number[] =>
      listDaemonProcesses(home).flatMap((pid) => listTree(pid).map((row) => row.pid));
    const deadline = Date.now() + 10_000;
    while (family().length < 4 && Date.now() < deadline) await untilNextTurn();
    assert.ok(family().length >= 4, `daemon, host, shell and sleep run: ${family().join(' ')}`);
    return family();
  }
});

function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => listTree(pid).length > 0);
}

async function untilNextTurn(): Promise<void> {
  await once(spawn('true', { stdio: 'ignore' }), 'close');
}

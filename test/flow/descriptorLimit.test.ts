import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { listProcesses } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { SessionHome, until } from './sessionHome.ts';

const limit = 256;

function hasLimits(): boolean {
  return process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
}

describe(`a daemon that may open ${limit} descriptors`, function () {
  this.timeout(120_000);
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    if (!hasLimits()) this.skip();
    home = await SessionHome.open();
    // Its host is started later and inherits it.
    const args = ['--pid', String(home.daemonPid), `--nofile=${limit}:${limit}`];
    assert.equal(spawnSync('prlimit', args).status, 0);
    link = await home.connect('window-0');
  });
  after(() => home?.close());

  const open = (): Promise<Session> =>
    home.openSession(link, { agent: 'command', command: ['cat'] });
  const hostPids = (): number[] => home.readHostFiles().map(({ pid }) => pid);
  const descriptors = (): number[] =>
    [home.daemonPid, ...hostPids()].map((pid) => readdirSync(`/proc/${pid}/fd`).length);
  const programs = (): number =>
    listProcesses().filter(({ ppid }) => hostPids().includes(ppid)).length;

  async function end(session: Session): Promise<void> {
    await link.call('session/kill', { sessionId: session.id });
    await link.call('session/delete', { sessionId: session.id });
  }

  it('says which session was one too many, leaves nothing of it, and opens more when others have ended', async () => {
    await end(await open());
    await until(() => programs() === 0, 'the end of the first');
    const before = descriptors();
    const opened: Session[] = [];
    let refusal: unknown;
    while (refusal === undefined)
      await open().then(
        (session) => opened.push(session),
        (error: unknown) => (refusal = error),
      );
    assert.ok(refusal instanceof WaggleError);
    assert.deepEqual([refusal.code, opened.length > 50], ['limitReached', true]);
    assert.match(refusal.message, /descriptor/);
    await until(
      () => programs() === opened.length,
      () => `${programs()} programs of ${opened.length} sessions`,
    );
    await link.call('daemon/status', {});
    for (const session of opened) await end(session);
    await until(
      () => descriptors().every((count, index) => count <= (before[index] ?? 0)),
      () => `${descriptors().join()} descriptors, ${before.join()} before`,
    );
    await end(await open());
  });
});

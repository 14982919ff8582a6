import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { readStartTime } from '../../link/process/process.ts';
import type { TreeEntry } from './process.ts';
import {
  collectTree,
  endProcesses,
  listRunning,
  MarkerScan,
  RunningProcesses,
  TreeRecord,
} from './process.ts';

const entry = (pid: number, ppid: number, startTime: number): TreeEntry => ({
  pid,
  ppid,
  startTime,
});
const pidsOf = (entries: readonly TreeEntry[]): number[] => entries.map(({ pid }) => pid);

describe('a tree of processes', () => {
  const entries = [
    entry(1, 0, 0),
    entry(10, 1, 5),
    entry(11, 10, 6),
    entry(12, 11, 7),
    entry(20, 1, 5),
  ];

  it('holds everybody below its root', () => {
    assert.deepEqual(pidsOf(collectTree(entries, { pid: 10, startTime: 5 })), [10, 11, 12]);
  });

  it('is empty when the number belongs to another process by now', () => {
    assert.deepEqual(collectTree(entries, { pid: 10, startTime: 4 }), []);
  });

  it('does not take older processes for children: their parent was another one of that number', () => {
    const reused = [...entries, entry(9, 12, 1)];
    assert.deepEqual(pidsOf(collectTree(reused, { pid: 10, startTime: 5 })), [10, 11, 12]);
  });

  it('ends for any list, torn ones with loops included', () => {
    const anyEntry = fc.record({ pid: fc.nat(8), ppid: fc.nat(8), startTime: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 20 }), (list) => {
        const root = list[0] ?? { pid: 0, startTime: 0 };
        const pids = pidsOf(collectTree(list, root));
        assert.equal(new Set(pids).size, pids.length);
      }),
    );
  });

  it('remembers who was given to another parent, and what those start later', () => {
    const record = new TreeRecord({ pid: 10, startTime: 5 });
    record.record(entries);
    const orphaned = [entry(1, 0, 0), entry(12, 1, 7), entry(13, 12, 9), entry(20, 1, 5)];
    assert.deepEqual(pidsOf(record.record(orphaned)), [12, 13]);
    assert.deepEqual(pidsOf(record.record([entry(1, 0, 0), entry(12, 1, 99)])), []);
  });
});

describe('the end of processes', () => {
  /** A shell that prints when it is ready; everything it starts carries the marker. */
  async function startMarked(script: string): Promise<{ marker: string; pid: number }> {
    const marker = randomUUID();
    const child = spawn('/bin/sh', ['-c', `${script}\necho ready\nwait`], {
      env: { PATH: process.env['PATH'], WAGGLE_TEST_MARKER: marker },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    return { marker, pid: child.pid ?? 0 };
  }

  const scanFor = (marker: string): MarkerScan =>
    new MarkerScan('WAGGLE_TEST_MARKER', (value) => value === marker);

  const recordOf = (pid: number): TreeRecord =>
    new TreeRecord({ pid, startTime: readStartTime(pid) ?? -1 });

  it('reaches children that left session and group, and those that ignore TERM', async () => {
    const { marker, pid } = await startMarked(
      [
        'setsid sleep 600 &',
        'nohup sleep 600 >/dev/null 2>&1 &',
        `setsid sh -c 'trap "" TERM HUP; while :; do sleep 600; done' &`,
        '(setsid sh -c "sleep 600 & wait" &)',
      ].join('\n'),
    );
    const scan = scanFor(marker);
    const deadline = performance.now() + 5000;
    while (scan.find(listRunning()).length < 7 && performance.now() < deadline) await delay(10);
    const ended = await endProcesses({
      records: [recordOf(pid)],
      scan,
      spared: new Set([process.pid]),
      graceMs: 200,
    });
    assert.ok(ended >= 7, `${ended} ended`);
    assert.deepEqual(scanFor(marker).find(listRunning()), []);
  });

  it('finds whoever is asked for in one scan that is kept, and forgets who is gone', async () => {
    const { marker, pid } = await startMarked('sleep 600 &');
    const kept = new MarkerScan('WAGGLE_TEST_MARKER', () => false);
    const find = () => kept.find(listRunning(), (value) => value === marker);
    assert.deepEqual(kept.find(listRunning()), []);
    assert.ok(find().some((found) => found.pid === pid));
    await endProcesses({
      records: [recordOf(pid)],
      scan: scanFor(marker),
      spared: new Set([process.pid]),
      graceMs: 100,
    });
    assert.deepEqual(find(), []);
  });

  it('reaches stopped ones', async () => {
    const { marker, pid } = await startMarked('sleep 600 & kill -STOP $!');
    await endProcesses({
      records: [recordOf(pid)],
      scan: scanFor(marker),
      spared: new Set([process.pid]),
      graceMs: 2000,
    });
    assert.deepEqual(scanFor(marker).find(listRunning()), []);
  });

  it('spares whom it is told to spare', async () => {
    const { marker, pid } = await startMarked('sleep 600 &');
    const [spared] = scanFor(marker)
      .find(listRunning())
      .filter((found) => found.pid !== pid);
    assert.ok(spared);
    const request = { records: [recordOf(pid)], scan: scanFor(marker), graceMs: 100 };
    await endProcesses({ ...request, spared: new Set([process.pid, spared.pid]) });
    assert.equal(readStartTime(spared.pid), spared.startTime);
    await endProcesses({ ...request, spared: new Set([process.pid]) });
    assert.equal(readStartTime(spared.pid), undefined);
  });

  it('touches nobody who has the number of one that was recorded', async () => {
    const { marker, pid } = await startMarked('sleep 600 &');
    const startTime = readStartTime(pid) ?? -1;
    const earlier = new TreeRecord({ pid, startTime: startTime - 1 });
    const later = new TreeRecord({ pid, startTime: startTime + 1 });
    const found = new TreeRecord({ pid: -1, startTime: -1 });
    found.add({ pid, startTime: startTime - 1 });
    const ended = await endProcesses({
      records: [earlier, later, found],
      scan: scanFor('nobody has this'),
      spared: new Set(),
      graceMs: 100,
    });
    assert.deepEqual([ended, readStartTime(pid)], [0, startTime]);
    await endProcesses({
      records: [recordOf(pid)],
      scan: scanFor(marker),
      spared: new Set([process.pid]),
      graceMs: 100,
    });
  });

  it('is nothing when nobody is there', async () => {
    const request = {
      records: [new TreeRecord({ pid: -1, startTime: -1 })],
      spared: new Set<number>(),
    };
    assert.equal(await endProcesses({ ...request, scan: scanFor('nobody has this') }), 0);
  });
});

describe('a look at who runs', () => {
  it('finds who is new, and misses who has gone, without reading everybody again', async () => {
    const running = new RunningProcesses();
    const pids = (): Set<number> => new Set(running.look().map(({ pid }) => pid));
    assert.ok(pids().has(process.pid));
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const pid = child.pid ?? -1;
    const [found] = running.look().filter((entry) => entry.pid === pid);
    assert.deepEqual([found?.ppid, found?.startTime], [process.pid, readStartTime(pid)]);
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
    assert.equal(pids().has(pid), false);
  });

  it('misses who came before a look at everybody and went after it', async () => {
    const running = new RunningProcesses();
    for (let looks = 0; looks < 15; looks += 1) running.look();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    const isListed = (): boolean => running.look().some(({ pid }) => pid === child.pid);
    // The sixteenth look is at everybody.
    assert.ok(isListed());
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
    assert.equal(isListed(), false);
  });

  it('sees that somebody ended who waits for his parent, when asked to read him again', async () => {
    // `exec`: its parent is a program that never asks for it.
    const parent = spawn('sh', ['-c', 'read x & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = await once(parent.stdout, 'data');
      const pid = Number(String(line));
      const running = new RunningProcesses();
      running.look();
      const isListed = (): boolean =>
        running.look(new Set([pid])).some((entry) => entry.pid === pid);
      const deadline = performance.now() + 10_000;
      while (isListed() && performance.now() < deadline) await delay(10);
      assert.equal(isListed(), false);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

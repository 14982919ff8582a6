import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HomePaths } from '../home/home.ts';
import { ensureHome, homePaths } from '../home/home.ts';
import { readStartTime } from '../process/process.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { compareVersions, installProgram } from './program.ts';
import { prunePrograms } from './prune.ts';
import { explainEnd } from './spawn.ts';
import { countStart, forgetStarts, noteFailure, uncountStart } from './startLimit.ts';
import { requireLink } from './start.ts';
import { takeStartLock } from './startLock.ts';

describe('starting', () => {
  let directory: string;
  let paths: HomePaths;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-start-'));
    paths = homePaths(directory);
    ensureHome(paths);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  describe('the lock', () => {
    const holder = (over: object = {}): string =>
      JSON.stringify({
        pid: process.pid,
        startTime: readStartTime(process.pid),
        nonce: 'somebody',
        ...over,
      });

    it('has one holder and can be taken again afterwards', () => {
      const first = takeStartLock(paths);
      assert.ok(first !== undefined);
      assert.equal(takeStartLock(paths), undefined);
      first.dispose();
      const second = takeStartLock(paths);
      assert.ok(second !== undefined);
      first.dispose();
      assert.equal(takeStartLock(paths), undefined, 'the first has nothing to give back');
      second.dispose();
      assert.equal(existsSync(paths.startLock), false);
    });

    it('is taken over from who is gone, and from who holds it for ten seconds', () => {
      const stale: [string, string, number][] = [
        ['a dead process', holder({ pid: 999_999_999 }), 0],
        ['another process with the pid', holder({ startTime: 1 }), 0],
        ['a stuck starter', holder(), 11],
        ['a starter that died before it wrote', '', 2],
      ];
      for (const [name, text, ageSeconds] of stale) {
        writeFileSync(paths.startLock, text, { mode: 0o600 });
        const at = Date.now() / 1000 - ageSeconds;
        utimesSync(paths.startLock, at, at);
        assert.equal(takeStartLock(paths), undefined, `${name}: found`);
        const taken = takeStartLock(paths);
        assert.ok(taken !== undefined, `${name}: taken`);
        taken.dispose();
      }
    });

    it('stays with a starter that lives', () => {
      writeFileSync(paths.startLock, holder(), { mode: 0o600 });
      assert.equal(takeStartLock(paths), undefined);
      assert.equal(takeStartLock(paths), undefined);
      assert.ok(readFileSync(paths.startLock, 'utf8').includes('somebody'));
    });
  });

  describe('the limit', () => {
    it('stops the sixth start within a minute with the last reason, until it is forgotten', () => {
      for (let start = 0; start < 5; start += 1) countStart(paths);
      noteFailure(paths, 'the sky fell');
      assert.throws(() => countStart(paths), { code: 'startLimit', message: /the sky fell/ });
      forgetStarts(paths);
      countStart(paths);
    });

    it('does not count a start that found a daemon', () => {
      for (let start = 0; start < 20; start += 1) {
        countStart(paths);
        uncountStart(paths);
      }
      countStart(paths);
    });

    it('forgets what is older than a minute, and what it cannot read', () => {
      const at = Array.from({ length: 9 }, () => Date.now() - 61_000);
      writeFileSync(paths.startsFile, JSON.stringify({ at, reason: null }), { mode: 0o600 });
      countStart(paths);
      writeFileSync(paths.startsFile, 'x', { mode: 0o600 });
      countStart(paths);
    });
  });

  describe('the installed program', () => {
    const runtime = { execPath: process.execPath, node: process.versions.node, electron: false };

    /** A program of two files. */
    function make(version: string): string {
      const source = join(directory, `source-${version}`);
      mkdirSync(source, { recursive: true });
      const files: Record<string, string> = {};
      for (const name of ['waggled.cjs', 'ptyhost.cjs']) {
        writeFileSync(join(source, name), `${name} ${version}`);
        files[name] = createHash('sha256').update(`${name} ${version}`).digest('hex');
      }
      const manifest = { version, builtAt: '2026-11-20T00:00:00Z', files };
      writeFileSync(join(source, 'manifest.json'), JSON.stringify(manifest));
      return source;
    }

    it('is made whole again when a file of it is gone', () => {
      const source = make('1.0.0');
      const { daemon } = installProgram(paths, source, runtime);
      rmSync(daemon);
      const again = installProgram(paths, source, runtime);
      assert.equal(again.daemon, daemon);
      assert.equal(readFileSync(daemon, 'utf8'), 'waggled.cjs 1.0.0');
      prunePrograms(paths, again);
      assert.deepEqual(
        readdirSync(paths.programDir).filter((name) => name.endsWith('.tmp')),
        [],
      );
    });

    it('is replaced when its manifest cannot be read, and is not kept back by a broken older one', () => {
      const { daemon } = installProgram(paths, make('1.0.0'), runtime);
      writeFileSync(join(dirname(daemon), 'manifest.json'), '');
      const next = installProgram(paths, make('1.1.0'), runtime);
      assert.equal(readFileSync(next.daemon, 'utf8'), 'waggled.cjs 1.1.0');
      assert.equal(installProgram(paths, make('1.1.0'), runtime).daemon, next.daemon);
    });
  });

  it('orders versions as semantic versions are', () => {
    const sorted = ['0.9.0', '0.10.0-alpha.2', '0.10.0-alpha.10', '0.10.0', '0.10.1', '1.0.0'];
    assert.deepEqual(sorted.toReversed().toSorted(compareVersions), sorted);
    assert.equal(compareVersions('1.2.3+build.1', '1.2.3+build.2'), 0);
  });

  it('explains an early end by what the daemon printed, else by how it ended', () => {
    const end = { code: 65, signal: null, failure: undefined };
    const line = '{"waggled":"refused","code":"newerSchema","message":"too new","fix":"update"}';
    const told = explainEnd(end, `noise\n${line}\n`);
    assert.deepEqual([told.code, told.message, told.fix], ['newerSchema', 'too new', 'update']);
    const unknown = explainEnd(end, '{"waggled":"refused","code":"nonsense","message":"m"}');
    assert.equal(unknown.code, 'internal');
    const silent = explainEnd({ code: null, signal: 'SIGSEGV', failure: undefined }, 'tail');
    assert.deepEqual(
      [silent.code, silent.message, silent.details?.['logTail']],
      ['daemonUnreachable', 'The daemon ended while it started (SIGSEGV).', 'tail'],
    );
  });

  it('gives the link of a good outcome and throws the reason of a bad one', () => {
    const error = new WaggleError('startLimit');
    assert.throws(() => requireLink({ outcome: 'startLimit', error }), error);
  });
});

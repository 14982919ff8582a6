/** Connects to the running daemon or starts one; of many who try at once, one spawns and the others wait. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { WaggleError, errorCodeOf, wrapError } from '../../protocol/wire/errors.ts';
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import type { DaemonLink } from '../daemon/daemon.ts';
import type { HomePaths, RuntimeFile } from '../home/home.ts';
import { ensureHome, hasCode, readRuntimeFile } from '../home/home.ts';
import { isSameProcess } from '../process/process.ts';
import type { EnsureOptions, EnsureOutcome, Runtime, StartStep } from './outcome.ts';
import { bringsNewer, installProgram } from './program.ts';
import type { StartableProgram } from './program.ts';
import type { EarlyEnd, SpawnedDaemon } from './spawn.ts';
import { explainEnd, spawnDaemon, spawnHost } from './spawn.ts';
import { countStart, forgetStarts, noteFailure, uncountStart } from './startLimit.ts';
import { takeStartLock } from './startLock.ts';

/** From the first look to a link; a migration of a large database is the slowest honest case. */
const wholeLimitMs = 30_000;
const lookEveryMs = 20;
/** The one who starts it waits for a tenth of a second at most, as a rule. */
const lookForStartedMs = 4;
/** The daemon found its data directory held: the one before it is about to go. */
const lockedExitCode = 75;
const heldPauseMs = 250;
/** From the door that closed to the exit code. */
const endLimitMs = 3000;
const oldestNode = [22, 14] as const;

/** Never rejects for what a person can meet: see `EnsureOutcome`. Rejects with the signal's reason when aborted. */
export async function ensureDaemon(options: EnsureOptions): Promise<EnsureOutcome> {
  const starter = new Starter(options);
  try {
    return await starter.run();
  } catch (error) {
    options.signal?.throwIfAborted();
    const isFull = isDiskFull(error);
    // What is kept for this: without a daemon nobody could end the session that fills the disk.
    if (isFull && giveReserveBack(options.paths)) return ensureDaemon(options);
    const typed = isFull ? diskFull(error) : toTyped(error);
    return { outcome: outcomeOf(typed.code), error: typed };
  }
}

function toTyped(error: unknown): WaggleError {
  return error instanceof WaggleError ? error : wrapError('start the daemon', error);
}

/** Here, or in the daemon that could not start for it. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof WaggleError)) return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
  const tail = error.details?.['logTail'];
  return error.code === 'diskFull' || (typeof tail === 'string' && /ENOSPC|EDQUOT/.test(tail));
}

function diskFull(cause: unknown): WaggleError {
  const fix = 'Free some space on the disk of the data directory.';
  return new WaggleError('diskFull', 'The disk is full: the daemon cannot start.', { cause, fix });
}

/** False when there was none. */
function giveReserveBack({ reserveFile }: HomePaths): boolean {
  if (!existsSync(reserveFile)) return false;
  rmSync(reserveFile, { force: true });
  return true;
}

type FailedOutcome = Extract<EnsureOutcome, { readonly error: WaggleError }>['outcome'];

function outcomeOf(code: ErrorCode): FailedOutcome {
  if (code === 'versionMismatch' || code === 'clientTooOld') return 'wrongVersion';
  if (code === 'startLimit') return 'startLimit';
  const refusals: ErrorCode[] = ['permissionsTooOpen', 'runtimeTooOld', 'unsupportedPlatform'];
  return refusals.includes(code) ? 'refused' : 'failed';
}

class Starter {
  readonly #options: EnsureOptions;
  readonly #runtime: Runtime;
  readonly #deadline = performance.now() + wholeLimitMs;
  #step: StartStep | undefined;
  /** Once is enough: what is installed may be as old. */
  #hasReplaced = false;

  constructor(options: EnsureOptions) {
    this.#options = options;
    this.#runtime = options.runtime ?? ownRuntime();
  }

  async run(): Promise<EnsureOutcome> {
    const { paths } = this.#options;
    ensureHome(paths);
    if (this.#options.explicit === true) forgetStarts(paths);
    this.#report('connecting');
    while (performance.now() < this.#deadline) {
      this.#options.signal?.throwIfAborted();
      const running = this.#findRunning();
      const outcome =
        running === undefined ? await this.#tryStart() : await this.#tryConnect(running, 'running');
      if (outcome !== undefined) return outcome;
      await delay(lookEveryMs);
    }
    throw new WaggleError('daemonUnreachable', 'The daemon runs but does not answer.', {
      fix: 'waggle daemon restart',
    });
  }

  #report(step: StartStep): void {
    if (this.#step === step) return;
    this.#step = step;
    this.#options.onProgress?.(step);
  }

  /** A file whose process is gone, or whose pid belongs to somebody else by now, is no daemon. */
  #findRunning(): RuntimeFile | undefined {
    const file = readRuntimeFile(this.#options.paths);
    return file !== undefined && isSameProcess(file.pid, file.startTime) ? file : undefined;
  }

  /** Undefined: it is there but not to be reached yet, or going. */
  async #tryConnect(
    file: RuntimeFile,
    outcome: 'running' | 'started',
  ): Promise<EnsureOutcome | undefined> {
    try {
      const link = await this.#connect();
      if (outcome === 'started') return { outcome, link };
      if (link.info.protocol < protocolVersion) return await this.#useOlder(link);
      return this.#isOutdated(link) ? await this.#replace(link) : { outcome, link };
    } catch (error) {
      const isGoing = errorCodeOf(error) === 'stopped' || !isSameProcess(file.pid, file.startTime);
      if (errorCodeOf(error) === 'daemonUnreachable' || isGoing) return undefined;
      throw error;
    }
  }

  /** Sessions are in their hosts: a daemon that nobody else uses makes room for the newer one. */
  async #useOlder(link: DaemonLink): Promise<EnsureOutcome | undefined> {
    if (this.#hasReplaced) return { outcome: 'reduced', link };
    const { sessions, clients } = await link.call('daemon/status', {});
    if (sessions.running > 0 || clients > 1) return { outcome: 'reduced', link };
    return this.#replace(link);
  }

  #isOutdated({ info }: DaemonLink): boolean {
    const { paths, programDirectory, updates = false } = this.#options;
    return (
      updates && !this.#hasReplaced && bringsNewer(paths, programDirectory, info.serverVersion)
    );
  }

  async #replace(link: DaemonLink): Promise<undefined> {
    this.#hasReplaced = true;
    await link.call('daemon/stop', { sessions: 'keep' });
    link.dispose();
  }

  async #connect(): Promise<DaemonLink> {
    this.#report('handshaking');
    const { connectDaemon } = await import('../daemon/daemon.ts');
    const { paths, kind, clientId, clientVersion, signal } = this.#options;
    return connectDaemon({
      paths,
      kind,
      clientId,
      ...(clientVersion === undefined ? {} : { clientVersion }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #tryStart(): Promise<EnsureOutcome | undefined> {
    const lock = takeStartLock(this.#options.paths);
    if (lock === undefined) {
      this.#report('waiting');
      return undefined;
    }
    let daemon: SpawnedDaemon | undefined;
    try {
      // Whoever held the lock before may have finished since we looked.
      if (this.#findRunning() !== undefined) return undefined;
      daemon = await this.#spawn();
    } finally {
      lock.dispose();
    }
    return daemon === undefined ? undefined : await this.#enter(daemon);
  }

  /** It listens before its database is open: should that fail, its end says more than the closed door. */
  async #enter(daemon: SpawnedDaemon): Promise<EnsureOutcome | undefined> {
    try {
      const file = this.#findRunning();
      const outcome = file === undefined ? undefined : await this.#tryConnect(file, 'started');
      if (outcome !== undefined || this.#findRunning()?.pid === daemon.pid) return outcome;
      const end = await Promise.race([daemon.ended, delay(endLimitMs, undefined, { ref: false })]);
      return end === undefined ? undefined : this.#throwEnd(daemon, end);
    } finally {
      daemon.release();
    }
  }

  #throwEnd(daemon: SpawnedDaemon, end: EarlyEnd): never {
    const error = explainEnd(end, daemon.readTail());
    noteFailure(this.#options.paths, error.message);
    throw error;
  }

  /** The daemon when it has said where it is; undefined when another one is about to go. */
  async #spawn(): Promise<SpawnedDaemon | undefined> {
    const { paths, programDirectory } = this.#options;
    refuseOldRuntime(this.#runtime);
    this.#report('installing');
    const program = installProgram(paths, programDirectory, this.#runtime);
    countStart(paths);
    this.#report('spawning');
    const spawning = { paths, program, runtime: this.#runtime };
    if (!(await hasLiveHost(paths))) spawnHost(spawning);
    const daemon = spawnDaemon(spawning);
    const looking = new AbortController();
    try {
      const file = this.#waitForFile(daemon.pid, looking.signal);
      await useTheWait(paths, program);
      const end = await Promise.race([daemon.ended, file]);
      if (end === undefined) return daemon;
      if (end.code === lockedExitCode) {
        uncountStart(paths);
        await delay(heldPauseMs);
        return undefined;
      }
      return this.#throwEnd(daemon, end);
    } catch (error) {
      daemon.release();
      throw error;
    } finally {
      looking.abort();
    }
  }

  async #waitForFile(pid: number | undefined, looking: AbortSignal): Promise<undefined> {
    while (!looking.aborted && (pid === undefined || this.#findRunning()?.pid !== pid)) {
      this.#options.signal?.throwIfAborted();
      if (performance.now() > this.#deadline)
        throw new WaggleError('daemonUnreachable', 'The daemon did not become ready.', {
          fix: 'waggle daemon logs',
        });
      await delay(lookForStartedMs);
    }
    return undefined;
  }
}

/** As a rule there is no file at all, and what reads one need not be loaded. */
async function hasLiveHost(paths: HomePaths): Promise<boolean> {
  if (!readdirSync(paths.runDir).some((name) => name.startsWith('host-'))) return false;
  const { listLiveHosts } = await import('./liveHosts.ts');
  return listLiveHosts(paths).length > 0;
}

/** What has to be loaded or done before the end anyway, while the daemon loads itself. */
async function useTheWait(paths: HomePaths, program: StartableProgram): Promise<void> {
  await import('../daemon/daemon.ts');
  if (program.cacheDir === undefined) return;
  const { prunePrograms } = await import('./prune.ts');
  prunePrograms(paths, program);
}

function ownRuntime(): Runtime {
  const electron = process.versions['electron'] !== undefined;
  return { execPath: process.execPath, node: process.versions.node, electron };
}

/** Before anything is copied or loaded. */
function refuseOldRuntime({ node, execPath }: Runtime): void {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new WaggleError(
    'runtimeTooOld',
    `Waggle needs Node ${oldestNode.join('.')} or newer; ${execPath} is ${node}.`,
    { fix: 'Update the editor, or install a newer Node.' },
  );
}

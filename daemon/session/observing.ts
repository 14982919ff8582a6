import { readlink } from 'node:fs/promises';
import type { ProcessEntry } from '../../link/process/process.ts';
import { listProcesses } from '../../link/process/process.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { FeatureContext } from '../context.ts';
import { findConversation } from '../transcript/transcript.ts';
import { addConversation } from './conversations.ts';
import type { Followers } from './followers.ts';
import type { SessionRow } from './row.ts';
import type { RowPatch, Sessions } from './sessions.ts';

export interface ObservingContext {
  readonly daemon: FeatureContext;
  readonly sessions: Sessions;
  readonly followers: Pick<Followers, 'seqOf'>;
}

/** What was said up to the last look, and how many looks found nothing new since. */
interface Looked {
  readonly generation: number;
  readonly seq: number;
  readonly quiet: number;
}

const lookEveryMs = 1000;
/** An agent writes its file a moment after it drew its screen: looked at once more after the last output. */
const looksAfterOutput = 3;

/**
 * Which conversation an agent is in and which directory a shell is in, looked up while they write something; a session
 * that says nothing costs nothing.
 */
export class Observing implements Disposable {
  readonly #context: ObservingContext;
  readonly #looked = new Map<string, Looked>();
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(context: ObservingContext) {
    this.#context = context;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const running = this.#context.sessions.rows().filter((row) => row.status === 'running');
      const ids = new Set<string>(running.map((row) => row.id));
      for (const id of this.#looked.keys()) if (!ids.has(id)) this.#looked.delete(id);
      const listAll = once(listProcesses);
      for (const row of running) if (this.#isDue(row)) await this.#lookAt(row, listAll);
    } catch (error) {
      this.#context.daemon.log.warn('conversations cannot be observed', { error });
    } finally {
      this.#isLooking = false;
    }
  }

  #isDue(row: SessionRow): boolean {
    if (row.agent !== 'shell' && typeof row.agentDirectory !== 'string') return false;
    const { id, generation } = row;
    const seq = this.#context.followers.seqOf(id, generation) ?? 0;
    const known = this.#looked.get(id);
    const isQuiet = known?.generation === generation && known.seq === seq;
    const quiet = isQuiet ? known.quiet + 1 : 0;
    this.#looked.set(id, { generation, seq, quiet });
    return quiet < looksAfterOutput;
  }

  async #lookAt(row: SessionRow, listAll: () => readonly ProcessEntry[]): Promise<void> {
    const { sessions, daemon } = this.#context;
    const patchOf = await this.#observe(row, listAll);
    const now = new Date(daemon.clock.now()).toISOString();
    await sessions.change(row.id, (current) =>
      current.generation === row.generation && current.status === 'running'
        ? patchOf(current, now)
        : {},
    );
  }

  async #observe(
    row: SessionRow,
    listAll: () => readonly ProcessEntry[],
  ): Promise<(current: SessionRow, now: string) => RowPatch> {
    const { agent, agentDirectory: directory, pid, startTime } = row;
    if (pid === null || startTime === null) return () => ({});
    if (agent === 'shell') {
      const seen = await readDirectory(pid);
      return (current) =>
        seen === undefined || current.seenDirectory === seen ? {} : { seenDirectory: seen };
    }
    if (typeof directory !== 'string') return () => ({});
    const found = await findConversation({ agent, directory, pid, startTime }, listAll);
    return (current, now) => addConversation(current, found, { at: now, source: 'disk' });
  }
}

/** The list of processes is read for all sessions of one look, and not at all when none needs it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Linux tells where a process is; elsewhere only the shell itself can. */
function readDirectory(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(untold);
}

function untold(): undefined {
  return undefined;
}

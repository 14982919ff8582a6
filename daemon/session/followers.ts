import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { FeatureContext } from '../context.ts';
import type { ConnectedHost } from '../host/host.ts';
import type { ScreenMaker } from '../screen/screen.ts';
import { Follower } from './following.ts';
import type { Said } from './hearing.ts';
import { hear, ignoreOld, isLapsed, keepNewest, lapse } from './hearing.ts';
import { isLive } from './life.ts';
import { readLastMark } from './lastMark.ts';
import type { Pipes } from './pipes.ts';
import { askScreen } from './screenAnswers.ts';
import { ScreenKeeper } from './screenKeeper.ts';
import type { SessionRow } from './row.ts';
import { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';
import type { SpoolWriter } from './spoolWriter.ts';

interface Followed {
  readonly follower: Follower;
  readonly writer: SpoolWriter;
  readonly keeper: ScreenKeeper;
  readonly link: ConnectedHost['link'];
  /** Since the last change of the row. */
  said: Said[];
  timer: NodeJS.Timeout | undefined;
}

type Process = Pick<SessionRow, 'id' | 'generation'>;

/** What a program says is written down at most this often; the first word at once. */
const hearEveryMs = 100;
/** Of a flood of titles only the last can matter. */
const maxWaiting = 64;

/** One follower per session and generation, and the way of what it hears into the rows. */
export class Followers implements Disposable {
  readonly #context: {
    readonly daemon: FeatureContext;
    readonly sessions: Sessions;
    readonly spool: Spool;
    readonly maker: ScreenMaker;
    readonly pipes: Pipes;
  };
  readonly #followed = new Map<SessionId, Followed>();
  /** Followed once already: what their host holds now was said while this daemon ran. */
  readonly #again = new Set<SessionId>();
  readonly #sequences = new Sequences();

  readonly #writerChanged = new Emitter<{ sessionId: SessionId; clientId: ClientId }>();

  /** Another client may type now. */
  readonly onDidChangeWriter = this.#writerChanged.event;

  constructor(context: {
    readonly daemon: FeatureContext;
    readonly sessions: Sessions;
    readonly spool: Spool;
    readonly maker: ScreenMaker;
    readonly pipes: Pipes;
  }) {
    this.#context = context;
  }

  /**
   * Follows a generation from where the spool ends; does nothing when that is done already. `isNew`: its process was started
   * just now, and nobody can have answered it.
   */
  follow(row: SessionRow, host: ConnectedHost, isNew: boolean): Promise<void> {
    return this.#sequences.run(row.id, () =>
      row.mode === 'pipe' ? this.#context.pipes.follow(row, host) : this.#follow(row, host, isNew),
    );
  }

  /** Clients of a generation lost output. */
  screenWanted(id: SessionId, generation: number, seq: number): void {
    const followed = this.#followed.get(id);
    if (followed?.follower.generation === generation) followed.keeper.wanted(seq);
  }

  /** Writes what was received. */
  async flush(id: SessionId): Promise<void> {
    await this.#followed.get(id)?.writer.flush();
  }

  /** Seq up to which a generation was received; undefined when it is not followed. */
  seqOf(id: SessionId, generation: number): number | undefined {
    const followed = this.#followed.get(id);
    if (followed === undefined) return this.#context.pipes.seqOf(id, generation);
    if (followed.follower.generation !== generation) return undefined;
    return followed.follower.seq;
  }

  forget(id: SessionId): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return this.#context.pipes.forget(id);
    this.#followed.delete(id);
    if (followed.said.length > 0)
      this.#flushSaid({ id, generation: followed.follower.generation }, followed);
    clearTimeout(followed.timer);
    followed.follower.dispose();
    followed.keeper.dispose();
    this.#inBackground(followed.writer.flush());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((id) => this.end(id)));
  }

  /** Ends the following; resolves when what was received is written. */
  async end(id: SessionId): Promise<void> {
    const writer = this.#followed.get(id)?.writer;
    this.forget(id);
    await writer?.flush();
  }

  dispose(): void {
    for (const id of [...this.#followed.keys()]) this.forget(id);
    this.#writerChanged.dispose();
  }

  async #follow(row: SessionRow, host: ConnectedHost, isNew: boolean): Promise<void> {
    const known = this.#followed.get(row.id);
    if (known?.follower.generation === row.generation && known.link === host.link) return;
    const answersFrom = isNew ? 0 : this.seqOf(row.id, row.generation);
    await this.end(row.id);
    const { link } = host;
    await this.#catchUp(row);
    const writer = await this.#context.spool.openWriter(row.id, row.generation);
    const source = { link, sessionId: row.id, generation: row.generation };
    const { maker, daemon, sessions } = this.#context;
    const isFromBefore = sessions.isFromBefore(row) && !this.#again.has(row.id);
    const keeper = new ScreenKeeper({ source, maker, log: daemon.log });
    const follower = await Follower.start({
      ...source,
      agent: row.agent,
      writer,
      answersFrom,
      ask: (queries) => askScreen({ source, maker, log: daemon.log }, queries),
      onReports: (reports, liveAt) => {
        const { at } = this.#now();
        const said = reports.map((report): Said => {
          return { report, at, isRestored: isFromBefore && report.seq <= liveAt };
        });
        this.#queue(row, said);
      },
      onResize: (size) => {
        keeper.resized();
        this.#inBackground(sessions.change(row.id, () => ({ size })));
      },
      onWriter: (clientId) => this.#writerChanged.fire({ sessionId: row.id, clientId }),
      onProgress: (seq, bytes) => {
        keeper.progressed(seq);
        this.#lapse(row, { seq, bytes });
      },
    });
    this.#again.add(row.id);
    this.#followed.set(row.id, { follower, writer, keeper, link, said: [], timer: undefined });
  }

  /** What an earlier daemon wrote down but died before it understood. */
  async #catchUp(row: SessionRow): Promise<void> {
    if (row.shell === undefined || !isLive(row.status)) return;
    const reports = await readLastMark(this.#context.spool, row);
    const { at } = this.#now();
    if (reports.length > 0)
      this.#hear(
        row,
        reports.map((report) => ({ report, at, isRestored: true })),
      );
  }

  #queue(process: Process, said: readonly Said[]): void {
    const followed = this.#followed.get(process.id);
    // Before `follow` returned: said while the channel was opened; the row changes at once then.
    if (followed === undefined) return this.#hear(process, said);
    followed.said = keepNewest([...followed.said, ...said], maxWaiting);
    if (followed.timer !== undefined) return;
    this.#flushSaid(process, followed);
    followed.timer = setTimeout(() => {
      followed.timer = undefined;
      this.#flushSaid(process, followed);
    }, hearEveryMs);
  }

  #flushSaid(process: Process, followed: Followed): void {
    const { said } = followed;
    followed.said = [];
    if (said.length > 0) this.#hear(process, said);
  }

  #hear({ id, generation }: Process, said: readonly Said[]): void {
    const { sessions } = this.#context;
    const heard = sessions.change(id, (row) => {
      if (row.generation === generation) return hear(row, said, sessions.titles());
      this.#context.daemon.log.debug('reports of an old generation were ignored', {
        ...{ sessionId: id, generation, count: said.length },
      });
      return ignoreOld(row, said);
    });
    this.#inBackground(heard);
  }

  /** Asked for every piece of output, so it looks before it asks for a change. */
  #lapse({ id, generation }: Process, written: { seq: number; bytes: number }): void {
    const { sessions } = this.#context;
    const wrote = { ...written, ...this.#now() };
    const row = sessions.find(id);
    if (row === undefined || row.generation !== generation || !isLapsed(row, wrote)) return;
    this.#inBackground(sessions.change(id, (current) => lapse(current, wrote)));
  }

  #now(): { readonly at: string } {
    return { at: new Date(this.#context.daemon.clock.now()).toISOString() };
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#context.daemon.log.error('following a session failed', { error });
    });
  }
}

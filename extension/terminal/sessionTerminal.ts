/**
 * One session in one terminal of the editor: the bytes of its stream out, a person's keys in. Fits the editor's
 * `Pseudoterminal` without importing it. Closing it detaches; the session runs on.
 */
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { SessionStream, StreamOutput, StreamSnapshot } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ExitMark, TerminalSize } from '../../protocol/wire/mark.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Log } from '../log.ts';
import type { Translate } from '../translate.ts';
import type { Dimensions } from './dimensions.ts';
import { ownDimensions, toSize } from './dimensions.ts';
import { drawFaint } from './lastScreen.ts';
import { InputPump } from './inputPump.ts';
import {
  describeEnd,
  describeInterruption,
  describeRival,
  describeTyping,
  describeUnattached,
} from './notice.ts';
import { ScreenWriter } from './screenWriter.ts';
import type { TerminalView } from './writeWindow.ts';

/** What a terminal needs of the session behind it. */
export interface TerminalBackend {
  readonly t: Translate;
  readonly log: Log;
  session(): Session | undefined;
  /** Anything of the session changed. */
  readonly onDidChange: Event<void>;
  openStream(size: TerminalSize | undefined, signal: AbortSignal): Promise<SessionStream>;
  /** The end of what is kept of a session whose host is gone. */
  readKept(): Promise<Uint8Array>;
  restart(size: TerminalSize | undefined): Promise<void>;
  /** As a restart, and an agent goes on with its conversation. */
  resume(size: TerminalSize | undefined): Promise<void>;
  showHistory(): Promise<void>;
  /** A short word outside of the terminal, where a line inside it would do harm. */
  hint(message: string): void;
}

/** `ended`: no process, or no way to it; the keys R and H work. */
type Phase =
  | { readonly kind: 'new' }
  | { readonly kind: 'attaching'; readonly abort: AbortController }
  | { readonly kind: 'attached'; readonly stream: SessionStream; readonly owned: Disposable }
  | { readonly kind: 'ended'; readonly generation: number }
  | { readonly kind: 'closed' };

/** Input that waits for a stream or for the lease: as much as a host would hold. */
const keptInputMax = 8 * 1024 * 1024;
const rowWaitMs = 4000;
/** After a burst a prompt is expected this soon; else the program that wrote it goes on. */
const promptWaitMs = 1500;

export class SessionTerminal {
  readonly #backend: TerminalBackend;
  readonly #written = new Emitter<string>();
  readonly #sizeOverridden = new Emitter<Dimensions>();
  readonly #renamed = new Emitter<string>();
  readonly #encoder = new TextEncoder();
  readonly #subscription: Disposable;
  #writer: ScreenWriter;
  #phase: Phase = { kind: 'new' };
  #size: TerminalSize | undefined;
  /** Keys typed before the stream was open. */
  #early = '';
  #input: InputPump | undefined;
  /** Keys refused because another window types; undefined while ours are taken. */
  #denied: string | undefined;
  /** The focus came before the stream was open. */
  #isLookedAt = false;
  /** A stored screen of another size is being shown: the terminal has that size until it is. */
  #isShowingStored = false;
  #skippedTimer: NodeJS.Timeout | undefined;

  readonly onDidWrite = this.#written.event;
  readonly onDidOverrideDimensions = this.#sizeOverridden.event;
  readonly onDidChangeName = this.#renamed.event;

  constructor(backend: TerminalBackend) {
    this.#backend = backend;
    this.#writer = this.#createWriter();
    this.#subscription = backend.onDidChange(() => this.#followSession());
  }

  get size(): TerminalSize | undefined {
    return this.#size;
  }

  /** The editor shows the terminal; hidden ones have no dimensions yet. */
  open(dimensions: Dimensions | undefined): void {
    this.#size = toSize(dimensions);
    void this.#attach();
  }

  setDimensions(dimensions: Dimensions): void {
    this.#size = toSize(dimensions) ?? this.#size;
    if (this.#phase.kind === 'attached' && this.#size !== undefined)
      this.#phase.stream.resize(this.#size);
  }

  /** The person looks at it now: size follows focus. */
  focus(): void {
    this.#isLookedAt = true;
    if (this.#phase.kind === 'attached') this.#claim(this.#phase.stream);
  }

  /** How closely a person looks at it: what nobody sees gets less of the editor's time. */
  set view(view: TerminalView) {
    this.#writer.view = view;
  }

  rename(name: string): void {
    this.#renamed.fire(name);
  }

  handleInput(input: string): void {
    const keys = this.#writer.filterInput(input);
    if (keys === '') return;
    if (this.#phase.kind === 'ended') this.#handleEndedKey(keys);
    else if (this.#phase.kind === 'attached') this.#type(this.#phase.stream, keys);
    else this.#early = (this.#early + keys).slice(0, keptInputMax);
  }

  /** The tab closed: detach. */
  close(): void {
    this.#leave({ kind: 'closed' });
    this.#subscription.dispose();
    clearTimeout(this.#skippedTimer);
    this.#writer.dispose();
    for (const emitter of [this.#written, this.#sizeOverridden, this.#renamed]) emitter.dispose();
  }

  #createWriter(): ScreenWriter {
    return new ScreenWriter({
      write: (text) => this.#written.fire(text),
      acknowledge: (seq) => {
        if (this.#phase.kind === 'attached') this.#phase.stream.acknowledge(seq);
      },
      caughtUp: () => {
        if (this.#writer.hasSkipped) this.#tellSkipped();
      },
    });
  }

  async #attach(): Promise<void> {
    const abort = new AbortController();
    this.#leave({ kind: 'attaching', abort });
    try {
      const stream = await this.#backend.openStream(this.#size, abort.signal);
      if (abort.signal.aborted) stream.dispose();
      else this.#bind(stream);
    } catch (error) {
      if (!abort.signal.aborted) await this.#showUnattached(error, abort.signal);
    }
  }

  #bind(stream: SessionStream): void {
    const owned = new DisposableStore();
    owned.add(stream);
    this.#isShowingStored = false;
    this.#leave({ kind: 'attached', stream, owned });
    this.#input = owned.add(this.#createInput(stream));
    owned.add(stream.onOutput((output) => this.#show(stream, output)));
    owned.add(stream.onSnapshot((snapshot) => this.#showStored(stream, snapshot)));
    owned.add(stream.onGap(({ from, to }) => this.#skip(to - from)));
    owned.add(stream.onExit(({ generation, exit }) => this.#end(generation, exit)));
    owned.add(stream.onLease(() => this.#fitSize(stream)));
    owned.add(stream.onResize(() => this.#fitSize(stream)));
    owned.add(this.#followState(stream));
    owned.add(
      stream.onClosed((error) => {
        if (error.code === 'stopped' || this.#phase.kind !== 'attached') return;
        this.#backend.log.info('a stream closed', { code: error.code });
        const { interruptedAt = new Date().toISOString() } = this.#backend.session() ?? {};
        this.#interrupt(stream.cursor.generation, interruptedAt);
      }),
    );
    this.#claim(stream);
    const early = this.#early;
    this.#early = '';
    if (early !== '') this.#type(stream, early);
  }

  /** Our size is told again: the editor may have laid the terminal out anew while the stream was being opened. */
  #claim(stream: SessionStream): void {
    if (this.#size === undefined) return;
    if (this.#isLookedAt) stream.focus();
    else stream.acquire();
    this.#isLookedAt = false;
    stream.resize(this.#size);
  }

  #followState(stream: SessionStream): Disposable {
    let wasLost = false;
    return stream.onState((state) => {
      if (state === 'reconnecting') wasLost = true;
      if (state !== 'connected' || !wasLost) return;
      wasLost = false;
      this.#tell(this.#backend.t('reconnected · nothing lost'));
    });
  }

  /** What was there before we came is a replay: nobody waits for replies to the queries in it. */
  #show(stream: SessionStream, { bytes, seq }: StreamOutput): void {
    const replayed = Math.min(bytes.length, Math.max(0, stream.liveAt - seq));
    if (replayed > 0)
      this.#writer.push({ bytes: bytes.subarray(0, replayed), seq, answers: false });
    if (replayed === bytes.length) return;
    const live = bytes.subarray(replayed);
    this.#writer.push({ bytes: live, seq: seq + replayed, answers: stream.lease.self });
  }

  /** Lines of a stored screen break where they broke, and the editor reflows them to its own size afterwards. */
  #showStored(stream: SessionStream, { bytes, seq, size }: StreamSnapshot): void {
    const stored = decodeSnapshot(bytes);
    const isOther = size.cols !== this.#size?.cols || size.rows !== this.#size.rows;
    this.#isShowingStored = isOther;
    if (isOther) this.#sizeOverridden.fire({ columns: size.cols, rows: size.rows });
    const screen = Buffer.concat([this.#tellDirectory(), stored?.text ?? new Uint8Array()]);
    const ownSize = isOther ? undefined : size;
    this.#writer.replace({ text: screen, seq, size: ownSize }, () => {
      this.#isShowingStored = false;
      if (isOther) this.#fitSize(stream);
    });
    if (stored?.approximate !== false) {
      this.#backend.hint(this.#backend.t('Parts of this screen may be missing.'));
    }
  }

  /** A stored screen does not hold where the shell is; the editor resolves paths against it. */
  #tellDirectory(): Uint8Array {
    const directory = this.#backend.session()?.directory;
    const path = directory?.split('/').map(encodeURIComponent).join('/');
    return this.#encoder.encode(path === undefined ? '' : `\u001b]7;file://${path}\u0007`);
  }

  #skip(bytes: number): void {
    if (bytes > 0) this.#writer.skip(bytes);
    else this.#writer.restart();
  }

  /** Once for all that a burst cost, when it is over and the shell waits again. */
  #tellSkipped(): void {
    clearTimeout(this.#skippedTimer);
    if (!this.#writer.isAtPrompt) {
      this.#skippedTimer = setTimeout(() => this.#reportSkipped(), promptWaitMs);
    } else this.#reportSkipped();
  }

  #reportSkipped(): void {
    const skipped = this.#writer.takeSkipped();
    if (skipped === 0) return;
    this.#tell(this.#backend.t('{0} MB skipped', (skipped / 1_000_000).toFixed(1)));
  }

  /** An observer sees the writer's size. */
  #fitSize(stream: SessionStream): void {
    if (this.#isShowingStored) return;
    const { cols, rows } = stream.size;
    const isForeign = !stream.lease.self && stream.lease.writer !== null;
    this.#sizeOverridden.fire(isForeign ? { columns: cols, rows } : ownDimensions);
    if (stream.lease.self) this.#denied = undefined;
  }

  #type(stream: SessionStream, keys: string): void {
    if (this.#denied !== undefined && keys === '\r') return this.#takeOver(stream, this.#denied);
    if (this.#denied !== undefined) {
      this.#denied = (this.#denied + keys).slice(0, keptInputMax);
      return;
    }
    this.#input?.write(keys);
  }

  #createInput(stream: SessionStream): InputPump {
    const { t, log } = this.#backend;
    return new InputPump({
      send: (bytes) => stream.write(bytes),
      denied: (keys) => this.#deny(keys, stream.lease.writer),
      progress: (state) => this.#backend.hint(describeTyping(state, t)),
      failed: (error) => log.warn('input was not sent', errorMessageOf(error)),
    });
  }

  #deny(keys: string, writer: string | null): void {
    const isFirst = this.#denied === undefined;
    this.#denied = ((this.#denied ?? '') + keys).slice(0, keptInputMax);
    if (isFirst) this.#tell(describeRival(writer, this.#backend.t));
  }

  #takeOver(stream: SessionStream, keys: string): void {
    this.#denied = undefined;
    stream.take();
    this.#type(stream, keys);
  }

  /** Inside at the prompt of a shell only, because a line of ours would damage what a program has drawn. */
  #tell(line: string): void {
    const isShell = this.#backend.session()?.agent === 'shell';
    if (!isShell || !this.#writer.tell(line)) this.#backend.hint(line);
  }

  /** What ended by a signal was perhaps stopped by a person: the session's row says so a moment later. */
  #end(generation: number, exit: ExitMark): void {
    const phase = this.#phase;
    this.#phase = { kind: 'ended', generation };
    this.#denied = undefined;
    const finish = toDisposable(() => {
      clearTimeout(timer);
      subscription.dispose();
      const isStopped = this.#backend.session()?.status === 'killed';
      this.#writer.finish(describeEnd(exit, isStopped, this.#backend.t));
    });
    const timer = setTimeout(() => finish.dispose(), exit.signal === null ? 0 : rowWaitMs);
    const subscription = this.#backend.onDidChange(() => {
      if (this.#backend.session()?.status === 'killed') finish.dispose();
    });
    // The stream stays open for a moment: what background processes still write comes after the exit.
    this.#late = new DisposableStore();
    this.#late.add(finish);
    if (phase.kind === 'attached') this.#late.add(phase.owned);
  }

  #late: DisposableStore | undefined;

  #interrupt(generation: number, at: string | undefined): void {
    this.#writer.finish(describeInterruption(at, this.#backend.t));
    this.#leave({ kind: 'ended', generation });
  }

  /** No stream can be had: the kept output stands there instead, and why. */
  async #showUnattached(error: unknown, signal: AbortSignal): Promise<void> {
    const { t, log } = this.#backend;
    log.info('a session could not be attached', errorCodeOf(error), errorMessageOf(error));
    const session = this.#backend.session();
    const kept = await this.#backend.readKept().catch((reason: unknown) => {
      log.info('no kept output', errorMessageOf(reason));
      return new Uint8Array();
    });
    if (signal.aborted) return;
    if (session?.status === 'interrupted') {
      this.#writer.push({ bytes: drawFaint(kept, session.size), seq: 0, answers: false });
      return this.#interrupt(session.generation, session.interruptedAt);
    }
    this.#writer.push({ bytes: kept, seq: 0, answers: false });
    this.#writer.finish(describeUnattached(session, errorMessageOf(error), t));
    this.#leave({ kind: 'ended', generation: session?.generation ?? 0 });
  }

  #handleEndedKey(keys: string): void {
    const key = keys.toLowerCase();
    const report = (error: unknown): void => this.#report(error);
    if (key === 'h') void this.#backend.showHistory().catch(report);
    const isInterrupted = this.#backend.session()?.status === 'interrupted';
    if (key === '\r' && isInterrupted) void this.#backend.resume(this.#size).catch(report);
    if (key === 'r') void this.#restart().catch(report);
  }

  #report(error: unknown): void {
    this.#backend.hint(toPlainLine(errorMessageOf(error), 200));
  }

  async #restart(): Promise<void> {
    const session = this.#backend.session();
    if (session?.status === 'running') return this.#attach();
    await this.#backend.restart(this.#size);
  }

  /** Restarted, here or elsewhere: a new generation is attached. */
  #followSession(): void {
    const session = this.#backend.session();
    if (this.#phase.kind !== 'ended' || session?.status !== 'running') return;
    if (session.generation <= this.#phase.generation) return;
    this.#writer.restart();
    this.#written.fire('\r\n');
    void this.#attach();
  }

  #leave(next: Phase): void {
    const last = this.#phase;
    this.#phase = next;
    this.#late?.dispose();
    this.#late = undefined;
    if (last.kind === 'attaching') last.abort.abort();
    if (last.kind === 'attached') last.owned.dispose();
    this.#denied = undefined;
  }
}

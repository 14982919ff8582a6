/**
 * One session in one terminal of the editor: the bytes of its stream out, a person's keys in. Fits the editor's
 * `Pseudoterminal` without importing it. Closing it detaches; the session runs on.
 */
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { SessionStream, StreamOutput, StreamSnapshot } from '../../link/stream/stream.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ExitMark, TerminalSize } from '../../protocol/wire/mark.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Dimensions } from './dimensions.ts';
import { ownDimensions, toSize } from './dimensions.ts';
import { drawFaint } from './lastScreen.ts';
import { directoryMark } from './directoryMark.ts';
import { InputPump } from './inputPump.ts';
import {
  describeInterruption,
  describeRival,
  describeTyping,
  describeUnattached,
} from './notice.ts';
import { finishOnce } from './sessionEnd.ts';
import { ScreenWriter } from './screenWriter.ts';
import type { TerminalBackend } from './terminalBackend.ts';
import type { TerminalView } from './writeWindow.ts';

/** `ended`: no process, or no way to it; the keys R and H work. */
type Phase =
  | { readonly kind: 'new' }
  | { readonly kind: 'attaching'; readonly abort: AbortController }
  | { readonly kind: 'attached'; readonly stream: SessionStream; readonly owned: Disposable }
  | { readonly kind: 'ended'; readonly generation: number }
  | { readonly kind: 'closed' };

interface Late {
  /** Says how it ended, at the latest when it is disposed. */
  readonly finish: Disposable;
  readonly stream: SessionStream | undefined;
  readonly owned: Disposable | undefined;
}

/** Input that waits for a stream or for the lease: as much as a host would hold. */
const keptInputMax = 8 * 1024 * 1024;
/** After a burst a prompt is expected this soon; else the program that wrote it goes on. */
const promptWaitMs = 1500;

export class SessionTerminal {
  readonly #backend: TerminalBackend;
  readonly #written = new Emitter<string>();
  readonly #sizeOverridden = new Emitter<Dimensions>();
  readonly #renamed = new Emitter<string>();
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
  /** What ended a moment ago, and the stream that it came by. */
  #late: Late | undefined;

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
    const follow = ({ generation }: { readonly generation: number }): void =>
      this.#follow(stream, generation);
    owned.add(stream.onOutput(follow));
    owned.add(stream.onSnapshot(follow));
    owned.add(stream.onGap(follow));
    owned.add(stream.onExit(follow));
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
    const screen = Buffer.concat([
      directoryMark(this.#backend.session()?.directory),
      stored?.text ?? new Uint8Array(),
    ]);
    const ownSize = isOther ? undefined : size;
    this.#writer.replace({ text: screen, seq, size: ownSize }, () => {
      this.#isShowingStored = false;
      if (isOther) this.#fitSize(stream);
    });
    if (stored?.approximate !== false) {
      this.#backend.hint(this.#backend.t('Parts of this screen may be missing.'));
    }
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
  }

  #type(stream: SessionStream, keys: string): void {
    const kept = this.#denied;
    if (kept === undefined) this.#input?.write(keys);
    else if (keys === '\r') this.#takeOver(stream, kept);
    else if (stream.lease.self) {
      // The other one was silent for long enough meanwhile.
      this.#denied = undefined;
      this.#input?.write(kept + keys);
    } else this.#denied = (kept + keys).slice(0, keptInputMax);
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

  #end(generation: number, exit: ExitMark): void {
    const phase = this.#phase;
    if (phase.kind === 'ended' && generation <= phase.generation) return;
    this.#phase = { kind: 'ended', generation };
    this.#denied = undefined;
    const finish = finishOnce(this.#backend, exit, (line) => this.#writer.finish(line));
    // The stream stays open for a moment: what background processes still write comes after the exit.
    const kept = phase.kind === 'attached' ? phase : undefined;
    this.#late = { finish, stream: kept?.stream, owned: kept?.owned };
  }

  /** It was restarted, and that is told by its output before it is by its row: the stream that was kept goes on. */
  #follow(stream: SessionStream, generation: number): void {
    const late = this.#late;
    if (this.#phase.kind !== 'ended' || generation <= this.#phase.generation) return;
    if (late?.owned === undefined || late.stream !== stream) return;
    late.finish.dispose();
    this.#late = undefined;
    this.#writer.restart();
    this.#written.fire('\r\n');
    this.#phase = { kind: 'attached', stream, owned: late.owned };
    this.#claim(stream);
  }

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
    // Whatever runs here next is not what they were typed for.
    this.#early = '';
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
    this.#late?.finish.dispose();
    this.#late?.owned?.dispose();
    this.#late = undefined;
    if (last.kind === 'attaching') last.abort.abort();
    if (last.kind === 'attached') last.owned.dispose();
    this.#denied = undefined;
  }
}

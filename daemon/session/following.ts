import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { decodeGap, decodeJson, decodeSize, leaseMarkSchema } from '../../protocol/wire/mark.ts';
import type { HostLink } from '../../link/host/host.ts';
import type { TerminalReport } from '../signal/signal.ts';
import { OutputReader } from '../signal/signal.ts';
import type { SpoolWriter } from './spoolWriter.ts';

export interface FollowTarget {
  readonly link: HostLink;
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly agent: string;
  readonly writer: SpoolWriter;
  /** Said up to `liveAt` of what the host held when the following began. */
  onReports(reports: readonly TerminalReport[], liveAt: number): void;
  onResize(size: TerminalSize): void;
  /** This client may type now. */
  onWriter(clientId: ClientId): void;
  /** Received or skipped up to this seq; `bytes` came at once. */
  onProgress(seq: number, bytes: number): void;
}

const ackEveryBytes = 256 * 1024;
const ackAfterMs = 200;

/**
 * Follows one generation as a background client: output goes into the spool and through the scanner, nothing is shown. It
 * acknowledges what the spool took, so a slow disk makes a gap and never memory.
 */
export class Follower implements Disposable {
  readonly #target: FollowTarget;
  readonly #reader: OutputReader;
  readonly #owned = new DisposableStore();
  #seq = 0;
  #acked = 0;
  #channel = 0;
  /** What came before it was written before this following began. */
  #liveAt = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(target: FollowTarget) {
    this.#target = target;
    this.#reader = new OutputReader(target.agent);
  }

  /** Attaches where the spool ends. Rejects as `host/attach` does. */
  static async start(target: FollowTarget): Promise<Follower> {
    const follower = new Follower(target);
    await follower.#attach();
    return follower;
  }

  /** Seq after the last byte that was received or skipped. */
  get seq(): number {
    return this.#seq;
  }

  get generation(): number {
    return this.#target.generation;
  }

  /** Ends the following; what was received is still written. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  async #attach(): Promise<void> {
    const { link, sessionId, generation, writer } = this.#target;
    const { channel, liveAt } = await link.call('host/attach', {
      session: sessionId,
      cursor: { generation, seq: writer.resumeAt ?? 0 },
      pace: 'background',
    });
    this.#channel = channel;
    this.#liveAt = liveAt;
    this.#seq = writer.resumeAt ?? 0;
    this.#reader.moveTo(this.#seq);
    this.#owned.add({ dispose: () => this.#detach(link, channel) });
    this.#owned.add(link.onFrame(channel, (frame) => this.#receive(frame)));
  }

  #detach(link: HostLink, channel: number): void {
    // The channel may be gone with its connection, and then there is nothing to close.
    link.call('host/detach', { channel }).catch(alreadyDetached);
  }

  #receive(frame: Frame): void {
    if (frame.generation !== this.#target.generation) return;
    if (frame.kind === 'output') return this.#receiveOutput(frame);
    if (frame.kind === 'gap') {
      this.#seq = decodeGap(frame.payload) ?? this.#seq;
      this.#reader.moveTo(this.#seq);
      this.#target.onReports([{ type: 'gap', seq: this.#seq }], this.#liveAt);
    }
    if (frame.kind === 'resize') {
      const size = decodeSize(frame.payload);
      if (size !== undefined) this.#target.onResize(size);
    }
    if (frame.kind === 'lease') this.#receiveLease(frame.payload);
    this.#scheduleAck();
  }

  #receiveLease(payload: Uint8Array): void {
    const { data } = clientIdSchema.safeParse(decodeJson(payload, leaseMarkSchema)?.writer);
    if (data !== undefined) this.#target.onWriter(data);
  }

  #receiveOutput({ seq, payload }: Frame): void {
    this.#target.writer.append(seq, payload);
    if (seq !== this.#seq) this.#reader.moveTo(seq);
    this.#seq = Math.max(this.#seq, seq + payload.length);
    this.#target.onProgress(this.#seq, payload.length);
    const reports = this.#reader.push(payload);
    if (reports.length > 0) this.#target.onReports(reports, this.#liveAt);
    if (this.#seq - this.#acked >= ackEveryBytes) this.#ackNow();
    else this.#scheduleAck();
  }

  #scheduleAck(): void {
    this.#timer ??= setTimeout(() => this.#ackNow(), ackAfterMs);
  }

  #ackNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#seq === this.#acked) return;
    const seq = this.#seq;
    this.#acked = seq;
    const { link, generation, writer } = this.#target;
    void writer.flush().then(() => {
      if (!this.#owned.isDisposed)
        link.send({ kind: 'ack', channel: this.#channel, generation, seq });
    });
  }
}

/** The other side ended the channel first. */
function alreadyDetached(): undefined {
  return undefined;
}

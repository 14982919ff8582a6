import type { HostLink } from '../../link/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { decodeInputOutcome, decodeJson, exitMarkSchema } from '../../protocol/wire/mark.ts';
import type { ChatEvent, Provider, ProviderState, Step } from '../provider/provider.ts';
import type { BearerContext } from './bearer.ts';
import { Bearer } from './bearer.ts';
import type { LoadedProcess, Outgoing } from './chat.store.ts';
import type { Committing } from './committing.ts';
import type { LineSink } from './lines.ts';
import { Lines, noCarry } from './lines.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: number | null;
}

export interface AgentProcessContext {
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly provider: Provider;
  readonly tokens: BearerContext['tokens'];
  readonly committing: Committing;
  /** The next number for a piece of input. */
  takeNumber(): number;
  handle(event: ChatEvent): void;
  /** Everything of a piece of output was handled. */
  advanced(): void;
  /** A line was no event, or too long for one. */
  garbled(what: 'tooLong' | 'unknown', detail: string): void;
  /** All of its output was read. */
  ended(end: ProcessEnd): void;
}

/** More of a line than this is kept apart, so that the host can go on. */
const carryBytes = 256 * 1024;
const pieceBytes = 192 * 1024;

/**
 * One process of a chat in its host: reads its output from where that was committed last, and gives it what it is told, each
 * piece once. Output is acknowledged when what follows from it is on disk.
 */
export class AgentProcess implements Disposable {
  readonly bearer: Bearer;
  readonly #context: AgentProcessContext;
  readonly #lines: Lines;
  #owned = new DisposableStore();
  #state: ProviderState;
  #seq: number;
  #acked = 0;
  /** Of the line that has not ended, as far as it is kept. */
  #keptBytes: number;
  #waiting: Outgoing[];
  /** Its pieces are on disk up to this number. */
  #durable: number;
  #sending: number | undefined;
  #link: HostLink | undefined;
  #channel = 0;
  #end: ProcessEnd | undefined;

  /** `kept`: of the same generation; absent when the process is new. */
  constructor(context: AgentProcessContext, kept: LoadedProcess | undefined) {
    this.#context = context;
    this.bearer = new Bearer(context);
    const { cursor, carry, out } = kept ?? { cursor: undefined, carry: noCarry.bytes, out: [] };
    this.#state = cursor?.state ?? {};
    this.#seq = cursor?.seq ?? 0;
    this.#keptBytes = carry.length;
    this.#lines = new Lines({ bytes: carry, isDropping: cursor?.isDropping ?? false });
    this.#waiting = out;
    this.#durable = out.at(-1)?.number ?? 0;
  }

  get generation(): number {
    return this.#context.generation;
  }

  get link(): HostLink | undefined {
    return this.#link;
  }

  get state(): ProviderState {
    return this.#state;
  }

  /** Seq up to which what was read is on disk. */
  get committedSeq(): number {
    return this.#acked;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Messages of which a piece has not reached it. */
  get undelivered(): ReadonlySet<string> {
    return new Set(this.#waiting.flatMap(({ messageId }) => messageId ?? []));
  }

  /** Reads on over this connection to its host. Rejects as `host/attach` does. */
  async attach(link: HostLink): Promise<void> {
    this.#owned.dispose();
    this.#owned = new DisposableStore();
    this.#sending = undefined;
    const { sessionId: session, generation } = this.#context;
    const cursor = { generation, seq: this.#seq };
    const opened = await link.call('host/attach', { session, cursor, pace: 'background' });
    this.#link = link;
    this.#channel = opened.channel;
    this.#owned.add({ dispose: () => detach(link, opened.channel) });
    this.#owned.add(link.onFrame(opened.channel, (frame) => this.#receive(frame)));
    this.#pump();
  }

  /** Takes over what a provider made of something. `messageId`: the prompt that its lines are. */
  apply(step: Step, messageId: string | null = null): void {
    this.#state = step.state;
    for (const line of step.writes) this.#write(`${line}\n`, messageId);
    this.#keepCursor();
    for (const event of step.events) this.#context.handle(event);
  }

  /** Nothing that waits is for anybody any more. */
  dropInput(): void {
    this.#context.committing.settle(this.#waiting.map(({ number }) => number));
    this.#waiting = [];
  }

  /** Of what was gathered up to now everything is on disk: `seq` was read, and pieces up to `number` may go. */
  committed(seq: number | undefined, number: number | undefined): void {
    this.#durable = Math.max(this.#durable, number ?? 0);
    if (seq !== undefined && seq > this.#acked) {
      this.#acked = seq;
      const { generation } = this.#context;
      this.#link?.send({ kind: 'ack', channel: this.#channel, generation, seq });
    }
    this.#pump();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #receive(frame: Frame): void {
    if (frame.kind === 'inputAnswer') return this.#answered(frame);
    if (frame.generation !== this.#context.generation || this.#end !== undefined) return;
    if (frame.kind === 'output') return this.#receiveOutput(frame);
    if (frame.kind !== 'exit') return;
    this.#lines.finish(this.#sink());
    this.#keepLine(true);
    this.#keepCursor();
    const exit = decodeJson(frame.payload, exitMarkSchema);
    this.#end = { code: exit?.code ?? null, signal: exit?.signal ?? null };
    this.#context.ended(this.#end);
  }

  #receiveOutput({ seq, payload }: Frame): void {
    // What came twice after a reconnect was read already.
    const fresh = payload.subarray(Math.max(0, this.#seq - seq));
    if (fresh.length === 0) return;
    this.#seq = seq + payload.length;
    const hasEnded = this.#lines.push(fresh, this.#sink());
    this.#keepLine(hasEnded);
    this.#keepCursor();
    this.#context.advanced();
  }

  #sink(): LineSink {
    return {
      line: (text) => this.#read(text),
      dropped: () => this.#context.garbled('tooLong', ''),
    };
  }

  #read(text: string): void {
    const step = this.#context.provider.read(this.#state, text);
    const isUnknown = step.events.find((event) => event.type === 'unknown');
    if (isUnknown !== undefined) this.#context.garbled('unknown', isUnknown.what);
    this.apply(step);
  }

  /** A line that has begun is read again from its beginning, unless it is a long one. */
  #keepLine(isOther: boolean): void {
    const { committing } = this.#context;
    const isOver = isOther || this.#lines.isDropping;
    if (isOver && this.#keptBytes > 0) committing.restartCarry();
    if (isOver) this.#keptBytes = 0;
    const { carriedBytes } = this.#lines;
    if (carriedBytes - this.#keptBytes < carryBytes) return;
    committing.carry(this.#lines.carried().subarray(this.#keptBytes));
    this.#keptBytes = carriedBytes;
  }

  #keepCursor(): void {
    const { committing, generation } = this.#context;
    const unkept = this.#lines.carriedBytes - this.#keptBytes;
    const seq = this.#seq - unkept;
    committing.cursor({ generation, seq, state: this.#state, isDropping: this.#lines.isDropping });
  }

  #write(line: string, messageId: string | null): void {
    const bytes = new TextEncoder().encode(line);
    const { committing, generation } = this.#context;
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const number = this.#context.takeNumber();
      const piece = bytes.slice(from, from + pieceBytes);
      const outgoing: Outgoing = { number, generation, bytes: piece, messageId };
      this.#waiting.push(outgoing);
      committing.out(outgoing);
    }
  }

  /** One after the other: who does not read gets nothing more. */
  #pump(): void {
    const [next] = this.#waiting;
    if (this.#sending !== undefined || next === undefined || next.number > this.#durable) return;
    if (!this.bearer.isIn(next)) return this.#send(next.number, next.bytes);
    this.#sending = next.number;
    const send = (bytes: Uint8Array): void => this.#send(next.number, bytes);
    // Without it the agent does not start: what is wrong is told there.
    this.bearer.putIn(next).then(send, () => send(next.bytes));
  }

  #send(seq: number, payload: Uint8Array): void {
    this.#sending = undefined;
    if (this.#link?.send({ kind: 'input', channel: this.#channel, seq, payload }) === undefined)
      return;
    this.#sending = seq;
  }

  #answered({ seq, payload }: Frame): void {
    if (seq !== this.#sending) return;
    this.#sending = undefined;
    // Its end is told in its stream; what it did not take is seen to then.
    if (decodeInputOutcome(payload) !== 'delivered') return;
    this.#waiting.shift();
    this.#context.committing.settle([seq]);
    this.#context.committing.soon();
    this.#pump();
  }
}

function detach(link: HostLink, channel: number): void {
  link.call('host/detach', { channel }).catch(alreadyDetached);
}

/** The other side ended the channel first. */
function alreadyDetached(): undefined {
  return undefined;
}

/**
 * What every noun gives to the daemon and gets from it. The composition root (`daemon.ts`) makes the features in order;
 * the gateway asks for handlers by method name and knows no feature.
 */
import type { z } from 'zod';
import type { EventName, EventParams, NounHandlers, NounName } from '../protocol/protocol.ts';
import type { Grant } from '../protocol/token/token.ts';
import type { ClientId, SessionId, WorkspaceId } from '../protocol/wire/brand.ts';
import type { Right } from '../protocol/wire/define.ts';
import type { Disposable } from '../protocol/wire/disposable.ts';
import type { Frame } from '../protocol/wire/frame.ts';

/** Who a token stands for. `right` is the highest it has; an agent's (`self`) is bound to `sessionId`. */
export interface Principal {
  /** Stable id of the token record; revocation closes every socket that holds it. */
  readonly id: string;
  readonly kind: 'owner' | 'session' | 'connector';
  readonly right: Right;
  readonly sessionId?: SessionId;
  /** Of a connector: who holds it, one plain line. */
  readonly name?: string;
}

/** One connection of a client, as handlers see it. */
export interface Caller {
  readonly connectionId: string;
  readonly clientId: ClientId;
  readonly principal: Principal;
  /** `local`: the daemon's own socket, so the host's socket can be reached too. */
  readonly transport: 'local' | 'tcp';
  /** From now on events of this noun are sent on the connection. */
  subscribe(noun: NounName): void;
  /** Sends an event on this connection alone, subscribed or not; nothing when it speaks an older version than the event. */
  notify<E extends EventName>(event: E, params: EventParams<E>): void;
  /**
   * Opens a number for a byte stream on this connection. `receive` gets the frames that the client sends on it. The
   * gateway drops it when the connection closes, after calling `closed`.
   */
  openChannel(sink: ChannelSink): Channel;
  /** Runs once when the connection is gone, soon when it is gone already; never after the disposal of what it returns. */
  onceClosed(run: () => void): Disposable;
}

export interface ChannelSink {
  receive(frame: Frame): void;
  /** The connection is gone or the client detached. */
  closed(): void;
}

export interface Channel extends Disposable {
  readonly number: number;
  /** Sends a frame with this channel's number. False: the socket's backlog is over its limit, wait for `onDidDrain`. */
  send(frame: Partial<Omit<Frame, 'channel'>> & Pick<Frame, 'kind'>): boolean;
  /** Runs once when the backlog fell below the limit. */
  onceDrained(run: () => void): void;
}

/** Sends an event to every connection that subscribed to its noun and may see it. */
export type Publish = <E extends EventName>(
  event: E,
  params: EventParams<E>,
  about?: { readonly sessionId?: SessionId },
) => void;

/** Who reads a resource. */
export type ResourceCaller = Omit<ToolCaller, 'idempotencyKey' | 'signal' | 'progress'>;

/** A text of a noun by its address, declared beside its tools; whoever is offered the tools of its tier may read it. */
export interface Resource {
  /** `waggle://…`: constant, or a template that ends in `{id}`. */
  readonly uri: string;
  /** As are title and description: a constant, no text of users in it. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: 'text/markdown' | 'application/json';
  readonly tier: Tool['tier'];
  /** What others wrote is framed as data. `id`: empty for a constant address. */
  read(id: string, caller: ResourceCaller): Promise<string>;
}

/** A tool for agents, declared beside its noun in `<noun>.tools.ts`; the MCP server serves them all. */
export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  /** snake_case, unique over all nouns; a constant, as is the description: no text of users in it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Says to an agent what the tool does, when to use it and when not to. */
  readonly description: string;
  /** Closed schema. */
  readonly input: I;
  readonly output: O;
  /** Offered to every agent, or only where a person wants all tools. */
  readonly tier: 'core' | 'all';
  /** What a person must have allowed the session; absent: nothing beyond the tier. */
  readonly grant?: Grant;
  /** `reads` may be repeated freely; what acts takes an idempotency key. `replaces`: what was there before is gone. */
  readonly effect: 'reads' | 'adds' | 'replaces';
  /** Of what acts: done again with the same key it changes nothing more. Absent: it might, so it is not done again. */
  readonly isRepeatable?: boolean;
  run(input: z.output<I>, caller: ToolCaller): Promise<z.input<O>>;
}

/** Identity that keeps the types of a tool's schemas; the server checks both at each call, so they hold for `Tool`. */
export function defineTool<I extends z.ZodObject, O extends z.ZodType>(tool: Tool<I, O>): Tool {
  return tool as unknown as Tool;
}

/** Who calls a tool: the bearer is the identity, never a parameter. */
export interface ToolCaller {
  readonly principal: Principal;
  /** The session of the bearer; undefined for a connector. */
  readonly sessionId: SessionId | undefined;
  /** The repository that it works in; undefined when a connector does not say. */
  readonly workspaceId: WorkspaceId | undefined;
  /** Where it works in it, a real path. */
  readonly folder: string | undefined;
  readonly grants: readonly Grant[];
  /** What is asked for with the same key is done once. */
  readonly idempotencyKey: string | undefined;
  /** Aborted when nobody waits for the result any more, or it took too long. */
  readonly signal: AbortSignal;
  /** Tells whoever waits that it goes on; nothing when they do not want to know. */
  progress(done: number, message: string): void;
}

/** What a noun hands to the composition root. `stop` waits for work in flight, then `dispose` frees the rest. */
export interface Feature<N extends NounName> extends Disposable {
  readonly noun: N;
  readonly handlers: NounHandlers<N, Caller>;
  readonly tools?: readonly Tool[];
  /** Restores what was (rows, hosts). Runs in the order of the composition root, before clients can connect. */
  start?(): Promise<void>;
  /** The daemon does not end by itself while a feature has something that lives. */
  isBusy?(): boolean;
  stop?(): Promise<void>;
}

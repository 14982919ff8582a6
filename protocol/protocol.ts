/**
 * The table of all nouns between clients and the daemon. Handler maps and clients derive from it: a method without a
 * handler does not compile. The host protocol is another, smaller contract (`host/host.ts`).
 */
import { agent } from './agent/agent.ts';
import { attention } from './attention/attention.ts';
import { chat } from './chat/chat.ts';
import { conversation } from './conversation/conversation.ts';
import { daemon } from './daemon/daemon.ts';
import { file } from './file/file.ts';
import { mcp } from './mcp/mcp.ts';
import { memory } from './memory/memory.ts';
import { pane } from './pane/pane.ts';
import { role } from './role/role.ts';
import { search } from './search/search.ts';
import { session } from './session/session.ts';
import { task } from './task/task.ts';
import { token } from './token/token.ts';
import { usage } from './usage/usage.ts';
import { window } from './window/window.ts';
import type {
  EventDefinition,
  HandlersOf,
  MethodDefinition,
  ParamsIn,
  ResultOut,
} from './wire/define.ts';
import type { z } from 'zod';
import { workspace } from './workspace/workspace.ts';

export const nouns = {
  session,
  workspace,
  role,
  memory,
  agent,
  attention,
  window,
  conversation,
  chat,
  task,
  usage,
  file,
  search,
  pane,
  token,
  mcp,
  daemon,
} as const;
export type Nouns = typeof nouns;
export type NounName = keyof Nouns;

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;
export type Methods = UnionToIntersection<Nouns[NounName]['methods']>;
export type Events = UnionToIntersection<Nouns[NounName]['events']>;
export type MethodName = keyof Methods & string;
export type EventName = keyof Events & string;

export type MethodParams<M extends MethodName> = ParamsIn<Methods[M]>;
export type MethodResult<M extends MethodName> = ResultOut<Methods[M]>;
export type EventParams<E extends EventName> = Events[E] extends {
  params: infer P extends z.ZodType;
}
  ? z.output<P>
  : never;

/** The handlers of one noun; `C` is what the gateway knows about the caller. */
export type NounHandlers<N extends NounName, C> = HandlersOf<Nouns[N], C>;
/** All nouns' handlers: the daemon's composition root must have every one. */
export type AllHandlers<C> = { readonly [N in NounName]: NounHandlers<N, C> };

/** Definition of a method by name, or undefined: names from the wire are untrusted. */
export function findMethod(name: string): MethodDefinition | undefined {
  return methodTable.get(name);
}

/** Definition of an event by name; receivers ignore unknown ones. */
export function findEvent(name: string): EventDefinition | undefined {
  return eventTable.get(name);
}

const methodTable = new Map<string, MethodDefinition>(
  Object.values(nouns).flatMap((noun) => Object.entries<MethodDefinition>(noun.methods)),
);
const eventTable = new Map<string, EventDefinition>(
  Object.values(nouns).flatMap((noun) => Object.entries<EventDefinition>(noun.events)),
);

/**
 * How a noun declares its part of the contract. Handlers and clients derive their types from these tables, so a method
 * without a handler does not compile. Requests are closed (`z.strictObject`), results and events open (`z.object`).
 */
import type { z } from 'zod';

/** The version of the protocol that this source speaks; what a side does not know yet is left out by the sender. */
export const protocolVersion = 2;
/** The oldest one that it still speaks. */
export const oldestProtocol = 1;

/**
 * Who may call a method. `self`: any token, and an agent's token only about its own session. `person`: the owner's token
 * or that of a shell session which a person opened. `owner`: the owner's token alone.
 */
export type Right = 'self' | 'person' | 'owner';

export interface MethodDefinition<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly params: P;
  readonly result: R;
  readonly right: Right;
  /** Protocol version that brought it. */
  readonly introducedIn: number;
  /** One sentence for `docs/protocol.md`. */
  readonly summary: string;
}

export interface EventDefinition<P extends z.ZodType = z.ZodType> {
  readonly params: P;
  readonly introducedIn: number;
  readonly summary: string;
}

export interface NounDefinition {
  readonly methods: Readonly<Record<string, MethodDefinition>>;
  readonly events: Readonly<Record<string, EventDefinition>>;
}

/** Identity that keeps the literal types of a noun's tables. */
export function defineNoun<const N extends NounDefinition>(noun: N): N {
  return noun;
}

/** What a caller passes (defaults may be left out). */
export type ParamsIn<M> = M extends { params: infer P extends z.ZodType } ? z.input<P> : never;
/** What a handler receives. */
export type ParamsOut<M> = M extends { params: infer P extends z.ZodType } ? z.output<P> : never;
/** What a handler returns. */
export type ResultIn<M> = M extends { result: infer R extends z.ZodType } ? z.input<R> : never;
/** What a caller receives. */
export type ResultOut<M> = M extends { result: infer R extends z.ZodType } ? z.output<R> : never;

/** One handler per method of a noun; `C` is what the receiver knows about the caller. */
export type HandlersOf<N extends NounDefinition, C> = {
  readonly [K in keyof N['methods']]: (
    params: ParamsOut<N['methods'][K]>,
    caller: C,
  ) => Promise<ResultIn<N['methods'][K]>> | ResultIn<N['methods'][K]>;
};

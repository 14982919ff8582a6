/**
 * Memory: notes that are always in the prompt, and facts that come back when they are asked for. Decides what is trusted;
 * finding is `daemon/recall`, vectors are `daemon/embedding`. Calls no model and reads no file.
 */
import { memory } from '../../protocol/memory/memory.ts';
import type { NounHandlers } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller, Feature } from '../feature.ts';

export type MemoryFeature = Feature<'memory'>;

export function createMemoryFeature(): MemoryFeature {
  const refuse = (): never => {
    throw new WaggleError('methodNotFound');
  };
  const names = Object.keys(memory.methods).map((name) => [name, refuse]);
  return {
    noun: 'memory',
    handlers: Object.fromEntries(names) as NounHandlers<'memory', Caller>,
    dispose: () => undefined,
  };
}

/** Sentences a person has to see, by the key of whoever says them; what two say is seen once. */
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { Warnings } from '../context.ts';

export interface ObservableWarnings extends Warnings {
  readonly onDidChange: Event<string[]>;
}

export function createWarnings(): ObservableWarnings {
  const texts = new Map<string, string>();
  const changed = new Emitter<string[]>();
  const list = (): string[] => [...new Set(texts.values())];
  return {
    onDidChange: changed.event,
    list,
    set(key, text) {
      if (texts.get(key) === text) return;
      if (text === undefined) texts.delete(key);
      else texts.set(key, text);
      changed.fire(list());
    },
  };
}

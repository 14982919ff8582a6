import type { SessionId } from '../../protocol/wire/brand.ts';

export type Forget = (id: SessionId) => Promise<void>;

/** What other nouns keep about sessions goes with them. */
export class Forgetters {
  readonly #all: Forget[] = [];

  add(forget: Forget): void {
    this.#all.push(forget);
  }

  async forget(id: SessionId): Promise<void> {
    for (const forget of this.#all) await forget(id);
  }
}

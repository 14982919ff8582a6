import type { ChatEvent } from '../provider/provider.ts';

export type Reply = ChatEvent & { readonly type: 'replied' };

/** Who waits for what an agent replies, by the name under which it was asked. Nobody does after a restart of the daemon. */
export class Replies {
  readonly #waiting = new Map<string, (reply: Reply) => void>();

  /** Returns how to wait no longer. */
  wait(name: string, take: (reply: Reply) => void): () => void {
    this.#waiting.set(name, take);
    return () => this.#waiting.delete(name);
  }

  take(reply: Reply): void {
    this.#waiting.get(reply.name)?.(reply);
    this.#waiting.delete(reply.name);
  }
}

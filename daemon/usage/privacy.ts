import { createHash } from 'node:crypto';
import type { SessionRow } from '../session/session.ts';

export interface PrivacyStore {
  addPrivate(params: { readonly hash: string }): Promise<void>;
  forget(params: { readonly agent: string; readonly conversation: string }): Promise<void>;
}

/**
 * Conversations of private sessions are never counted, also when the session is gone: what stays of them is a hash that only
 * who has the conversation can make.
 */
export class Privacy {
  readonly #store: PrivacyStore;
  readonly #hashes = new Set<string>();

  constructor(store: PrivacyStore) {
    this.#store = store;
  }

  load(hashes: readonly string[]): void {
    for (const hash of hashes) this.#hashes.add(hash);
  }

  has(agent: string, conversation: string): boolean {
    return this.#hashes.has(hashOf(agent, conversation));
  }

  /** What is known of the sessions now. Resolves when nothing of theirs is counted. */
  async learn(rows: readonly SessionRow[]): Promise<void> {
    for (const { agent, conversations, private: isPrivate } of rows) {
      if (isPrivate !== true) continue;
      for (const { id } of conversations) await this.add(agent, id);
    }
  }

  /** A private agent runs, and nobody knows yet in which conversation: what is new may be its own. */
  isUnsure(agent: string, rows: readonly SessionRow[]): boolean {
    return rows.some(
      (row) => row.private === true && row.agent === agent && row.conversations.length === 0,
    );
  }

  async add(agent: string, conversation: string): Promise<void> {
    const hash = hashOf(agent, conversation);
    if (this.#hashes.has(hash)) return;
    this.#hashes.add(hash);
    await this.#store.addPrivate({ hash });
    await this.#store.forget({ agent, conversation });
  }
}

function hashOf(agent: string, conversation: string): string {
  return createHash('sha256').update(`${agent} ${conversation}`).digest('hex');
}

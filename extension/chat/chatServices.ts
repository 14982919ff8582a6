/** What the parts of this folder share: the connection, the names, and what is kept of each chat in this window. */
import type * as vscode from 'vscode';
import type { Draft } from '../../protocol/chat/chatPage.ts';
import { draftSchema } from '../../protocol/chat/chatPage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { AgentFeature } from '../agent/agent.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import type { WindowFeature } from '../window/window.ts';

export interface ChatServices {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly agents: AgentFeature;
  readonly window: WindowFeature;
  readonly extensionUri: vscode.Uri;
  readonly log: Log;
  readonly drafts: Drafts;
  /** First entry in view; absent: the newest. */
  readonly places: Map<SessionId, number>;
  readonly nameOf: (id: SessionId) => string;
  readonly titleOf: (id: SessionId) => string;
  readonly labelOf: (agent: string) => string;
  /** What of others' commands is there. */
  readonly listAbilities: () => Promise<string[]>;
  /** Shows another chat. */
  readonly open: (id: SessionId) => Promise<void>;
}

const emptyDraft: Draft = { text: '', parts: [] };
const key = 'waggle.chatDrafts';
/** Longer ones live as long as the window. */
const keptMost = 100_000;

const tellAfterMs = 500;

/**
 * What was written and not sent: kept over a reload, but for images. Its text is told to the daemon, with which it goes
 * along to a terminal.
 */
export class Drafts implements Disposable {
  readonly #memory: vscode.Memento;
  readonly #tell: (id: SessionId, text: string) => void;
  readonly #drafts = new Map<string, Draft>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(memory: vscode.Memento, tell: (id: SessionId, text: string) => void) {
    this.#memory = memory;
    this.#tell = tell;
    const stored = memory.get<Record<string, unknown>>(key, {});
    for (const [id, value] of Object.entries(stored)) {
      const parsed = draftSchema.safeParse(value);
      if (parsed.success) this.#drafts.set(id, parsed.data);
    }
  }

  /** `told`: what the daemon has, of another window or from a terminal. */
  get(id: SessionId, told: string): Draft {
    return this.#drafts.get(id) ?? { ...emptyDraft, text: told };
  }

  set(id: SessionId, draft: Draft): void {
    if (draft.text === '' && draft.parts.length === 0) this.#drafts.delete(id);
    else this.#drafts.set(id, draft);
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.#tell(id, draft.text), tellAfterMs),
    );
    const kept = [...this.#drafts].map(([name, { text, parts }]): [string, Draft] => [
      name,
      { text, parts: parts.filter(({ image }) => image === undefined) },
    ]);
    const fitting = kept.filter(([, one]) => JSON.stringify(one).length <= keptMost);
    void this.#memory.update(key, Object.fromEntries(fitting));
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

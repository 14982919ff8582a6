/** What the parts of this folder share: the connection, the names, and what is kept of each chat in this window. */
import type * as vscode from 'vscode';
import type { Draft, PromptPart } from '../../protocol/chat/chatPage.ts';
import { draftSchema, partsMost } from '../../protocol/chat/chatPage.ts';
import { textMost } from '../../protocol/chat/saying.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
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
  /** Shows another chat. */
  readonly open: (id: SessionId) => Promise<void>;
}

const emptyDraft: Draft = { text: '', parts: [] };
const key = 'waggle.chatDrafts';
/** Longer ones live as long as the window. */
const keptMost = 100_000;

const tellAfterMs = 500;

export interface DraftsOptions {
  /** Of this window. */
  readonly memory: vscode.Memento;
  readonly tell: (id: SessionId, text: string) => void;
  readonly isPrivate: (id: string) => boolean;
}

/**
 * What was written and not sent: kept over a reload, but for images. Its text is told to the daemon, with which it goes
 * along to a terminal.
 */
export class Drafts implements Disposable {
  readonly #memory: vscode.Memento;
  readonly #tell: (id: SessionId, text: string) => void;
  readonly #drafts = new Map<string, Draft>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #isPrivate: (id: string) => boolean;

  constructor({ memory, tell, isPrivate }: DraftsOptions) {
    this.#memory = memory;
    this.#tell = tell;
    this.#isPrivate = isPrivate;
    const stored = memory.get<Record<string, unknown>>(key, {});
    for (const [id, value] of Object.entries(stored)) {
      const parsed = draftSchema.safeParse(value);
      if (parsed.success) this.#drafts.set(id, parsed.data);
    }
  }

  /** `told`: what the daemon has, of another window or from a terminal. */
  get(id: SessionId, told: string): Draft {
    const { text, parts } = this.#drafts.get(id) ?? emptyDraft;
    // An empty one that the daemon was told is no newer than what it has since.
    return { text: text === '' && !this.#timers.has(id) ? told : text, parts };
  }

  set(id: SessionId, draft: Draft): void {
    if (draft.text === '' && draft.parts.length === 0) this.#drafts.delete(id);
    else this.#drafts.set(id, draft);
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => {
        this.#timers.delete(id);
        this.#tell(id, draft.text);
      }, tellAfterMs),
    );
    this.#store();
  }

  /** What could not be sent stands before what was written since. */
  giveBack(id: SessionId, { text, parts }: Draft): void {
    const now = this.#drafts.get(id) ?? emptyDraft;
    const joined = [text, now.text].filter((one) => one !== '').join('\n');
    // Both together may be longer than a draft can be.
    const beside: PromptPart = { kind: 'selection', label: toPlainLine(text, 64), text };
    const all = [...parts, ...now.parts];
    if (joined.length <= textMost) this.set(id, { text: joined, parts: all.slice(0, partsMost) });
    else this.set(id, { text: now.text, parts: [beside, ...all].slice(0, partsMost) });
  }

  /** Text that the daemon was not told yet; who takes it tells it. Undefined: it has all of it. */
  takeUntold(id: string): string | undefined {
    const timer = this.#timers.get(id);
    if (timer === undefined) return undefined;
    clearTimeout(timer);
    this.#timers.delete(id);
    return this.#drafts.get(id)?.text ?? '';
  }

  /** Its text went along to a terminal; what stands beside it waits here for the chat. What was not told yet stays. */
  leaveText(id: string): void {
    const parts = this.#drafts.get(id)?.parts ?? [];
    if (parts.length === 0) return this.forget(id);
    if (this.#timers.has(id) || this.#drafts.get(id)?.text === '') return;
    this.#drafts.set(id, { text: '', parts });
    this.#store();
  }

  /** Its chat is gone. What was not told yet stays. */
  forget(id: string): void {
    if (this.#timers.has(id) || !this.#drafts.delete(id)) return;
    this.#store();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Nothing of a private chat is ever on disk. */
  #store(): void {
    const lasting = [...this.#drafts].filter(([id]) => !this.#isPrivate(id));
    const kept = lasting.map(([name, { text, parts }]): [string, Draft] => [
      name,
      { text, parts: parts.filter(({ image }) => image === undefined) },
    ]);
    const fitting = kept.filter(([, one]) => JSON.stringify(one).length <= keptMost);
    void this.#memory.update(key, Object.fromEntries(fitting));
  }
}

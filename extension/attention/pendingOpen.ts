/** What a window that is opened for a session shows first: the window that opens it leaves a note for it. */
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { z } from 'zod';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { runCommand } from '../editor/editor.ts';

const key = 'waggle.pendingOpen';
/** A window that takes longer to open finds the session in its list. */
const validMs = 60_000;
const noteSchema = z.object({ folder: z.string(), sessionId: sessionIdSchema, atMs: z.number() });

export class PendingOpen {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  async remember(folder: string, sessionId: SessionId): Promise<void> {
    await this.#memory.update(key, { folder, sessionId, atMs: Date.now() });
  }

  /** At the start of a window: opens what it was opened for. */
  async take(): Promise<void> {
    const note = noteSchema.safeParse(this.#memory.get<unknown>(key));
    if (!note.success || Math.abs(Date.now() - note.data.atMs) > validMs) return;
    const { folder, sessionId } = note.data;
    const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => resolve(uri.fsPath));
    if (!roots.includes(resolve(folder))) return;
    await this.#memory.update(key, undefined);
    await runCommand('openSession', sessionId);
  }
}

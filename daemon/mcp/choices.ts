import type { ToolChoice } from '../../protocol/mcp/mcp.ts';
import type { WorkspaceId } from '../../protocol/wire/brand.ts';
import type { StoreProxy } from '../store/store.ts';
import type { mcpStore } from './mcp.store.ts';

export const defaultChoice: ToolChoice = 'core';

/** Which tools the agents of each repository are offered. */
export class ToolChoices {
  readonly #store: StoreProxy<typeof mcpStore>;
  readonly #byWorkspace = new Map<string, ToolChoice>();

  constructor(store: StoreProxy<typeof mcpStore>) {
    this.#store = store;
  }

  async load(): Promise<void> {
    for (const { workspaceId, choice } of await this.#store.list({}))
      this.#byWorkspace.set(workspaceId, choice);
  }

  of(workspaceId: WorkspaceId | undefined): ToolChoice {
    return this.#byWorkspace.get(workspaceId ?? '') ?? defaultChoice;
  }

  /** Null: what is so by default. */
  async choose(workspaceId: WorkspaceId, choice: ToolChoice | null): Promise<ToolChoice> {
    await this.#store.choose({ workspaceId, choice });
    if (choice === null) this.#byWorkspace.delete(workspaceId);
    else this.#byWorkspace.set(workspaceId, choice);
    return this.of(workspaceId);
  }
}

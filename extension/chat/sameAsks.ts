/**
 * Which other chats of the repository ask for the very same action. Told to the page when it asks, and again whenever
 * another chat began or ceased to ask.
 */
import type { ToPage } from '../../protocol/chat/chatPage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ChatServices } from './chatServices.ts';

export interface SameAsksOptions {
  readonly services: ChatServices;
  readonly sessionId: SessionId;
  readonly tell: (message: ToPage) => void;
}

export class SameAsks implements Disposable {
  readonly #options: SameAsksOptions;
  readonly #watching: Disposable;
  /** Open ones that the page shows. */
  readonly #shown = new Set<string>();
  #asking: string;

  constructor(options: SameAsksOptions) {
    this.#options = options;
    this.#asking = this.#listAsking();
    this.#watching = options.services.sessions.onDidChange(() => this.#look());
  }

  async find(permissionId: string): Promise<void> {
    const { services, sessionId, tell } = this.#options;
    this.#shown.add(permissionId);
    this.#asking = this.#listAsking();
    const { permissions } = await services.connection.call('chat/listPermissions', {});
    const own = permissions.find(({ permission }) => permission.permissionId === permissionId);
    if (own === undefined) this.#shown.delete(permissionId);
    if (own === undefined || own.permission.ask !== 'tool') return;
    const { tool, input, cwd } = own.permission;
    // The same words in another folder are another action.
    const isSame = (one: typeof own.permission): boolean =>
      one.tool === tool && one.input === input && one.cwd === cwd;
    const others = permissions
      .filter((one) => one.sessionId !== sessionId && one.workspaceId === own.workspaceId)
      .filter(({ permission }) => isSame(permission))
      .map((one) => ({
        sessionId: one.sessionId,
        permissionId: one.permission.permissionId,
        hash: one.permission.hash,
      }));
    const shown = own.permission.permissionId;
    tell({ type: 'sameAsked', permissionId: shown, others: others.slice(0, 64) });
  }

  /** The page is gone. */
  forget(): void {
    this.#shown.clear();
  }

  dispose(): void {
    this.#watching.dispose();
  }

  #listAsking(): string {
    const { services, sessionId } = this.#options;
    return services.sessions
      .list()
      .filter(({ id, mode }) => id !== sessionId && mode === 'pipe')
      .filter(({ attention }) => attention.state === 'asking')
      .map(({ id, attention }) => `${id} ${attention.since}`)
      .join('\n');
  }

  #look(): void {
    if (this.#shown.size === 0) return;
    const asking = this.#listAsking();
    if (asking === this.#asking) return;
    this.#asking = asking;
    const { log } = this.#options.services;
    for (const permissionId of this.#shown)
      this.find(permissionId).catch((error: unknown) =>
        log.debug('what other chats ask was not read', errorMessageOf(error)),
      );
  }
}

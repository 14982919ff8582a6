import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { WindowFeature } from '../window/window.ts';
import type { SocketLinks } from './socketLinks.ts';

interface WindowLinksContext {
  readonly links: Pick<SocketLinks, 'point'>;
  readonly windows: Pick<WindowFeature, 'findEnvironment'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** As windows name themselves; other clients have no sockets to offer. */
const windowPrefix = 'window-';
const sessionsMax = 4096;

/**
 * Which window stands behind the links of a session: the one that attached or got the right to type last. A window that
 * was just reloaded attaches before it has reported its environment, so both come here in any order.
 */
export class WindowLinks {
  readonly #context: WindowLinksContext;
  readonly #holders = new Map<SessionId, ClientId>();

  constructor(context: WindowLinksContext) {
    this.#context = context;
  }

  follow(sessionId: SessionId, clientId: ClientId): void {
    if (!clientId.startsWith(windowPrefix)) return;
    const isSame = this.#holders.get(sessionId) === clientId;
    this.#holders.delete(sessionId);
    this.#holders.set(sessionId, clientId);
    const [oldest] = this.#holders.keys();
    if (this.#holders.size > sessionsMax && oldest !== undefined) this.#holders.delete(oldest);
    if (!isSame) this.#point(sessionId, clientId);
  }

  /** A window said what its environment is. */
  handleReport(windowId: ClientId): void {
    for (const [sessionId, holder] of this.#holders)
      if (holder === windowId) this.#point(sessionId, windowId);
  }

  #point(sessionId: SessionId, clientId: ClientId): void {
    const environment = this.#context.windows.findEnvironment(clientId);
    if (environment === undefined) return;
    try {
      this.#context.links.point(sessionId, environment);
    } catch (error) {
      // A full disk, for one: the session is shown all the same.
      const reason = errorMessageOf(error);
      this.#context.log.warn('the sockets of a window cannot be linked', { sessionId, reason });
    }
  }
}

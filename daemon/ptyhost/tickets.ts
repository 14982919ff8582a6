/** Rights to one session that the daemon registered before it handed them out. Reusable until revoked. */
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

export interface Ticket {
  readonly ticket: string;
  readonly session: SessionId;
  readonly right: 'write' | 'observe';
  readonly principal: string;
  readonly client: string;
}

const ticketsMax = 16_384;

export class Tickets {
  readonly #tickets = new Map<string, Ticket>();

  /** Throws `limitReached`. */
  add(ticket: Ticket): void {
    if (this.#tickets.size >= ticketsMax && !this.#tickets.has(ticket.ticket)) {
      throw new WaggleError('limitReached', `This host knows ${ticketsMax} tickets already.`);
    }
    this.#tickets.set(ticket.ticket, ticket);
  }

  find(ticket: string): Ticket | undefined {
    return this.#tickets.get(ticket);
  }

  /** Forgets and returns one ticket, or all of a principal. */
  revoke(which: {
    readonly ticket?: string | undefined;
    readonly principal?: string | undefined;
  }): Ticket[] {
    const revoked = [...this.#tickets.values()].filter(
      ({ ticket, principal }) => ticket === which.ticket || principal === which.principal,
    );
    for (const { ticket } of revoked) this.#tickets.delete(ticket);
    return revoked;
  }

  /** The session is gone, and with it every right to it. */
  dropSession(session: SessionId): void {
    for (const [key, ticket] of this.#tickets) {
      if (ticket.session === session) this.#tickets.delete(key);
    }
  }
}

/** Rights to one session that the daemon registered before it handed them out. Reusable until revoked or long unused. */
import type { SessionId } from '../../protocol/wire/brand.ts';

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

  /** Every client that ever attached has one: beyond the limit the one that was used longest ago goes. */
  add(ticket: Ticket): void {
    this.#tickets.delete(ticket.ticket);
    this.#tickets.set(ticket.ticket, ticket);
    const [oldest] = this.#tickets.keys();
    if (this.#tickets.size > ticketsMax && oldest !== undefined) this.#tickets.delete(oldest);
  }

  /** The right that somebody shows, which makes it the last to be forgotten. */
  find(ticket: string): Ticket | undefined {
    const found = this.#tickets.get(ticket);
    if (found !== undefined) this.add(found);
    return found;
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

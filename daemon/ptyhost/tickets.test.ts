import assert from 'node:assert/strict';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Ticket } from './tickets.ts';
import { Tickets } from './tickets.ts';

const session = sessionIdSchema.parse('018f0000-0000-7000-8000-000000000001');

function create(number: number): Ticket {
  const ticket = String(number).padStart(64, '0');
  return { ticket, session, right: 'write', principal: 'me', client: `client-${number}` };
}

describe('the tickets of a host', () => {
  it('never run out: the one that was used longest ago is forgotten', () => {
    const tickets = new Tickets();
    for (let number = 0; number < 16_384; number += 1) tickets.add(create(number));
    assert.equal(tickets.find(create(0).ticket)?.client, 'client-0');
    tickets.add(create(16_384));
    const known = [0, 1, 2, 16_384].map((number) => tickets.find(create(number).ticket)?.client);
    assert.deepEqual(known, ['client-0', undefined, 'client-2', 'client-16384']);
  });

  it('are forgotten with their principal or their session', () => {
    const tickets = new Tickets();
    for (const number of [1, 2]) tickets.add(create(number));
    assert.equal(tickets.revoke({ ticket: create(1).ticket }).length, 1);
    assert.equal(tickets.revoke({}).length, 0);
    tickets.dropSession(session);
    assert.equal(tickets.find(create(2).ticket), undefined);
  });
});

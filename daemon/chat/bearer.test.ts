import assert from 'node:assert/strict';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { Bearer } from './bearer.ts';

const sessionId = sessionIdSchema.parse('01890000-0000-7000-8000-000000000001');

describe('the secret of an agent that is told over its pipe', () => {
  it('is put into lines of the protocol on their way, and into nothing that a person says', async () => {
    let made = 0;
    const tokens = { create: async () => ({ id: 'i', token: `i.secret-${(made += 1)}` }) };
    const bearer = new Bearer({ sessionId, generation: 1, tokens });
    const bytes = Buffer.from(`{"Authorization":"Bearer ${bearer.stand}"}\n`);
    assert.deepEqual(
      [bearer.isIn({ messageId: null, bytes }), bearer.isIn({ messageId: 'm', bytes })],
      [true, false],
    );
    const line = async () => Buffer.from(await bearer.putIn({ bytes })).toString();
    assert.equal(await line(), '{"Authorization":"Bearer secret-1"}\n');
    assert.equal(await line(), '{"Authorization":"Bearer secret-1"}\n');
    const other = new Bearer({ sessionId, generation: 2, tokens });
    assert.notEqual(other.stand, bearer.stand);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { verifyProof } from '../../link/proof/proof.ts';
import type { StoreProxy } from '../store/store.ts';
import type { ConnectorRow, SessionTokenRow, tokenStore } from './token.store.ts';
import { createFailureLimiter, createTokenAuthority } from './token.ts';

const sessionId = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');
const server = { endpoint: '/run/waggled.sock', pid: 7, startTime: 8 };
const nonce = 'a'.repeat(64);

function fakeStore(
  rows: SessionTokenRow[],
  connectors: ConnectorRow[] = [],
): StoreProxy<typeof tokenStore> {
  const spent: string[] = [];
  const remove = <R extends { readonly hash: string }>(
    list: R[],
    isMeant: (row: R) => boolean,
  ): Promise<void> => {
    spent.push(...list.filter(isMeant).map(({ hash }) => hash));
    list.splice(0, list.length, ...list.filter((row) => !isMeant(row)));
    return Promise.resolve();
  };
  return {
    add: (row) => Promise.resolve(void rows.push(row)),
    list: () => Promise.resolve([...rows]),
    revoke: ({ sessionId: gone }) => remove(rows, (row) => row.sessionId === gone),
    addConnector: (row) => Promise.resolve(void connectors.push({ ...row, usedAt: null })),
    listConnectors: () => Promise.resolve([...connectors]),
    touchConnector: () => Promise.resolve(),
    revokeConnector: ({ id }) => remove(connectors, (row) => row.id === id),
    listSpent: () => Promise.resolve([...spent]),
    listGrants: () => Promise.resolve([]),
    setGrants: () => Promise.resolve(),
  };
}

describe('tokens', () => {
  let directory: string;
  let rows: SessionTokenRow[];
  let connectors: ConnectorRow[];
  let now = 0;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-token-'));
    [rows, connectors, now] = [[], [], 0];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const file = (): string => join(directory, 'owner.token');
  const open = async () => {
    const authority = createTokenAuthority({
      ownerTokenFile: file(),
      secrets: { add: () => undefined, remove: () => undefined },
      clock: { now: () => now },
    });
    await authority.load(fakeStore(rows, connectors));
    return authority;
  };
  const ownerToken = (): string => readFileSync(file(), 'utf8').trim();

  it('makes the owner token once, private, and proves that it knows it', async () => {
    const first = await open();
    const token = ownerToken();
    assert.match(token, /^[0-9a-f]{64}$/);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    const again = await open();
    assert.equal(ownerToken(), token);
    const proof = again.prove('owner', nonce, server) ?? '';
    assert.ok(verifyProof(token, nonce, { ...server, proof }));
    assert.deepEqual(first.authenticate('owner', token), {
      id: 'owner',
      kind: 'owner',
      right: 'owner',
    });
  });

  it('refuses an owner token that is a link, open to others, or of another shape', async () => {
    symlinkSync(join(directory, 'elsewhere'), file());
    await assert.rejects(open(), { code: 'permissionsTooOpen' });
    rmSync(file());
    writeFileSync(file(), 'a'.repeat(64), { mode: 0o644 });
    await assert.rejects(open(), { code: 'permissionsTooOpen', fix: `chmod u=rw,go= ${file()}` });
    rmSync(file());
    writeFileSync(file(), 'not a token', { mode: 0o600 });
    await assert.rejects(open(), { code: 'internal' });
    assert.equal(ownerToken(), 'not a token');
  });

  it('stores only the hash of a session token, which still counts after a restart', async () => {
    const { id, token } = await (await open()).create({ sessionId, right: 'self' });
    const secret = token.slice(id.length + 1);
    assert.deepEqual(rows, [
      { id, hash: createHash('sha256').update(secret).digest('hex'), right: 'self', sessionId },
    ]);
    const after = await open();
    const principal = { id, kind: 'session', right: 'self', sessionId };
    assert.deepEqual(after.authenticate(id, token), principal);
    assert.deepEqual(after.authenticate(id, secret), principal);
    assert.deepEqual(after.findBearer(secret), principal);
    const proof = after.prove(id, nonce, server) ?? '';
    assert.ok(verifyProof(secret, nonce, { ...server, proof }));
  });

  it('forgets every token of a session that is revoked and tells whose sockets go', async () => {
    const authority = await open();
    const first = await authority.create({ sessionId, right: 'self' });
    const second = await authority.create({ sessionId, right: 'person' });
    const gone: string[] = [];
    authority.onDidRevoke((id) => gone.push(id));
    await authority.revoke(sessionId);
    assert.deepEqual(gone, [first.id, second.id]);
    assert.equal(authority.authenticate(first.id, first.token), undefined);
    assert.equal(authority.prove(second.id, nonce, server), undefined);
    assert.deepEqual(rows, []);
  });

  it('makes the old owner token worthless when it is rotated', async () => {
    const authority = await open();
    const old = ownerToken();
    const gone: string[] = [];
    authority.onDidRevoke((id) => gone.push(id));
    authority.rotateOwner();
    assert.deepEqual(gone, ['owner']);
    assert.equal(authority.authenticate('owner', old), undefined);
    assert.equal(authority.authenticate('owner', ownerToken())?.kind, 'owner');
  });

  it('knows a connector by its bearer alone, over a restart, until it is revoked or over', async () => {
    const first = await open();
    const { connector, token } = await first.connectors.create({
      name: 'Cursor\u202e\n',
      expiresAt: new Date(1000).toISOString(),
      isPassing: false,
    });
    assert.deepEqual([connector.name, connectors[0]?.hash === token], ['Cursor', false]);
    const authority = await open();
    const principal = { id: connector.id, kind: 'connector', right: 'self', name: 'Cursor' };
    assert.deepEqual(authority.findBearer(token), principal);
    assert.equal(authority.authenticate(connector.id, token), undefined);
    assert.equal(authority.prove(connector.id, nonce, server), undefined);
    now = 1000;
    assert.deepEqual([authority.findBearer(token), authority.isSpent(token)], [undefined, true]);
    now = 0;
    const gone: string[] = [];
    authority.onDidRevoke((id) => gone.push(id));
    await authority.connectors.revoke(connector.id);
    assert.deepEqual(gone, [connector.id]);
    assert.deepEqual([authority.findBearer(token), authority.isSpent(token)], [undefined, true]);
    assert.equal(authority.isSpent('0'.repeat(64)), false);
    await assert.rejects(authority.connectors.revoke(connector.id), { code: 'notFound' });
  });

  it('keeps no connector that counts for one connection only', async () => {
    const authority = await open();
    const wish = { name: 'bridge', expiresAt: undefined, isPassing: true };
    const { token } = await authority.connectors.create(wish);
    assert.ok(authority.findBearer(token));
    assert.equal((await open()).findBearer(token), undefined);
    assert.deepEqual(connectors, []);
  });

  it('never takes the owner token or anything made up for a bearer', async () => {
    const authority = await open();
    await authority.create({ sessionId, right: 'person' });
    assert.equal(authority.findBearer(ownerToken()), undefined);
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, token) => {
        assert.equal(authority.findBearer(token), undefined);
        assert.equal(authority.authenticate(id, token), undefined);
        assert.equal(authority.authenticate('owner', token), undefined);
      }),
    );
  });
});

describe('the limiter of failures', () => {
  it('waits after ten failures, doubling up to the longest, per key', () => {
    let now = 0;
    const limiter = createFailureLimiter({ monotonicMs: () => now, maxMs: () => 60_000 });
    const waits: number[] = [];
    for (let failure = 1; failure <= 18; failure += 1) {
      limiter.fail('one');
      waits.push(limiter.waitMs('one'));
    }
    assert.deepEqual(
      waits.slice(8),
      [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
    );
    assert.deepEqual([limiter.waitMs('one'), limiter.waitMs('two')], [60_000, 0]);
    now = 60_000;
    assert.equal(limiter.waitMs('one'), 0);
    limiter.fail('one');
    assert.equal(limiter.waitMs('one'), 60_000);
    now += 11 * 60_000;
    limiter.fail('one');
    assert.equal(limiter.waitMs('one'), 0);
  });
});

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { aRow } from '../../test/support/sessionRow.ts';
import { silentLogger } from '../log/log.ts';
import type { CollectingContext } from './collecting.ts';
import { Collecting } from './collecting.ts';
import type { Followers } from './followers.ts';
import type { SessionRow } from './row.ts';

/** An ended session in a host that counts what is collected. */
function createScene(over: {
  clients?: number;
  status?: SessionRow['status'];
  settledTo?: number;
}) {
  const scene = {
    row: aRow({ status: over.status ?? 'ended', hostId: 'h' }),
    collected: 0,
    clients: over.clients ?? 0,
    settledTo: over.settledTo ?? 10,
  };
  const host = {
    isConnected: true,
    list: async () => [{ session: scene.row.id, generation: 0, end: 10 }],
    link: {
      call: async (method: string) => {
        if (method === 'host/collect') scene.collected += 1;
        return { collected: true };
      },
    },
  };
  const followers = {
    seqOf: () => scene.settledTo,
    flush: async () => undefined,
    forget: () => undefined,
  };
  const context = {
    daemon: { log: silentLogger },
    hosts: { find: () => host },
    sessions: {
      find: () => scene.row,
      clientsOf: () => scene.clients,
      change: async (_id: string, patchOf: (row: SessionRow) => Partial<SessionRow>) => {
        scene.row = { ...scene.row, ...patchOf(scene.row) };
      },
    },
  };
  const collecting = new Collecting(
    context as unknown as CollectingContext,
    followers as unknown as Followers,
  );
  const run = async (): Promise<void> => {
    collecting.schedule(scene.row.id, 0);
    await delay(20);
  };
  return { scene, run, dispose: () => collecting.dispose() };
}

describe('collecting an ended session', () => {
  for (const [why, over, expected] of [
    ['takes it out of its host when nobody is attached and all is written', {}, 1],
    ['waits while somebody is attached', { clients: 1 }, 0],
    ['waits until the last byte is in the spool', { settledTo: 9 }, 0],
    ['leaves one that runs', { status: 'running' }, 0],
  ] as const) {
    it(why, async () => {
      const { scene, run, dispose } = createScene(over);
      await run();
      dispose();
      assert.equal(scene.collected, expected);
      assert.equal(scene.row.hostId, expected === 1 ? null : 'h');
    });
  }

  it('looks again when the bytes are there', async () => {
    const { scene, run, dispose } = createScene({ settledTo: 9 });
    await run();
    scene.settledTo = 10;
    await run();
    dispose();
    assert.equal(scene.collected, 1);
  });
});

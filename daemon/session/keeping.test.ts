import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aRow } from '../../test/support/sessionRow.ts';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import { silentLogger } from '../log/log.ts';
import type { KeepingContext } from './keeping.ts';
import { Keeping, keepOf } from './keeping.ts';
import { Spool } from './spool.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('the end of old output', () => {
  let directory: string;
  let wallMs: number;
  let monotonicMs: number;
  let kept: Map<string, string>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-keeping-'));
    wallMs = Date.now();
    monotonicMs = 0;
    kept = new Map();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const row = aRow({ keep: { ...keepAtFirst, days: 3 } });

  async function writeOutput(ageMs: number): Promise<Spool> {
    const spool = new Spool({ directory });
    const writer = await spool.openWriter(row.id, 0);
    writer.append(0, Buffer.from('output'));
    await writer.flush();
    const at = (Date.now() - ageMs) / 1000;
    for (const name of readdirSync(join(directory, row.id)))
      utimesSync(join(directory, row.id, name), at, at);
    return spool;
  }

  /** As one daemon after the other makes it, on the same data directory. */
  async function createKeeping(spool: Spool): Promise<Keeping> {
    const store = {
      read: async ({ key }: { key: string }) => kept.get(key),
      write: async ({ key, value }: { key: string; value: string }) => void kept.set(key, value),
    };
    const context = {
      daemon: {
        log: silentLogger,
        clock: { now: () => wallMs, monotonicMs: () => monotonicMs },
        openStore: () => store,
      },
      sessions: { find: () => row },
      spool,
      flush: async () => undefined,
    };
    const keeping = new Keeping(context as unknown as KeepingContext);
    await keeping.load();
    keeping.dispose();
    return keeping;
  }

  const lookFor = async (keeping: Keeping, hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      wallMs += hourMs;
      monotonicMs += hourMs;
      await keeping.look();
    }
  };
  const isThere = (): boolean => readdirSync(directory).length > 0;

  it('comes when its days are over, and not before', async () => {
    const keeping = await createKeeping(await writeOutput(dayMs));
    await lookFor(keeping, 47);
    assert.ok(isThere());
    await lookFor(keeping, 3);
    assert.ok(!isThere());
  });

  it('does not come at once when the clock jumps ahead, nor after a restart behind the jump', async () => {
    const spool = await writeOutput(0);
    const keeping = await createKeeping(spool);
    await lookFor(keeping, 30);
    wallMs += 10 * dayMs;
    await lookFor(keeping, 2);
    assert.ok(isThere(), 'after the jump');
    const next = await createKeeping(spool);
    await lookFor(next, 3);
    assert.ok(isThere(), 'after the restart');
    await lookFor(next, 24);
    assert.ok(!isThere(), 'when the clock has proved itself');
  });
});

describe('what is kept by default', () => {
  it('has every change when two windows change it at once', async () => {
    const store = { read: async () => undefined, write: () => new Promise(setImmediate) };
    const context = { daemon: { openStore: () => store } };
    const keeping = new Keeping(context as unknown as KeepingContext);
    await Promise.all([
      keeping.change(undefined, { output: 'full' }),
      keeping.change(undefined, { days: 7 }),
    ]);
    assert.deepEqual(keeping.default, { ...keepAtFirst, output: 'full', days: 7 });
  });
});

describe('what is kept of a session', () => {
  it('is what it says itself, else the default, and nothing when it is private', () => {
    const own = { ...keepAtFirst, output: 'full', days: null } as const;
    const otherwise = { ...keepAtFirst, days: 7 };
    assert.deepEqual(
      [
        keepOf({ keep: own }, otherwise),
        keepOf({}, otherwise),
        keepOf({ private: true, keep: own }, otherwise).output,
      ],
      [own, otherwise, 'none'],
    );
  });
});

import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { Spool } from './spool.ts';
import type { Keep } from '../../protocol/session/keeping.ts';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import type { SpoolPage } from './spoolReader.ts';

const session = 's';
const everything = { generation: undefined, from: 0, maxBytes: 1 << 20 };

/** Bytes that tell their own position. */
function bytesFrom(seq: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_value, index) => (seq + index) % 251);
}

function textOf(page: SpoolPage): object {
  return { ...page, data: page.data.toString() };
}

describe('the spool', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-spool-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const files = (): string[] => readdirSync(join(directory, session)).toSorted();

  it('keeps output that comes in pieces, closed to others, and goes on where it ended', async () => {
    const spool = new Spool({ directory });
    const writer = await spool.openWriter(session, 0);
    assert.equal(writer.resumeAt, undefined);
    writer.append(0, Buffer.from('hello '));
    writer.append(6, Buffer.from('world'));
    await writer.flush();
    const again = await new Spool({ directory }).openWriter(session, 0);
    assert.equal(again.resumeAt, 11);
    again.append(8, Buffer.from('rld!'));
    await again.flush();
    assert.deepEqual(textOf(await spool.read(session, everything)), {
      generation: 0,
      from: 0,
      data: 'hello world!',
      next: 12,
      end: 12,
      gaps: [],
    });
    const modes = files().map((file) => statSync(join(directory, session, file)).mode & 0o777);
    assert.deepEqual([...new Set(modes)], [0o600]);
  });

  it('marks what is missing as a gap and reads on behind it', async () => {
    const spool = new Spool({ directory });
    const writer = await spool.openWriter(session, 3);
    writer.append(0, Buffer.from('ab'));
    writer.append(10, Buffer.from('cd'));
    await writer.flush();
    assert.deepEqual(textOf(await spool.read(session, everything)), {
      generation: 3,
      from: 0,
      data: 'abcd',
      next: 12,
      end: 12,
      gaps: [{ from: 2, to: 10 }],
    });
  });

  it('reads the same in pages of any size', async () => {
    const spool = new Spool({ directory, segmentBytes: 300 });
    const writer = await spool.openWriter(session, 0);
    for (let seq = 0; seq < 2000; seq += 100) {
      writer.append(seq, bytesFrom(seq, 100));
      await writer.flush();
    }
    assert.ok(files().length > 5);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (maxBytes) => {
        const read: number[] = [];
        for (let from = 0; from < 2000; from = from + 0) {
          const page = await spool.read(session, { generation: 0, from, maxBytes });
          read.push(...page.data);
          from = page.next;
        }
        assert.deepEqual(Buffer.from(read), Buffer.from(bytesFrom(0, 2000)));
      }),
      { numRuns: 12 },
    );
  });

  it('drops the oldest first, of a session and of all', async () => {
    const spool = new Spool({
      ...{ directory, segmentBytes: 100, totalBytes: 800 },
      keepOf: () => ({ ...keepAtFirst, bytes: 500 }),
    });
    await spool.open();
    for (const name of ['older', session]) {
      const writer = await spool.openWriter(name, 0);
      for (let seq = 0; seq < 1000; seq += 100) {
        writer.append(seq, bytesFrom(seq, 100));
        await writer.flush();
      }
    }
    const newer = await spool.read(session, everything);
    const older = await spool.read('older', everything);
    assert.deepEqual([newer.from, newer.end, newer.data.length], [500, 1000, 500]);
    assert.deepEqual([older.end, older.data.length], [1000, 300]);
    assert.deepEqual([...newer.data], [...bytesFrom(500, 500)]);
  });

  it('holds its limit while many sessions write at once', async () => {
    const spool = new Spool({ directory, segmentBytes: 100, totalBytes: 2000 });
    const ids = Array.from({ length: 12 }, (_value, index) => `s${index}`);
    const writers = await Promise.all(ids.map((id) => spool.openWriter(id, 0)));
    for (let round = 0; round < 60; round += 1) {
      for (const writer of writers) writer.append(round * 100, bytesFrom(round * 100, 100));
      await Promise.all(writers.map((writer) => writer.flush()));
    }
    const kept = ids.flatMap((id) => {
      const folder = join(directory, id);
      return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    });
    const bytes = kept.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes <= 2000 + ids.length * 100, `${bytes} bytes are kept`);
  });

  it('removes at its start what a deleted session left', async () => {
    for (const id of ['deleted', session]) {
      const writer = await new Spool({ directory }).openWriter(id, 0);
      writer.append(0, Buffer.from('secret'));
      await writer.flush();
    }
    await new Spool({ directory }).open(['deleted', 'never-written']);
    assert.deepEqual(readdirSync(directory), [session]);
  });

  it('reads what is left of files that were cut anywhere, and ignores foreign ones', async () => {
    const spool = new Spool({ directory, segmentBytes: 100 });
    const writer = await spool.openWriter(session, 0);
    for (let seq = 0; seq < 300; seq += 100) {
      writer.append(seq, bytesFrom(seq, 100));
      await writer.flush();
    }
    const [first = ''] = files();
    truncateSync(join(directory, session, first), 37);
    writeFileSync(join(directory, session, 'note.txt'), 'not ours');
    const page = await spool.read(session, everything);
    assert.deepEqual(page.gaps, [{ from: 37, to: 100 }]);
    assert.deepEqual([...page.data], [...bytesFrom(0, 37), ...bytesFrom(100, 200)]);
  });

  it('says that it does not record while the disk is full, and records again with a gap', async () => {
    let isFull = true;
    const spool = new Spool({
      directory,
      appendTo: async (path, chunks) => {
        if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        mkdirSync(dirname(path), { recursive: true });
        for (const chunk of chunks) writeFileSync(path, chunk, { flag: 'a' });
        await Promise.resolve();
      },
    });
    const told: boolean[] = [];
    spool.onDidChangeRecording(({ isRecording }) => told.push(isRecording));
    const writer = await spool.openWriter(session, 0);
    writer.append(0, Buffer.from('lost'));
    await writer.flush();
    assert.equal(writer.settledTo, 4);
    isFull = false;
    writer.append(4, Buffer.from('kept'));
    await writer.flush();
    assert.deepEqual(told, [false, true]);
    assert.deepEqual(textOf(await spool.read(session, everything)), {
      generation: 0,
      from: 4,
      data: 'kept',
      next: 8,
      end: 8,
      gaps: [],
    });
  });

  it('says so too when a file cannot be looked at any more, and records again where there is a folder', async () => {
    const spool = new Spool({ directory });
    const told: boolean[] = [];
    spool.onDidChangeRecording(({ isRecording }) => told.push(isRecording));
    const writer = await spool.openWriter(session, 0);
    const write = async (seq: number, text: string): Promise<void> => {
      writer.append(seq, Buffer.from(text));
      await writer.flush();
    };
    await write(0, 'first');
    rmSync(join(directory, session), { recursive: true });
    writeFileSync(join(directory, session), '');
    await write(5, 'lost');
    rmSync(join(directory, session));
    await write(9, 'kept');
    assert.deepEqual([told, writer.lostBytes], [[false, true], 4]);
    const { data } = await spool.read(session, everything);
    assert.equal(Buffer.from(data).toString(), 'kept');
  });

  it('keeps none, the tail or all, as each session may', async () => {
    const keeps: Record<string, Keep> = {
      none: { ...keepAtFirst, output: 'none' },
      tail: { ...keepAtFirst, bytes: 70_000 },
      full: { ...keepAtFirst, output: 'full', bytes: 70_000 },
    };
    const spool = new Spool({ directory, keepOf: (id) => keeps[id] ?? keepAtFirst });
    for (const id of Object.keys(keeps)) {
      const writer = await spool.openWriter(id, 0);
      for (let seq = 0; seq < 200_000; seq += 10_000) {
        writer.append(seq, bytesFrom(seq, 10_000));
        await writer.flush();
      }
      assert.equal(writer.settledTo, 200_000);
    }
    const read = async (id: string) => (await spool.read(id, everything)).data.length;
    const tail = await read('tail');
    assert.deepEqual([await read('none'), await read('full')], [0, 200_000]);
    assert.ok(tail > 35_000 && tail <= 90_000, `${tail} bytes of the tail`);
    assert.deepEqual(readdirSync(directory).toSorted(), ['full', 'tail']);
  });

  it('goes on at the right place after what it wrote was removed under it', async () => {
    let keep = keepAtFirst;
    const spool = new Spool({ directory, keepOf: () => keep });
    const writer = await spool.openWriter(session, 0);
    const write = async (seq: number): Promise<void> => {
      writer.append(seq, bytesFrom(seq, 100));
      await writer.flush();
    };
    await write(0);
    await spool.remove(session);
    await write(100);
    keep = { ...keepAtFirst, output: 'none' };
    await write(200);
    keep = keepAtFirst;
    await write(300);
    const page = await spool.read(session, everything);
    assert.deepEqual([page.from, page.next, page.gaps], [100, 400, [{ from: 200, to: 300 }]]);
    assert.deepEqual([...page.data], [...bytesFrom(100, 100), ...bytesFrom(300, 100)]);
  });

  it('removes what is older than its session may keep, and nothing else', async () => {
    const spool = new Spool({ directory, segmentBytes: 16_384 });
    await spool.open();
    for (const id of [session, 'old', 'forever']) {
      const writer = await spool.openWriter(id, 0);
      for (const seq of [0, 20_000]) {
        writer.append(seq, bytesFrom(seq, 20_000));
        await writer.flush();
      }
    }
    const [first = ''] = files();
    utimesSync(join(directory, session, first), 1000, 1000);
    for (const id of ['old', 'forever'])
      for (const name of readdirSync(join(directory, id)))
        utimesSync(join(directory, id, name), 1000, 1000);
    const removed = await spool.removeOlder((id) => (id === 'forever' ? undefined : 2_000_000));
    assert.equal(removed, 60_000);
    assert.deepEqual(readdirSync(directory).toSorted(), ['forever', session]);
    assert.equal((await spool.read(session, everything)).from, 20_000);
    assert.equal((await spool.read('forever', everything)).data.length, 40_000);
  });

  it('keeps what is written while all that was there before is removed as old', async () => {
    const spool = new Spool({ directory, segmentBytes: 1 });
    const writer = await spool.openWriter(session, 0);
    for (let seq = 0; seq < 100; seq += 1) {
      writer.append(seq, bytesFrom(seq, 1));
      await writer.flush();
    }
    for (const name of files()) utimesSync(join(directory, session, name), 1000, 1000);
    const removal = spool.removeOlder(() => 2_000_000);
    while (files().length === 100) await new Promise(setImmediate);
    writer.append(100, Buffer.from('new'));
    await writer.flush();
    await removal;
    assert.equal((await spool.read(session, everything)).data.toString(), 'new');
    assert.equal(writer.lostBytes, 0);
  });

  it('drops at once what a session may not keep any more', async () => {
    let keep: Keep = { ...keepAtFirst, output: 'full' };
    const spool = new Spool({ directory, segmentBytes: 16_384, keepOf: () => keep });
    const writer = await spool.openWriter(session, 0);
    for (let seq = 0; seq < 200_000; seq += 20_000) {
      writer.append(seq, bytesFrom(seq, 20_000));
      await writer.flush();
    }
    keep = { ...keepAtFirst, bytes: 65_536 };
    await spool.shrink(session);
    const page = await spool.read(session, everything);
    assert.deepEqual([page.from, page.end], [140_000, 200_000]);
  });

  it('has nothing of a session after its removal', async () => {
    const spool = new Spool({ directory });
    const writer = await spool.openWriter(session, 0);
    writer.append(0, Buffer.from('x'));
    await writer.flush();
    await spool.remove(session);
    assert.deepEqual(readdirSync(directory), []);
    assert.equal((await spool.read(session, everything)).data.length, 0);
  });
});

/** Output that no program would write, with resizes: what a stored screen makes of it, and that its thread survives it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { Random } from '../../test/support/hostileOutput.ts';
import { createRandom, hostileOutput } from '../../test/support/hostileOutput.ts';
import type { Play } from '../../test/support/screenCorpus.ts';
import { cutBefore, feed } from '../../test/support/screenCorpus.ts';
import { readVisible } from '../../test/support/screenState.ts';
import { Emulator } from './emulator.ts';
import { makeScreen } from './making.ts';
import type { MadeScreen, ScreenPiece, ScreenRequest } from './request.ts';
import { ScreenMaker } from './screen.ts';
import { serialise } from './serialise.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const seed = Number(process.env['WAGGLE_TEST_SEED'] ?? 1);
const runs = isLong ? 10_000 : 200;
/** One of so many goes through the thread too. */
const threadShare = 10;
/** In the long run as much as the daemon reads of one session at once. */
const greedyBytes = (isLong ? 8 : 0.25) * 1024 * 1024;

/** The one thing of which the parser is known to die: erasing to the cursor in the last row, `CSI 1 J` or `CSI ? 1 J`. */
const deadlySequence = /\u001b\[\??0*1J$/;
const deadlyReason = "Cannot set properties of undefined (setting 'isWrapped')";

const anySize = (random: Random): Play['size'] => ({
  cols: 5 + random.below(60),
  rows: 2 + random.below(20),
});

/** A hostile stream with up to three resizes, the same for the same number. */
function hostilePlay(run: number): { readonly play: Play; readonly random: Random } {
  const random = createRandom(seed * 20_000 + run);
  const bytes = hostileOutput(random, 300);
  const resizes = Array.from({ length: random.below(4) }, () => ({
    at: random.below(bytes.length),
    size: anySize(random),
  })).sort((left, right) => left.at - right.at);
  return { play: { bytes, size: anySize(random), resizes }, random };
}

/** Why the first `length` bytes kill a terminal; undefined when they do not. */
function deathOf(play: Play, length: number): string | undefined {
  const terminal = new Emulator(play.size);
  try {
    feed(play, terminal, { from: -1, to: length });
    return undefined;
  } catch (error) {
    return errorMessageOf(error);
  } finally {
    terminal.dispose();
  }
}

/** As much of a stream as a terminal survives, and what came then. */
function survivable(play: Play): { readonly play: Play; readonly death?: string } {
  if (deathOf(play, play.bytes.length) === undefined) return { play };
  let alive = 0;
  let dead = play.bytes.length;
  while (dead - alive > 1) {
    const middle = (alive + dead) >>> 1;
    if (deathOf(play, middle) === undefined) alive = middle;
    else dead = middle;
  }
  const text = Buffer.from(play.bytes.subarray(Math.max(0, dead - 20), dead)).toString('latin1');
  const [sequence = JSON.stringify(text)] = deadlySequence.exec(text) ?? [];
  const reason = deathOf(play, dead) ?? '';
  const death = reason === deadlyReason ? sequence : `${sequence}: ${reason}`;
  const resizes = play.resizes.filter(({ at }) => at <= alive);
  return { play: { ...play, bytes: play.bytes.subarray(0, alive), resizes }, death };
}

/** What a person sees differently after a restoring; undefined: nothing. */
function findCause(play: Play, cut: number): string | undefined {
  const witness = new Emulator(play.size);
  feed(play, witness, { from: -1, to: cut });
  const wasPending = witness.core.buffers.active.x >= witness.core.cols;
  const restored = new Emulator(witness.size);
  try {
    restored.feed(new TextEncoder().encode(serialise(witness, 1000)));
    const atOnce = nameDifference(witness, restored);
    if (atOnce !== undefined) return wasPending ? `pending wrap, ${atOnce}` : atOnce;
    feed(play, witness, { from: cut, to: play.bytes.length });
    feed(play, restored, { from: cut, to: play.bytes.length });
    const later = nameDifference(witness, restored);
    return later === undefined ? undefined : `later: ${later}`;
  } catch (error) {
    return `the restored terminal dies: ${errorMessageOf(error)}`;
  } finally {
    witness.dispose();
    restored.dispose();
  }
}

function nameDifference(witness: Emulator, restored: Emulator): string | undefined {
  const expected = readVisible(witness);
  const actual = readVisible(restored);
  const row = expected.findIndex((line, at) => line !== actual[at]);
  if (row === -1) return undefined;
  if (row === witness.core.rows) return 'another cursor';
  const plain = (lines: readonly string[]): string =>
    (lines[row] ?? '').replaceAll(/\{[^}]*\}/g, '');
  return plain(expected) === plain(actual) ? 'other looks' : 'other text';
}

class Tally {
  readonly counts = new Map<string, number[]>();

  add(cause: string, run: number): void {
    this.counts.set(cause, [...(this.counts.get(cause) ?? []), run]);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, list) => sum + list.length, 0);
  }

  toString(): string {
    const sorted = [...this.counts].sort(([, left], [, right]) => right.length - left.length);
    return sorted
      .map(([cause, list]) => `${list.length} ${cause} (runs ${list.slice(0, 3).join(', ')})`)
      .join('; ');
  }
}

describe('a terminal rebuilt behind hostile output', function () {
  this.timeout(isLong ? 1_800_000 : 60_000);

  it('survives it, and what a person sees differs in less than one of a hundred', () => {
    const differences = new Tally();
    const deaths = new Tally();
    for (let run = 0; run < runs; run += 1) {
      const { play: whole, random } = hostilePlay(run);
      const { play, death } = survivable(whole);
      if (death !== undefined) deaths.add(JSON.stringify(death), run);
      const cause = findCause(play, cutBefore(play.bytes, random.below(play.bytes.length + 1)));
      if (cause !== undefined) differences.add(cause, run);
    }
    const told = `seed ${seed}, of ${runs} streams ${differences.total} differ: ${differences.toString()}`;
    if (isLong) console.log(`${told}\n${deaths.total} deaths: ${deaths.toString()}`);
    const unknown = [...deaths.counts.keys()].filter((death) => !isKnownDeath(death));
    assert.deepEqual(unknown, [], deaths.toString());
    assert.ok(deaths.total < runs / 5, `${deaths.total} of ${runs} streams are deadly`);
    assert.ok(differences.total <= Math.max(2, runs / 100), told);
  });
});

const isKnownDeath = (death: string): boolean => deadlySequence.test(JSON.parse(death) as string);

/** In three pieces, with its resizes between them. */
function toRequest({ bytes, size, resizes }: Play): ScreenRequest {
  const ends = [...resizes.map(({ at }) => at), bytes.length];
  const pieces: ScreenPiece[] = [];
  for (const [index, to] of ends.entries()) {
    const from = ends[index - 1] ?? 0;
    pieces.push({ kind: 'output', seq: from, bytes: Uint8Array.from(bytes.subarray(from, to)) });
    const resize = resizes[index];
    if (resize !== undefined) pieces.push({ kind: 'resize', seq: to, size: resize.size });
  }
  return { seq: 0, size, pieces };
}

/** As text to compare: the thread's bytes are no Buffer. */
function tell(made: MadeScreen): string {
  const { snapshot = new Uint8Array() } = made;
  return JSON.stringify({ ...made, snapshot: Buffer.from(snapshot).toString('base64') });
}

function tryMaking(request: ScreenRequest): string {
  try {
    return tell(makeScreen(request));
  } catch {
    return 'internal';
  }
}

describe('the screen thread under hostile output', function () {
  this.timeout(isLong ? 1_800_000 : 60_000);
  let maker: ScreenMaker;
  beforeEach(() => {
    maker = new ScreenMaker({ entry: join(import.meta.dirname, 'screenWorker.ts') });
  });
  afterEach(() => maker.dispose());

  it('answers each stream in time, as it would here, or says that the parser died', async () => {
    const counts = { made: 0, died: 0 };
    for (let run = 0; run < runs; run += threadShare) {
      const { play } = hostilePlay(run);
      const expected = tryMaking(toRequest(play));
      const answer = await maker.make(toRequest(play)).then(tell, errorCodeOf);
      counts[answer === 'internal' ? 'died' : 'made'] += 1;
      // A stall would be `timeout`.
      assert.equal(answer, expected, `seed ${seed}, run ${run}`);
    }
    if (isLong) console.log(`the thread: ${JSON.stringify(counts)}`);
    assert.ok(counts.made > runs / threadShare / 2, JSON.stringify(counts));
    await assertMakes(maker);
  });

  it('keeps no memory of them, and what asks for too much costs no more than the thread', async () => {
    const text = (write: (index: number) => string): Uint8Array => {
      const parts: string[] = [];
      for (let index = 0, length = 0; length < greedyBytes; index += 1) {
        const part = write(index);
        parts.push(part);
        length += part.length;
      }
      return new TextEncoder().encode(parts.join(''));
    };
    const greedy: Readonly<Record<string, (index: number) => string>> = {
      'marks on one character': () => '\u0301'.repeat(100),
      links: (index) => `\u001b]8;id=${index};http://x/${index}\u0007l`,
      'looks of every cell': (index) =>
        `\u001b[4:3;58;2;${index % 256};${index >> 8};7m${index % 10}`,
      titles: (index) => `\u001b]2;${'t'.repeat(4000)}${index}\u0007\u001b[22t`,
      modes: (index) => `\u001b[?${3000 + index}h\u001b]4;${index % 256};#123456\u0007`,
    };
    const make = async (write: (index: number) => string): Promise<string> => {
      const output: ScreenPiece = { kind: 'output', seq: 0, bytes: text(write) };
      const request = { seq: 0, size: { cols: 200, rows: 50 }, pieces: [output] };
      return maker.make(request).then(() => 'made', errorCodeOf);
    };
    const outcomes: Record<string, string> = {};
    for (const [name, write] of Object.entries(greedy)) outcomes[name] = await make(write);
    await assertMakes(maker);
    const before = process.memoryUsage.rss();
    for (let round = 0; round < (isLong ? 5 : 1); round += 1)
      for (const write of Object.values(greedy)) await make(write);
    const grownMiB = (process.memoryUsage.rss() - before) / 1024 / 1024;
    const told = `${JSON.stringify(outcomes)}, grown by ${grownMiB.toFixed(0)} MiB`;
    if (isLong) console.log(`the thread's memory: ${told}`);
    const others = Object.values(outcomes).filter(
      (outcome) => !['made', 'internal', 'timeout'].includes(outcome),
    );
    assert.deepEqual(others, [], told);
    // The heap of the thread may have 256 MiB.
    assert.ok(grownMiB < 300, told);
    await assertMakes(maker);
  });
});

/** It is alive. */
async function assertMakes(maker: ScreenMaker): Promise<void> {
  const fine: ScreenPiece = { kind: 'output', seq: 0, bytes: new TextEncoder().encode('fine\r\n') };
  const made = await maker.make({ seq: 0, size: { cols: 20, rows: 5 }, pieces: [fine] });
  assert.ok(decodeSnapshot(made.snapshot ?? new Uint8Array()));
}

import assert from 'node:assert/strict';
import { createRandom, hostileOutput } from '../../test/support/hostileOutput.ts';
import type { Random } from '../../test/support/hostileOutput.ts';
import { listRecordings, readRecordedOutput } from '../../test/support/recording.ts';
import { cutBefore } from '../../test/support/screenCorpus.ts';
import { readScreen } from '../../test/support/screenState.ts';
import { Emulator } from '../screen/emulator.ts';
import type { Traces } from './trace.ts';
import { Trace } from './trace.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const seed = Number(process.env['WAGGLE_TEST_SEED'] ?? 1);
const size = { cols: 60, rows: 12 };

type Case = readonly [output: string, traces: Partial<Traces>];

const known = { isKnown: true, looks: false, saves: false, switches: false, replay: '' };
const lost = (text: string): Case => [text, { isKnown: false }];
const replayed = (text: string, replay = text): Case => [text, { ...known, replay }];

/** Fed in pieces of any length. */
function traceOf(bytes: Uint8Array, random: Random): Trace {
  const trace = new Trace();
  for (let at = 0; at < bytes.length;) {
    const next = Math.min(bytes.length, at + 1 + random.below(random.below(2) === 0 ? 5 : 4000));
    trace.push(bytes.subarray(at, next), at);
    at = next;
  }
  return trace;
}

function traceText(text: string, from = 0, to = Infinity): Traces {
  const trace = new Trace();
  trace.push(Buffer.from(text), 0);
  return trace.describe(from, to);
}

/** Modes, margins, stops, sets and names; not where a cursor was saved, which moves with the lines. */
function readSettings(terminal: Emulator): string {
  const { modes, names } = readScreen(terminal);
  return JSON.stringify([modes, names]).replaceAll(/\\"saved\\":\[[^\]]*\]/g, '');
}

/** At the end, because who asks sees what comes after: how a terminal that missed `bytes[from..to]` differs from one that did not; undefined: the trace does not know. */
function differenceAt(bytes: Uint8Array, [from, to]: readonly [number, number], random: Random) {
  const traces = traceOf(bytes, random).describe(from, to);
  if (!traces.isKnown) return undefined;
  const [witness, other] = [new Emulator(size), new Emulator(size)];
  try {
    witness.feed(bytes);
    other.feed(bytes.subarray(0, from));
    other.missing.lose(traces);
    other.feed(bytes.subarray(to));
    if (other.missing.settle().anything) return undefined;
    const [expected, actual] = [readSettings(witness), readSettings(other)];
    return expected === actual ? '' : `${expected}\n${actual}`;
  } finally {
    witness.dispose();
    other.dispose();
  }
}

describe('the trace of output', function () {
  this.timeout(isLong ? 600_000 : 60_000);

  it('tells apart what draws, what looks, what switches, and what it does not know', () => {
    const cases: readonly Case[] = [
      ['text 漢字 é\r\n\t\u0007\b', known],
      ['\u001b[3;4H\u001b[2J\u001b[K\u001b[5C\u001bM\u001b[6n\u001b[?u\u001b[>0q\u001b[18t', known],
      ['\u001b]133;A\u0007\u001b]7;file:///x\u0007\u001b]11;?\u001b\\', known],
      ['a\u001b[1;38;5;9mb', { ...known, looks: true }],
      ['\u001b]8;;http://x\u001b\\l', { ...known, looks: true }],
      ['\u001b7\u001b[s', { ...known, saves: true }],
      ['\u001b8', { ...known, looks: true }],
      replayed('\u001b[?25l\u001b[?2004h'),
      replayed('\u001b[?2004h\u001b[?2004;25l', '\u001b[?2004l\u001b[?25l'),
      replayed('\u001b=', '\u001b[?66h'),
      replayed('\u001b[2;5r\u001b[1;4r\u001b[4h\u001b[2 q', '\u001b[1;4r\u001b[4h\u001b[2 q'),
      replayed('\u001b(0\u000e\u001b(B\u000f', '\u001b(B\u000f'),
      replayed(
        '\u001b[>4;2m\u001b]10;#ffffff\u0007\u001b]110\u001b\\',
        '\u001b[>4;2m\u001b]110\u0007',
      ),
      replayed(
        '\u001b]0;both\u0007\u001b]2;título\u001b\\',
        '\u001b]1;both\u0007\u001b]2;título\u0007',
      ),
      [
        '\u001b[?1049h',
        { ...known, saves: true, switches: true, replay: '\u001b[?47l\u001b[?47h' },
      ],
      [
        '\u001b[2;3r\u001b[?47h\u001b[4;5r',
        { ...known, switches: true, replay: '\u001b[?47l\u001b[2;3r\u001b[?47h\u001b[4;5r' },
      ],
      [
        '\u001b[?1047h\u001b[?25;1047l',
        { ...known, switches: true, replay: '\u001b[?47l\u001b[?25l' },
      ],
      ['\u001b[?1048h\u001b[?1048l', { ...known, saves: true, looks: true }],
      ...['\u001bc', '\u001b[?6h', '\u001b[!p', '\u001b[22;0t'].map(lost),
      ...['\u009b5m', '\u001b[>1u', '\u001b[<u', '\u001b[=5;1u', '\u001b[3g', '\u001bH'].map(lost),
      ...['\u001b]4;1;#fff\u0007', `\u001b]2;${'x'.repeat(2000)}\u0007`, '\u001b(0\u001b8'].map(
        lost,
      ),
      ...['\u001b[?99999999999h', '\u001b[1"q', '\u001b#8', '\u001b[?25s'].map(lost),
    ];
    for (const [text, expected] of cases) {
      const found = traceText(text);
      const named = Object.fromEntries(
        Object.keys(expected).map((key) => [key, found[key as keyof Traces]]),
      );
      assert.deepEqual(named, expected, JSON.stringify(text));
    }
  });

  it('asks of a part what lies in it, also long after', () => {
    const before = '\u001bc\u001b[?25l';
    const text = 'plain\r\n'.repeat(1000);
    const trace = new Trace();
    trace.push(Buffer.from(`${before}${text}\u001bc`), 0);
    const to = before.length + text.length;
    assert.deepEqual(trace.describe(before.length, to), known);
    assert.equal(trace.describe(0, to).isKnown, false);
    assert.equal(trace.describe(before.length, to + 1).isKnown, false);
    for (let turn = 0; turn < 200; turn += 1) {
      trace.push(Buffer.from('\u001bc'), to + 100 + 1000 * turn);
    }
    // So many are not kept apart: before the last of them nothing is known.
    assert.equal(trace.describe(before.length, to).isKnown, false);
    assert.equal(trace.describe(to + 199_200, to + 300_000).isKnown, true);
  });

  it('takes margins away where the size changed', () => {
    const trace = new Trace();
    trace.push(Buffer.from('\u001b[2;5r'), 0);
    trace.resized(100);
    assert.equal(trace.describe(0, 100).replay, '\u001b[r\u001b[r');
    assert.equal(trace.describe(0, 50).replay, '\u001b[2;5r');
  });

  it('keeps the margins before those that may not fit, and passes over those that never do', () => {
    const cases = [
      ['\u001b[2;5r\u001b[8;5r', '\u001b[2;5r'],
      ['\u001b[2;5r\u001b[20;30r', '\u001b[2;5r\u001b[20;30r'],
      ['\u001b[20;30r\u001b[2;5r\u001b[20;30r', '\u001b[2;5r\u001b[20;30r'],
      ['\u001b[2;5r\u001b[1;24r', '\u001b[1;24r'],
      ['\u001b[2;5r\u001b[r', '\u001b[r'],
    ] as const;
    for (const [text, replay] of cases) assert.equal(traceText(text).replay, replay, text.slice(1));
    const many = Array.from({ length: 20 }, (_, at) => `\u001b[${at + 2};${at + 30}r`).join('');
    assert.equal(traceText(many).isKnown, false);
    const after = `${many}\u001b[40;90r`;
    assert.equal(traceText(after, many.length).isKnown, false);
    assert.equal(traceText(`${after}\u001b[r`, after.length).isKnown, true);
  });

  it('knows nothing of a name that is no text: what terminals make of its bytes differs', () => {
    const trace = new Trace();
    trace.push(Buffer.from('\u001b]0;open\u00e9\u001b[s', 'latin1'), 0);
    assert.equal(trace.describe(0, 100).isKnown, false);
  });

  it('looks at escapes for a small part of the time, and knows nothing of the rest', () => {
    const trace = new Trace();
    const dense = Buffer.from('\u001b[31mx\u001b[m'.repeat(6000));
    let seq = 0;
    for (; seq < 400_000_000 && trace.describe(0, seq).isKnown; seq += dense.length)
      trace.push(dense, seq);
    assert.ok(seq > 8_000_000 && seq < 400_000_000, `${seq}`);
    const plain = Buffer.from('plain\r\n'.repeat(9000));
    const from = seq;
    for (; seq < from + 20_000_000; seq += plain.length) trace.push(plain, seq);
    assert.equal(trace.describe(from, seq).isKnown, true);
  });

  it('knows what recorded programs set while they were not seen, or says that it does not', () => {
    const counts = { known: 0, unknown: 0 };
    for (const name of listRecordings()) {
      const bytes = readRecordedOutput(name);
      const random = createRandom(seed + bytes.length);
      for (let turn = 0; turn < (isLong ? 20 : 2); turn += 1) {
        // What programs set as they start lies before.
        const from = cutBefore(
          bytes,
          Math.floor(bytes.length / 4) + random.below(bytes.length / 4),
        );
        const to = cutBefore(bytes, from + random.below(bytes.length - from + 1));
        if (to <= from) continue;
        const found = differenceAt(bytes, [from, to], random);
        assert.equal(found ?? '', '', `${name} from ${from} to ${to}, seed ${seed}`);
        counts[found === undefined ? 'unknown' : 'known'] += 1;
      }
    }
    if (isLong) console.log(`of recorded programs: ${JSON.stringify(counts)}`);
    assert.ok(counts.known > counts.unknown, JSON.stringify(counts));
  });

  it('is not deceived by hostile output', () => {
    let knownRuns = 0;
    const runs = isLong ? 20_000 : 600;
    for (let run = 0; run < runs; run += 1) {
      const random = createRandom(seed * 100_000 + run);
      const bytes = Buffer.concat([hostileOutput(random, 12), Buffer.from('\u0018')]);
      const from = cutBefore(bytes, random.below(bytes.length));
      const found = tryDifference(bytes, from, random);
      assert.equal(
        found ?? '',
        '',
        `seed ${seed}, run ${run}: ${JSON.stringify(bytes.subarray(from).toString())}`,
      );
      if (found !== undefined) knownRuns += 1;
    }
    assert.ok(knownRuns > runs / 20, `${knownRuns} of ${runs} are known`);
    if (isLong) console.log(`of hostile output: ${knownRuns} of ${runs} are known`);
  });
});

/** Output that the parser does not survive is no case. */
function tryDifference(bytes: Uint8Array, from: number, random: Random): string | undefined {
  try {
    return differenceAt(bytes, [from, bytes.length], random);
  } catch {
    return undefined;
  }
}

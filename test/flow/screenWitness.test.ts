/** What the extension writes into a terminal, beside one that gets everything from the start. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Emulator } from '../../daemon/screen/emulator.ts';
import { makeScreen } from '../../daemon/screen/making.ts';
import { ScreenWriter } from '../../extension/terminal/screenWriter.ts';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { Random } from '../support/hostileOutput.ts';
import { createRandom, hostileOutput } from '../support/hostileOutput.ts';
import { compareStates } from '../support/screenCorpus.ts';
import { readScreen, readVisible } from '../support/screenState.ts';

const size = { cols: 60, rows: 12 };
const isLong = process.env['WAGGLE_TEST_LONG'] !== undefined;
const encoder = new TextEncoder();

/** A terminal of the editor: parses what the writer writes, and its replies go through the writer. */
class Shown {
  readonly terminal = new Emulator(size);
  /** What of its replies reached the program. */
  typed = '';
  parsedTo = 0;
  #waiting = '';
  readonly writer = new ScreenWriter({
    write: (text) => (this.#waiting += text),
    acknowledge: (seq) => (this.parsedTo = seq),
  });

  parse(): void {
    const text = this.#waiting;
    this.#waiting = '';
    this.typed += this.writer.filterInput(this.terminal.ask(encoder.encode(text)));
  }

  push(bytes: Uint8Array, seq: number, answers = false): void {
    if (bytes.length > 0) this.writer.push({ bytes, seq, answers });
  }

  /** Until the terminal has everything up to `seq`. */
  async settle(seq: number): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (this.parsedTo < seq) {
      assert.ok(Date.now() < deadline, `parsed up to ${this.parsedTo} of ${seq}`);
      this.parse();
      await turn();
    }
    this.parse();
  }

  dispose(): void {
    this.writer.dispose();
    this.terminal.dispose();
  }
}

function witnessOf(bytes: Uint8Array): Emulator {
  const witness = new Emulator(size);
  witness.feed(bytes);
  return witness;
}

/** The screen that the daemon stores of these bytes: at their last safe cut. */
function storedOf(bytes: Uint8Array): { readonly seq: number; readonly text: Uint8Array } {
  const pieces = [{ kind: 'output', seq: 0, bytes } as const];
  const { seq, snapshot } = makeScreen({ seq: 0, size, pieces });
  const text = snapshot === undefined ? undefined : decodeSnapshot(snapshot)?.text;
  assert.ok(text);
  return { seq, text };
}

/** The rows, where the cursor stands, how it writes, and the modes of the moment; not what was put aside. */
function readSeen(terminal: Emulator): string[] {
  const { cursor, modes } = readScreen(terminal);
  const [insert, isPrivate, isHidden, mouse, lines]: unknown[] = JSON.parse(modes);
  return [
    ...readVisible(terminal),
    cursor,
    JSON.stringify([insert, isPrivate, isHidden, mouse, lines]),
  ];
}

/** The parser of today throws on some output; screens of that are another test's matter. */
function isSurvived(bytes: Uint8Array): boolean {
  const witness = new Emulator(size);
  try {
    witness.feed(bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return false;
  } finally {
    witness.dispose();
  }
}

/** Shows some of it, then a screen stored of more or less of it, then the rest. Returns what differs, and what was typed. */
async function showStoredOf(bytes: Uint8Array, random: Random): Promise<string[]> {
  const from = random.below(bytes.length);
  const stored = storedOf(bytes.subarray(0, from + random.below(bytes.length - from)));
  const shown = new Shown();
  shown.push(bytes.subarray(0, random.below(from + 1)), 0);
  shown.parse();
  shown.writer.replace({ text: stored.text, seq: stored.seq, size }, () => undefined);
  shown.push(bytes.subarray(stored.seq), stored.seq);
  await shown.settle(bytes.length);
  const witness = witnessOf(bytes);
  const seen = readSeen(shown.terminal);
  const found = readSeen(witness).flatMap((row, at) =>
    row === seen[at] ? [] : [`${row} | ${seen[at]}`],
  );
  if (shown.typed !== '') found.push(`typed ${JSON.stringify(shown.typed)}`);
  shown.dispose();
  witness.dispose();
  return found;
}

interface Loss {
  readonly before: string;
  readonly lost: string;
  readonly newest: string;
  readonly after: string;
}

/** The stream as a client sees it that `lost` never reached: a gap, the newest, a stored screen, and what follows. */
async function showWithLoss({ before, lost, newest, after }: Loss) {
  const bytes = encoder.encode(before + lost + newest + after);
  const [from, to] = [encoder.encode(before).length, encoder.encode(before + lost).length];
  const until = encoder.encode(before + lost + newest).length;
  const shown = new Shown();
  shown.push(bytes.subarray(0, from), 0);
  shown.parse();
  shown.writer.skip(to - from);
  shown.push(bytes.subarray(to, until), to);
  await shown.settle(until);
  const { seq, text } = storedOf(bytes.subarray(0, until));
  shown.writer.replace({ text, seq, size }, () => undefined);
  shown.push(bytes.subarray(seq, until), seq);
  shown.push(bytes.subarray(until), until);
  await shown.settle(bytes.length);
  const witness = witnessOf(bytes);
  const state = { shown: readScreen(shown.terminal), witness: readScreen(witness) };
  const visible = { shown: readVisible(shown.terminal), witness: readVisible(witness) };
  const { typed } = shown;
  shown.dispose();
  witness.dispose();
  return { state, visible, typed };
}

const rows = (count: number, text: (row: number) => string): string =>
  Array.from({ length: count }, (_, row) => `${text(row)}\r\n`).join('');
const plainRow = (row: number): string => `${row} ${'plain text '.repeat(3)}`;
const colourRow = (row: number): string => `\u001b[3${row % 8}m${row}\u001b[1m bold\u001b[m rest`;

describe('a screen that the extension shows', function () {
  this.timeout(isLong ? 1_200_000 : 60_000);

  it('is that of a terminal attached from the start when a stored one takes its place anywhere', async () => {
    let compared = 0;
    const different: string[] = [];
    for (let seed = 1; seed <= (isLong ? 1000 : 50); seed += 1) {
      const random = createRandom(seed);
      const hostile = hostileOutput(random, 40 + random.below(300));
      // A reset leaves whether the cursor blinks: that is a person's setting.
      const text = new TextDecoder().decode(hostile).replaceAll('\u001b[?12', '\u001b[?25');
      const bytes = encoder.encode(text);
      if (!isSurvived(bytes)) continue;
      const found = await showStoredOf(bytes, random);
      if (found.length > 0) different.push(`seed ${seed}: ${found.join('; ')}`);
      compared += 1;
    }
    assert.ok(compared > 35, `${compared} of them`);
    // What a stored screen cannot hold of output that no program writes is under one in a hundred.
    assert.ok(different.length <= compared / 100, different.join('\n'));
  });

  it('is right after a burst of lines of which it kept the newest, colours and modes included', async () => {
    const endings = [
      '$ ',
      '$ \u001b[?2004h\u001b[?1h\u001b[4 q',
      '\u001b[1m$ \u001b[m\u001b[?1004h',
    ];
    for (const row of [plainRow, colourRow]) {
      for (const ending of endings) {
        const { visible, state, typed } = await showWithLoss({
          before: `\u001b[?2004h\u001b[>1u\u001b]2;title\u0007$ run\u001b[?2004l\r\n${rows(5, row)}`,
          lost: rows(200, row),
          newest: rows(40, row),
          after: `${rows(3, row)}${ending}`,
        });
        assert.deepEqual(visible.shown, visible.witness);
        assert.deepEqual(
          [state.shown.cursor, state.shown.modes],
          [state.witness.cursor, state.witness.modes],
        );
        assert.equal(typed, '');
      }
    }
  });

  it('is right when what decides how lines look was set before the part that is missing', async () => {
    const settings = {
      colour: '\u001b[31;44m',
      'line drawing': '\u001b(0',
      region: '\u001b[3;8r\u001b[8;1H',
      'no wrap': '\u001b[?7l',
      'insert mode': '\u001b[4h',
      'the other screen': '\u001b[?1049h\u001b[5;5H',
    };
    for (const [name, setting] of Object.entries(settings)) {
      const { visible, state } = await showWithLoss({
        before: `begin\r\n${setting}`,
        lost: rows(100, (row) => `lost ${row}`),
        newest: rows(40, (row) => `${row} lqqk ${'wide enough to wrap around '.repeat(3)}`),
        after: 'and after',
      });
      assert.deepEqual(visible.shown, visible.witness, name);
      assert.equal(state.shown.cursor, state.witness.cursor, name);
    }
  });

  it('is right when a program draws on all of it while output is lost', async () => {
    const frame = (turn: number): string =>
      Array.from(
        { length: 10 },
        (_, row) => `\u001b[${row + 2};3H\u001b[4${turn % 8}m${turn}\u001b[m`,
      ).join('');
    const { state, typed } = await showWithLoss({
      before:
        '\u001b[?1049h\u001b[2J\u001b[1;1HHEADER drawn once\u001b[?25l\u001b[?1000h\u001b[?1006h',
      lost: `${Array.from({ length: 50 }, (_, turn) => frame(turn)).join('')}\u001b[12;1Honce more`,
      newest: `${frame(51)}\u001b[c\u001b[6n`,
      after: frame(52),
    });
    assert.deepEqual(compareStates(state.witness, state.shown), []);
    assert.equal(typed, '');
  });
});

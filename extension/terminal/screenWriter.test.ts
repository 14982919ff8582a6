import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { terminalReset } from '../../link/snapshot/snapshot.ts';
import { ScreenWriter } from './screenWriter.ts';
import type { ScreenPiece } from './pieceQueue.ts';
import { markerQuery } from './replyFilter.ts';

/** A terminal that answers markers only when told to. */
class FakeTerminal {
  text = '';
  writes: string[] = [];
  caughtUp = 0;
  acknowledged: number[] = [];
  readonly writer = new ScreenWriter({
    write: (text) => {
      this.writes.push(text);
      this.text += text;
    },
    acknowledge: (seq) => this.acknowledged.push(seq),
    caughtUp: () => (this.caughtUp += 1),
  });
  #answered = 0;

  /** Parses all that came: answers each marker, as xterm.js does. */
  parse(): void {
    const markers = this.text.split(markerQuery).length - 1;
    for (; this.#answered < markers; this.#answered += 1) {
      assert.equal(this.writer.filterInput('\u001b[0n'), '');
    }
  }

  get shown(): string {
    return this.text.replaceAll(markerQuery, '');
  }
}

const encoder = new TextEncoder();
const size = { cols: 80, rows: 24 };
const firstWindow = 128 * 1024;

async function settle(terminal: FakeTerminal, done: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!done()) {
    assert.ok(Date.now() < deadline, 'the writer came to no end');
    terminal.parse();
    await turn();
  }
}

describe('the writer of a screen', () => {
  it('writes the first output at once and joins what follows within 8 ms', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.push({ bytes: encoder.encode('a'), seq: 0, answers: true });
    assert.equal(terminal.text, 'a');
    writer.push({ bytes: encoder.encode('b'), seq: 1, answers: true });
    writer.push({ bytes: encoder.encode('c'), seq: 2, answers: true });
    assert.equal(terminal.text, 'a');
    await settle(terminal, () => terminal.text === 'abc');
    writer.dispose();
  });

  it('decodes a character that comes in two pieces', async () => {
    const terminal = new FakeTerminal();
    const bytes = encoder.encode('é');
    terminal.writer.push({ bytes: bytes.subarray(0, 1), seq: 0, answers: true });
    terminal.writer.push({ bytes: bytes.subarray(1), seq: 1, answers: true });
    await settle(terminal, () => terminal.text === 'é');
    terminal.writer.dispose();
  });

  it('stops a little ahead of what the terminal parsed, and loses nothing', async () => {
    const terminal = new FakeTerminal();
    const flood = new Uint8Array(2 * 1024 * 1024).fill(0x61);
    terminal.writer.push({ bytes: flood, seq: 100, answers: true });
    await turn();
    assert.ok(terminal.shown.length <= firstWindow + 32 * 1024, `${terminal.shown.length}`);
    await settle(terminal, () => terminal.shown.length === flood.length);
    terminal.parse();
    assert.deepEqual(
      terminal.acknowledged,
      [...terminal.acknowledged].sort((a, b) => a - b),
    );
    assert.ok((terminal.acknowledged.at(-1) ?? 0) > 100 + flood.length - 256 * 1024);
    terminal.writer.dispose();
  });

  it('puts a stored screen in the place of all that was shown, in one write, and tells when it is', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.push({
      bytes: encoder.encode('before \u001b[?1049hfull \u001b[3'),
      seq: 0,
      answers: true,
    });
    let parsed = 0;
    const stored = { text: encoder.encode('stored'), seq: 5000, size };
    writer.replace(stored, () => (parsed += 1));
    writer.push({ bytes: encoder.encode(' after'), seq: 5000, answers: true });
    assert.equal(parsed, 0);
    await settle(terminal, () => parsed === 1 && terminal.shown.endsWith(' after'));
    const reset = terminalReset;
    assert.equal(terminal.shown, `before \u001b[?1049hfull \u001b[3${reset}stored after`);
    assert.ok(terminal.writes.some((text) => text.includes(`${reset}stored`)));
    assert.deepEqual([terminal.acknowledged[0], writer.isAlternateScreen], [5000, false]);
    writer.dispose();
  });

  it('acknowledges all of it when nothing more comes', async () => {
    const terminal = new FakeTerminal();
    terminal.writer.push({ bytes: encoder.encode('a line'), seq: 10, answers: true });
    await settle(terminal, () => terminal.acknowledged.includes(16));
    assert.equal(terminal.caughtUp, 1);
    terminal.writer.dispose();
  });

  it('shows the newest when bytes are missing, and counts what was not shown', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    const flood = (seq: number): ScreenPiece => ({
      bytes: encoder.encode('0123456789 123456789 123456789\n'.repeat(16 * 1024)),
      seq,
      answers: true,
    });
    writer.push(flood(0));
    writer.push(flood(1_000_000));
    writer.skip(3_000_000);
    const written = terminal.shown.length;
    writer.push(flood(5_000_000));
    writer.push({ bytes: encoder.encode('the last line'), seq: 6_000_000, answers: true });
    await settle(terminal, () => terminal.acknowledged.includes(6_000_013));
    assert.ok(terminal.shown.endsWith('\nthe last line'));
    assert.ok(terminal.shown.length - written < 300 * 1024, `${terminal.shown.length - written}`);
    const kept = terminal.shown.replaceAll('\u0018\u001b[!p', '').length;
    const all = 3 * flood(0).bytes.length + 13;
    assert.equal(writer.takeSkipped(), 3_000_000 + all - kept);
    assert.equal(writer.takeSkipped(), 0);
    writer.dispose();
  });

  it('shows the newest without an answer to what is on its way, once nothing newer comes', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.skip(1000);
    writer.push({ bytes: encoder.encode('a line\r\n'.repeat(8000)), seq: 1000, answers: true });
    writer.push({ bytes: encoder.encode('the last line'), seq: 65_000, answers: true });
    const deadline = Date.now() + 5000;
    while (!terminal.shown.endsWith('the last line') && Date.now() < deadline) await turn();
    assert.deepEqual(terminal.acknowledged, []);
    assert.ok(terminal.shown.endsWith('the last line'));
    writer.dispose();
  });

  it('keeps the lines that scrolled off when the screen is right without the stored one', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.push({ bytes: encoder.encode('old\n'), seq: 0, answers: true });
    writer.skip(1000);
    const lines = encoder.encode('\u001b[1mnew\u001b[m\r\n'.repeat(100));
    writer.push({ bytes: lines, seq: 1004, answers: true });
    const text = encoder.encode('\u001b[2;2Hstored\u001b[?2004h\u001b[?1049h\u001b[>1u');
    writer.replace({ text, seq: 1500, size }, () => undefined);
    // It comes again behind the stored screen.
    writer.push({ bytes: lines.subarray(496), seq: 1500, answers: false });
    writer.push({ bytes: encoder.encode('$ '), seq: 1004 + lines.length, answers: true });
    await settle(terminal, () => terminal.acknowledged.includes(1006 + lines.length));
    assert.ok(!terminal.shown.includes('stored') && !terminal.shown.includes('\u001bc'));
    assert.ok(terminal.shown.includes('\u001b[?2004h\u001b[>1u'));
    assert.equal(terminal.shown.split('new').length - 1, 100);
    writer.dispose();
  });

  it('shows the stored screen when anything but lines came since bytes were missing', () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.skip(1000);
    const drawn = encoder.encode(`\u001b[5;5Hdrawn${'new\r\n'.repeat(100)}`);
    writer.push({ bytes: drawn, seq: 1000, answers: true });
    writer.replace({ text: encoder.encode('stored'), seq: 1500, size }, () => undefined);
    assert.ok(terminal.shown.includes(`${terminalReset}stored`));
    writer.dispose();
  });

  it('writes nothing more to a terminal that does not answer, and goes on when it does', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.view = 'hidden';
    writer.push({ bytes: new Uint8Array(1024 * 1024).fill(0x61), seq: 0, answers: true });
    await turn();
    const first = terminal.shown.length;
    assert.ok(first <= 160 * 1024, `${first}`);
    writer.push({ bytes: new Uint8Array(1024).fill(0x62), seq: 1024 * 1024, answers: true });
    await turn();
    assert.equal(terminal.shown.length, first);
    await settle(terminal, () => terminal.shown.endsWith('b'));
    writer.dispose();
  });

  it('does not stand still when a sequence never ends', async () => {
    const terminal = new FakeTerminal();
    const flood = new Uint8Array(2 * 1024 * 1024).fill(0x61);
    flood.set(encoder.encode('\u001b]0;'));
    terminal.writer.push({ bytes: flood, seq: 0, answers: true });
    await settle(terminal, () => terminal.shown.length === flood.length);
    assert.ok(!terminal.text.includes(markerQuery));
    terminal.writer.dispose();
  });

  it('tells something above a prompt only, never inside a program', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    const show = (text: string): boolean => {
      writer.push({ bytes: encoder.encode(text), seq: 0, answers: true });
      writer.finish('');
      return writer.tell('reconnected');
    };
    const told = ['no prompt', '\u001b[?2004h$ ', '\u001b[?2004l', '\u001b[?2004h\u001b[?1049h'];
    assert.deepEqual(told.map(show), [false, true, false, false]);
    writer.dispose();
  });

  it('leaves the alternate screen before it says how a program ended', () => {
    const terminal = new FakeTerminal();
    terminal.writer.push({ bytes: encoder.encode('\u001b[?1049h'), seq: 0, answers: true });
    terminal.writer.finish('exited 0');
    assert.match(terminal.text, /\u001b\[\?1049l[^]*exited 0/);
    terminal.writer.dispose();
  });
});

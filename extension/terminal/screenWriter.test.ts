import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { ScreenWriter, unparsedMax } from './screenWriter.ts';
import { markerQuery } from './replyFilter.ts';

/** A terminal that answers markers only when told to. */
class FakeTerminal {
  text = '';
  acknowledged: number[] = [];
  readonly writer = new ScreenWriter({
    write: (text) => (this.text += text),
    acknowledge: (seq) => this.acknowledged.push(seq),
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

  it('stops half a MiB ahead of what the terminal parsed, and loses nothing', async () => {
    const terminal = new FakeTerminal();
    const flood = new Uint8Array(2 * 1024 * 1024).fill(0x61);
    terminal.writer.push({ bytes: flood, seq: 100, answers: true });
    await turn();
    assert.ok(terminal.shown.length <= unparsedMax + 32 * 1024, `${terminal.shown.length}`);
    await settle(terminal, () => terminal.shown.length === flood.length);
    terminal.parse();
    assert.deepEqual(
      terminal.acknowledged,
      [...terminal.acknowledged].sort((a, b) => a - b),
    );
    assert.ok((terminal.acknowledged.at(-1) ?? 0) > 100 + flood.length - 256 * 1024);
    terminal.writer.dispose();
  });

  it('puts a stored screen in the place of all that was shown, and tells when it is', async () => {
    const terminal = new FakeTerminal();
    const { writer } = terminal;
    writer.push({
      bytes: encoder.encode('before \u001b[?1049hfull \u001b[3'),
      seq: 0,
      answers: true,
    });
    let parsed = 0;
    writer.replace(encoder.encode('stored'), 5000, () => (parsed += 1));
    writer.push({ bytes: encoder.encode(' after'), seq: 5000, answers: true });
    assert.equal(parsed, 0);
    await settle(terminal, () => parsed === 1 && terminal.shown.endsWith(' after'));
    const reset = '\u0018\u001bc';
    assert.equal(terminal.shown, `before \u001b[?1049hfull \u001b[3${reset}stored after`);
    assert.deepEqual([terminal.acknowledged, writer.isAlternateScreen], [[5000], false]);
    writer.replace(new Uint8Array(), 6000, () => (parsed += 1));
    assert.equal(parsed, 2);
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

  it('tells nothing inside a full-screen program', () => {
    const terminal = new FakeTerminal();
    terminal.writer.push({ bytes: encoder.encode('\u001b[?1049h'), seq: 0, answers: true });
    assert.equal(terminal.writer.tell('reconnected'), false);
    terminal.writer.dispose();
  });

  it('leaves the alternate screen before it says how a program ended', () => {
    const terminal = new FakeTerminal();
    terminal.writer.push({ bytes: encoder.encode('\u001b[?1049h'), seq: 0, answers: true });
    terminal.writer.finish('exited 0');
    assert.match(terminal.text, /\u001b\[\?1049l[^]*exited 0/);
    terminal.writer.dispose();
  });
});

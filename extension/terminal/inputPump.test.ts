import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { InputOutcome } from '../../protocol/wire/mark.ts';
import { InputPump } from './inputPump.ts';

/** A program behind a host: `room` is what it takes before it must be read again. */
class Reader {
  received = '';
  denied = '';
  progress: unknown[] = [];
  room = Infinity;
  outcome: InputOutcome | undefined;
  inFlight = 0;
  readonly pump = new InputPump({
    send: async (bytes) => {
      this.inFlight += 1;
      await turn();
      this.inFlight -= 1;
      if (this.outcome !== undefined) return this.outcome;
      if (bytes.length > this.room) return 'inputFull';
      this.room -= bytes.length;
      this.received += new TextDecoder().decode(bytes);
      return 'delivered';
    },
    denied: (input) => (this.denied += input),
    progress: (state) => this.progress.push(state),
    failed: (error) => assert.fail(String(error)),
  });

  async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!holds()) {
      assert.ok(Date.now() < deadline, `it never came: ${this.received.length} characters did`);
      await turn();
    }
  }
}

const paste = `\u001b[200~${'a line €😀\n'.repeat(60_000)}\u001b[201~`;

describe('input on its way to a program', () => {
  it('goes out key by key without waiting', () => {
    const reader = new Reader();
    for (const key of 'abc') reader.pump.write(key);
    assert.equal(reader.inFlight, 3);
    reader.pump.dispose();
  });

  it('brings a long paste whole and in order, with what is typed after it, one part at a time', async () => {
    const reader = new Reader();
    reader.pump.write(paste);
    reader.pump.write('typed');
    assert.equal(reader.inFlight, 1);
    await reader.until(() => reader.received.endsWith('typed'));
    assert.equal(reader.received, `${paste}typed`);
    reader.pump.dispose();
  });

  it('waits for a program that does not read, says so, and loses nothing', async () => {
    const reader = new Reader();
    reader.room = 200_000;
    reader.pump.write(paste);
    await reader.until(() => reader.progress.length > 0);
    assert.ok(reader.received.length < paste.length);
    reader.room = Infinity;
    await reader.until(() => reader.received.length === paste.length);
    assert.equal(reader.received, paste);
    reader.pump.dispose();
  });

  it('keeps keys in order that were refused together', async () => {
    const reader = new Reader();
    reader.room = 0;
    for (const key of 'abcd') reader.pump.write(key);
    await reader.until(() => reader.progress.length > 0);
    reader.pump.write('e');
    reader.room = Infinity;
    await reader.until(() => reader.received.length === 5);
    assert.equal(reader.received, 'abcde');
    reader.pump.dispose();
  });

  it('is given up at Ctrl+C, and the paste is closed for the program', async () => {
    const reader = new Reader();
    reader.room = 200_000;
    reader.pump.write(paste);
    await reader.until(() => reader.progress.length > 0);
    reader.pump.write('\u0003');
    reader.room = Infinity;
    await reader.until(() => reader.received.endsWith('\u0003'));
    assert.ok(reader.received.endsWith('\u001b[201~\u0003'));
    assert.ok(reader.received.length < 300_000);
    reader.pump.dispose();
  });

  it('keeps all of a paste that is refused because another window types', async () => {
    const reader = new Reader();
    reader.outcome = 'denied';
    reader.pump.write(paste);
    await reader.until(() => reader.denied !== '');
    assert.equal(reader.denied, paste);
    reader.pump.dispose();
  });
});

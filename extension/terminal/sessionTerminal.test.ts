import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeSnapshot, terminalReset } from '../../link/snapshot/snapshot.ts';
import type {
  SessionStream,
  StreamGap,
  StreamOutput,
  StreamSnapshot,
} from '../../link/stream/stream.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { ExitMark, InputOutcome, LeaseMark, TerminalSize } from '../../protocol/wire/mark.ts';
import { fakeSession } from '../session/fakeSession.test.ts';
import { inEnglish } from '../translate.ts';
import { markerQuery } from './replyFilter.ts';
import type { TerminalBackend } from './terminalBackend.ts';
import { SessionTerminal } from './sessionTerminal.ts';

type StreamState = SessionStream['state'];

const encoder = new TextEncoder();
/** A line editor at work, as bash and zsh show it. */
const prompt = '\u001b[?2004h$ ';
/** More than any terminal has: the editor shows its own size. */
const unlimited = { columns: 5000, rows: 5000 };
const ours: LeaseMark = { writer: 'me', principal: 'owner', self: true };
const theirs: LeaseMark = { writer: 'other', principal: 'owner', self: false };

const failed: ExitMark = { code: 1, signal: null, background: 0 };

/** A stream whose other side is the test. */
class FakeStream implements SessionStream {
  readonly typed: string[] = [];
  readonly resized: TerminalSize[] = [];
  readonly asked: string[] = [];
  outcome: InputOutcome = 'delivered';
  taken = 0;
  state: StreamState = 'connected';
  cursor = { generation: 0, seq: 0 };
  liveAt = 0;
  size = { cols: 100, rows: 40 };
  lease = ours;
  approximate = false;
  exit = undefined;
  readonly output = new Emitter<StreamOutput>();
  readonly exited = new Emitter<{ generation: number; seq: number; exit: ExitMark }>();
  readonly leased = new Emitter<LeaseMark>();
  readonly closed = new Emitter<WaggleError>();
  readonly states = new Emitter<StreamState>();
  readonly onOutput = this.output.event;
  readonly onExit = this.exited.event;
  readonly onLease = this.leased.event;
  readonly onClosed = this.closed.event;
  readonly onState = this.states.event;
  readonly onResize = new Emitter<never>().event;
  readonly gaps = new Emitter<StreamGap>();
  readonly onGap = this.gaps.event;
  readonly stored = new Emitter<StreamSnapshot>();
  readonly onSnapshot = this.stored.event;
  readonly onLive = new Emitter<never>().event;

  write(bytes: Uint8Array): Promise<InputOutcome> {
    const { outcome } = this;
    if (outcome === 'delivered') this.typed.push(new TextDecoder().decode(bytes));
    return Promise.resolve(outcome);
  }
  resize(size: TerminalSize): void {
    this.resized.push(size);
  }
  take(): void {
    this.taken += 1;
    this.outcome = 'delivered';
  }
  acquire(): void {
    this.asked.push('acquire');
    this.lease = ours;
  }
  focus(): void {
    this.asked.push('focus');
  }
  release(): void {
    this.lease = theirs;
  }
  acknowledge(seq: number): void {
    this.cursor = { generation: 0, seq };
  }
  dispose(): void {
    this.state = 'closed';
  }

  show(text: string, seq = 0): void {
    this.output.fire({ generation: 0, seq, bytes: encoder.encode(text) });
  }
}

interface Stage {
  readonly terminal: SessionTerminal;
  readonly stream: FakeStream;
  readonly changed: Emitter<void>;
  readonly text: () => string;
  hints: string[];
  session: ReturnType<typeof fakeSession>;
}

async function open(early = '', relaid?: { columns: number; rows: number }): Promise<Stage> {
  const stream = new FakeStream();
  const changed = new Emitter<void>();
  let written = '';
  const silent = (): void => undefined;
  const stage = {
    stream,
    changed,
    hints: [] as string[],
    session: fakeSession({ agent: 'shell' }),
    text: () => written,
  };
  const backend: TerminalBackend = {
    t: inEnglish,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    session: () => stage.session,
    onDidChange: changed.event,
    openStream: () => Promise.resolve(stream),
    readKept: () => Promise.resolve(encoder.encode('kept')),
    restart: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    showHistory: () => Promise.resolve(),
    hint: (message) => stage.hints.push(message),
  };
  const terminal = new SessionTerminal(backend);
  terminal.onDidWrite((text) => (written += text));
  terminal.open({ columns: 120, rows: 30 });
  if (early !== '') terminal.handleInput(early);
  if (relaid !== undefined) terminal.setDimensions(relaid);
  await turn();
  return Object.assign(stage, { terminal });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'it never came');
    await turn();
  }
}

describe('a session in a terminal', () => {
  it('shows the bytes and types the keys', async () => {
    const { terminal, stream, text } = await open();
    stream.show('$ ');
    terminal.handleInput('ls\r');
    assert.deepEqual({ text: text(), typed: stream.typed }, { text: '$ ', typed: ['ls\r'] });
    terminal.close();
  });

  it('sends what was typed before it was attached, and detaches when it is closed', async () => {
    const { terminal, stream } = await open('early');
    assert.deepEqual(stream.typed, ['early']);
    terminal.close();
    assert.equal(stream.state, 'closed');
  });

  it('tells the size that the editor settled on while the stream was being opened', async () => {
    const { terminal, stream } = await open('', { columns: 118, rows: 46 });
    assert.deepEqual(stream.resized.at(-1), { cols: 118, rows: 46 });
    terminal.close();
  });

  it('shows a stored screen at its own size, then at that of the editor, and says when parts are missing', async () => {
    const { terminal, stream, text, hints } = await open();
    const sizes: unknown[] = [];
    terminal.onDidOverrideDimensions((one) => sizes.push(one));
    const stored = { generation: 0, seq: 500, size: { cols: 60, rows: 20 } };
    const missing = { shown: true, hidden: false };
    stream.stored.fire({ ...stored, bytes: encodeSnapshot(encoder.encode('stored'), missing) });
    stream.leased.fire(ours);
    assert.deepEqual(sizes, [{ columns: 60, rows: 20 }]);
    assert.ok(text().startsWith(`${terminalReset}stored`), JSON.stringify(text()));
    terminal.handleInput('\u001b[0n');
    assert.deepEqual(sizes, [{ columns: 60, rows: 20 }, unlimited]);
    assert.deepEqual([hints, stream.typed], [['Parts of this screen may be missing.'], []]);
    terminal.close();
  });

  it('swallows replies to the queries of a replay, also when one piece holds both', async () => {
    const { terminal, stream } = await open();
    const replayed = 'old \u001b[6n';
    stream.liveAt = replayed.length;
    stream.show(`${replayed}live \u001b[6n`);
    terminal.handleInput('\u001b[1;1R');
    terminal.handleInput('x');
    terminal.handleInput('\u001b[2;2R');
    assert.deepEqual(stream.typed, ['x', '\u001b[2;2R']);
    terminal.close();
  });

  it('leaves the answer to who may type', async () => {
    const { terminal, stream } = await open();
    stream.lease = theirs;
    stream.show('\u001b[c');
    terminal.handleInput('\u001b[?62c');
    assert.deepEqual(stream.typed, []);
    terminal.close();
  });

  it('keeps refused keys, says so once, and sends them when Enter takes over', async () => {
    const { terminal, stream, text } = await open();
    stream.show(prompt);
    stream.lease = theirs;
    stream.outcome = 'denied';
    terminal.handleInput('g');
    await turn();
    terminal.handleInput('it');
    assert.equal(text().split('another window is typing · Enter takes over').length, 2);
    terminal.handleInput('\r');
    await turn();
    assert.deepEqual({ taken: stream.taken, typed: stream.typed }, { taken: 1, typed: ['git'] });
    terminal.close();
  });

  it('sends refused keys before the next one when the other window fell silent', async () => {
    const { terminal, stream } = await open();
    stream.show(prompt);
    stream.lease = theirs;
    stream.outcome = 'denied';
    terminal.handleInput('git');
    await turn();
    stream.lease = ours;
    stream.outcome = 'delivered';
    stream.leased.fire(ours);
    terminal.handleInput(' status');
    await turn();
    assert.deepEqual(stream.typed, ['git status']);
    terminal.close();
  });

  it('goes on with the stream that it has when output of a restart comes before the news of it', async () => {
    const { terminal, stream, changed, text, ...stage } = await open();
    stream.show('first');
    stream.exited.fire({ generation: 0, seq: 5, exit: failed });
    stream.output.fire({ generation: 1, seq: 0, bytes: encoder.encode('second') });
    stream.exited.fire({ generation: 1, seq: 6, exit: failed });
    stream.output.fire({ generation: 2, seq: 0, bytes: encoder.encode('third') });
    Object.assign(stage.session, { status: 'running', generation: 2 });
    changed.fire();
    await until(() => text().includes('third'));
    assert.deepEqual(
      ['first', 'second', 'third'].map((word) => text().split(word).length - 1),
      [1, 1, 1],
    );
    assert.equal(stream.state, 'connected');
    terminal.handleInput('x');
    await turn();
    assert.deepEqual(stream.typed, ['x']);
    terminal.close();
    assert.equal(stream.state, 'closed');
  });

  it('names the other window where its name is known', async () => {
    const { terminal, stream, text } = await open();
    stream.show(prompt);
    stream.lease = { writer: 'window-1:api', principal: 'owner', self: false };
    stream.outcome = 'denied';
    terminal.handleInput('g');
    await turn();
    assert.match(text(), /window api is typing · Enter takes over/);
    terminal.close();
  });

  it('asks to have the session’s size when a person looks at it', async () => {
    const { terminal, stream } = await open();
    assert.deepEqual(stream.asked, ['acquire']);
    terminal.focus();
    assert.deepEqual(stream.asked, ['acquire', 'focus']);
    terminal.close();
  });

  it('says once how much was skipped, at the prompt that comes after it', async () => {
    const { terminal, stream, text } = await open();
    stream.show('$ cat big\r\n');
    for (const from of [11, 2_000_011]) {
      stream.gaps.fire({ generation: 0, from, to: from + 1_000_000 });
      stream.show('tail\r\n', from + 1_000_000);
    }
    assert.ok(!text().includes('skipped'));
    stream.show(prompt, 3_000_017);
    const answers = text().split(markerQuery).length - 1;
    for (let count = 0; count < answers; count += 1) terminal.handleInput('\u001b[0n');
    await until(() => text().includes(markerQuery));
    terminal.handleInput('\u001b[0n');
    assert.equal(text().split('2.0 MB skipped').length, 2);
    assert.ok(text().indexOf('skipped') > text().indexOf('?2004h'));
    terminal.close();
  });

  it('says beside the terminal, not in it, what would damage a program’s screen', async () => {
    const { terminal, stream, text, hints } = await open();
    stream.show('\u001b[?1049h');
    stream.outcome = 'denied';
    terminal.handleInput('g');
    await turn();
    assert.ok(!text().includes('another window'));
    assert.deepEqual(hints, ['another window is typing · Enter takes over']);
    terminal.close();
  });

  it('shows the writer’s size to who only watches', async () => {
    const { terminal, stream } = await open();
    const sizes: unknown[] = [];
    terminal.onDidOverrideDimensions((size) => sizes.push(size));
    stream.lease = theirs;
    stream.leased.fire(theirs);
    stream.lease = ours;
    stream.leased.fire(ours);
    assert.deepEqual(sizes, [{ columns: 100, rows: 40 }, unlimited]);
    terminal.close();
  });

  it('says how the program ended, and "stopped" when a person ended it', async () => {
    const stage = await open();
    stage.stream.exited.fire({
      generation: 0,
      seq: 0,
      exit: { code: null, signal: 15, background: 0 },
    });
    assert.ok(!stage.text().includes('R restarts'));
    stage.session = fakeSession({ agent: 'shell', status: 'killed' });
    stage.changed.fire();
    assert.match(stage.text(), /stopped · R restarts · H history/);
    stage.terminal.close();
  });

  it('attaches again when the session was started anew', async () => {
    const stage = await open();
    stage.stream.exited.fire({
      generation: 0,
      seq: 0,
      exit: { code: 0, signal: null, background: 0 },
    });
    stage.session = fakeSession({ agent: 'shell', generation: 1 });
    stage.changed.fire();
    await turn();
    stage.terminal.handleInput('new');
    assert.deepEqual(stage.stream.typed, ['new']);
    stage.terminal.close();
  });
});

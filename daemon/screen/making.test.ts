import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeSnapshot, encodeSnapshot, markApproximate } from '../../link/snapshot/snapshot.ts';
import { readVisible } from '../../test/support/screenState.ts';
import { framePayloadMax } from '../../protocol/wire/frame.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { Emulator } from './emulator.ts';
import { makeScreen } from './making.ts';
import type { LostOutput, ScreenPiece, ScreenRequest } from './request.ts';
import { ScreenMaker } from './screen.ts';

const size = { cols: 30, rows: 6 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function output(seq: number, text: string): ScreenPiece {
  return { kind: 'output', seq, bytes: encode(text) };
}

function request(pieces: readonly ScreenPiece[], over: Partial<ScreenRequest> = {}): ScreenRequest {
  return { seq: 0, size, pieces, ...over };
}

/** By default of bytes that changed nothing but what they drew. */
function lose(seq: number, to: number, changes: Partial<LostOutput> = {}): ScreenPiece {
  return {
    kind: 'gap',
    seq,
    to,
    lost: { isKnown: true, looks: false, saves: false, switches: false, replay: '', ...changes },
  };
}

function open(snapshot: Uint8Array | undefined, shown = size): Emulator {
  const stored = decodeSnapshot(snapshot ?? new Uint8Array());
  assert.ok(stored, 'a snapshot');
  const terminal = new Emulator(shown);
  terminal.feed(stored.text);
  return terminal;
}

/** The parts that are not known. */
function missingOf(snapshot: Uint8Array | undefined): string {
  const { missing = {} } = decodeSnapshot(snapshot ?? new Uint8Array()) ?? {};
  return Object.entries(missing)
    .flatMap(([part, isMissing]) => (isMissing ? part : []))
    .join(' ');
}

/** Rows of a stored screen, without looks. */
function rowsOf(snapshot: Uint8Array | undefined, shown = size): string[] {
  const rows = readVisible(open(snapshot, shown)).slice(0, shown.rows);
  return rows.map((row) => row.replaceAll(/\{[^}]*\}/g, '').trimEnd());
}

describe('making a screen', () => {
  it('stops where the output may be cut and goes on from there', () => {
    const text = 'one\r\ntwo\u001b[1;31';
    const first = makeScreen(request([output(0, text)]));
    assert.deepEqual([first.seq, first.approximate], [7, false]);
    assert.deepEqual(rowsOf(first.snapshot).slice(0, 2), ['one', 'tw']);
    const rest = output(first.seq, `${text.slice(first.seq)}mred\r\n`);
    const second = makeScreen(request([rest], first));
    assert.deepEqual([second.seq, rowsOf(second.snapshot).slice(0, 2)], [20, ['one', 'twored']]);
  });

  it('applies a resize where it happened, and none that comes after the cut', () => {
    const wider = { cols: 50, rows: 4 };
    const made = makeScreen(
      request([
        output(0, 'a\r\n'),
        { kind: 'resize', seq: 3, size: wider },
        output(3, `${'b'.repeat(45)}\r\n\u001b[`),
        { kind: 'resize', seq: 52, size },
      ]),
    );
    assert.deepEqual([made.seq, made.size], [50, wider]);
    assert.deepEqual(rowsOf(made.snapshot, wider).slice(0, 2), ['a', 'b'.repeat(45)]);
  });

  it('says when output that was lost may show, and when all of it was written over', () => {
    const before = makeScreen(request([output(0, '\u001b[2J\u001b[1;1HHEADER\u001b[?2004h\r\n')]));
    const gap = lose(before.seq, 5000);
    const partly = makeScreen(request([gap, output(5000, '\u001b[3;1Hthree\r')], before));
    assert.equal(partly.approximate, true);
    assert.deepEqual(rowsOf(partly.snapshot), ['', '', 'three', '', '', '']);
    assert.equal(decodeSnapshot(partly.snapshot ?? new Uint8Array())?.approximate, true);
    const still = makeScreen(request([output(partly.seq, '\u001b[4;1Hfour\r')], partly));
    assert.deepEqual([still.approximate, rowsOf(still.snapshot)[2]], [true, 'three']);
    const repaint = `\u001b[2J\u001b[1;1H${'new\r\n'.repeat(70)}`;
    const repainted = makeScreen(request([output(still.seq, repaint)], still));
    assert.deepEqual([repainted.approximate, rowsOf(repainted.snapshot)[0]], [false, 'new']);
    assert.equal(
      open(repainted.snapshot).core.coreService.decPrivateModes.bracketedPasteMode,
      true,
    );
  });

  it('knows nothing before it knows where the cursor is, what it writes like, and 60 lines', () => {
    const before = makeScreen(request([output(0, 'shell\r\n')]));
    const after = (text: string, changes: Partial<LostOutput> = {}): string => {
      const made = makeScreen(request([lose(before.seq, 900, changes), output(900, text)], before));
      return missingOf(made.snapshot);
    };
    const lines = 'line\r\n'.repeat(80);
    assert.equal(after(lines), '');
    assert.equal(after('line\r\n'.repeat(20)), 'above');
    assert.equal(after('no line '.repeat(80)), 'place above');
    assert.equal(after(lines, { looks: true }), 'looks');
    assert.equal(after(`\u001b[m${lines}`, { looks: true }), '');
    assert.equal(after('\u001b[2J', {}), 'place above');
    assert.equal(after('\u001b[2Jsomewhere\u001b[H\r'), 'shown above');
    assert.equal(after('\u001b[H\u001b[2Jsomehow\u001b[m\r', { looks: true }), 'shown above');
    assert.equal(after(lines, { isKnown: false }), 'switched anything');
    assert.equal(after(`\u001bc\r`, { isKnown: false }), '');
    const undescribed = { kind: 'gap', seq: before.seq, to: 900 } as const;
    const made = makeScreen(request([undescribed, output(900, `\u001b[m${lines}`)], before));
    assert.equal(missingOf(made.snapshot), 'switched anything saved');
  });

  it('takes over what is known of lost output', () => {
    const before = makeScreen(request([output(0, '\u001b[?2004h\u001b]2;old\u0007\r')]));
    const replay = '\u001b[?2004l\u001b[?1006h\u001b]2;new\u0007\u001b[2;3r';
    const shown = { cols: 40, rows: 8 };
    const gap = lose(before.seq, 900, { replay });
    const resize: ScreenPiece = { kind: 'resize', seq: 900, size: shown };
    const clear = output(900, '\u001b[H\u001b[2J\r');
    const made = makeScreen(request([gap, resize, clear], before));
    const terminal = open(made.snapshot, shown);
    const { scrollTop, scrollBottom } = terminal.core.buffers.normal;
    assert.deepEqual([scrollTop, scrollBottom], [1, 2]);
    assert.equal(terminal.core.coreService.decPrivateModes.bracketedPasteMode, false);
    assert.equal(terminal.core.coreMouseService.activeEncoding, 'SGR');
    assert.equal(terminal.core._inputHandler._windowTitle, 'new');
    assert.equal(missingOf(made.snapshot), 'above');
  });

  it('is not sure of a cursor that was saved in lines that scrolled, or before it was known', () => {
    const saved = makeScreen(request([output(0, 'a\r\nb\u001b7\r\n')]));
    const repaint = '\u001b[H\u001b[2J';
    const after = (text: string): string => {
      const made = makeScreen(request([lose(saved.seq, 900), output(900, text)], saved));
      return missingOf(made.snapshot);
    };
    assert.equal(after(`${repaint}\r`), 'above saved');
    assert.equal(after(`${repaint}\u001b8x\r`), 'shown place above saved');
    assert.equal(after(`${repaint}\u001b7\r`), 'above');
    assert.equal(after(`\u001b7${repaint}\r`), 'above saved');
    assert.equal(after('line\r\n'.repeat(80)), '');
    const savesToo = [lose(saved.seq, 900, { saves: true }), output(900, `${repaint}\r`)];
    assert.equal(missingOf(makeScreen(request(savesToo, saved)).snapshot), 'above saved');
  });

  it('takes the hidden screen for known when output of a full-screen program was lost', () => {
    const before = makeScreen(request([output(0, 'shell\r\n\u001b[?1049hHEADER\r\n')]));
    const gap = lose(before.seq, 900);
    const repaint = output(900, '\u001b[2J\u001b[1;1Hnew\r');
    assert.equal(makeScreen(request([gap, output(900, 'x\r')], before)).approximate, true);
    assert.equal(makeScreen(request([gap, repaint], before)).approximate, false);
    const entering = [lose(0, 900), output(900, '\u001b[?1049h\u001b[2J\u001b[H\r')];
    const made = makeScreen(request(entering));
    assert.equal(missingOf(made.snapshot), 'hidden above saved');
    const later = makeScreen(request([output(made.seq, '\u001b[2J\r')], made));
    assert.equal(later.approximate, true);
  });

  it('does not show on one screen what was drawn on the other where the switch was lost', () => {
    const before = makeScreen(request([output(0, 'shell\r\n\r')]));
    const gap = lose(before.seq, 900, { isKnown: false });
    const drawn = makeScreen(request([gap, output(900, 'drawn\r\n'.repeat(20))], before));
    assert.deepEqual([drawn.approximate, rowsOf(drawn.snapshot)[0]], [true, 'drawn']);
    const left = makeScreen(request([output(drawn.seq, '\u001b[?1049l\r')], drawn));
    assert.equal(left.approximate, true);
    assert.ok(!rowsOf(left.snapshot).includes('drawn'));
    const inside = makeScreen(request([output(0, 'shell\r\n\u001b[?1049h\r')]));
    const again = output(900, `${'drawn\r\n'.repeat(20)}\u001b[?1049h\u001b[2J\u001b[H\r`);
    const entered = makeScreen(request([{ ...gap, seq: inside.seq }, again], inside));
    assert.match(missingOf(entered.snapshot), /^hidden anything/);
  });

  it('leaves out what lies far above rather than more than a host takes', () => {
    const wide = { cols: 250, rows: 80 };
    let state = 1;
    const noise = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    };
    const cell = (): string =>
      `\u001b[38;2;${noise()};${noise()};${noise()}m${String.fromCharCode(33 + (noise() % 90))}`;
    const lines = Array.from({ length: 400 }, (_, line) => {
      const isDense = line % 10 === 0;
      return Array.from({ length: 100 }, isDense ? cell : () => 'x').join('');
    });
    const text = `${lines.join('\u001b[m\r\n')}\r\n`;
    const made = makeScreen({ seq: 0, size: wide, pieces: [output(0, text)] });
    const packed = made.snapshot;
    assert.ok(packed !== undefined && packed.length <= framePayloadMax, `${packed?.length}`);
    assert.equal(rowsOf(packed, wide)[70], 'x'.repeat(100));
    const dense = Array.from({ length: 48_000 }, cell).join('');
    const huge = { cols: 400, rows: 120 };
    const tooMuch = makeScreen({ seq: 0, size: huge, pieces: [output(0, `${dense}\r`)] });
    assert.equal(tooMuch.snapshot, undefined);
  });
});

describe('a packed screen', () => {
  it('is read back, can lose its exactness, and is nothing when damaged or of a later version', () => {
    const text = encode('\u001b[1mscreen');
    const packed = encodeSnapshot(text, { shown: false, hidden: false });
    const read = decodeSnapshot(packed);
    assert.deepEqual(
      [Buffer.from(read?.text ?? []), read?.approximate],
      [Buffer.from(text), false],
    );
    assert.equal(decodeSnapshot(markApproximate(packed))?.approximate, true);
    const later = Uint8Array.from(packed);
    later[0] = 2;
    const damaged = packed.slice(0, -2);
    assert.deepEqual(
      [later, damaged, new Uint8Array()].map((bytes) => decodeSnapshot(bytes)),
      [undefined, undefined, undefined],
    );
  });
});

describe('the screen thread', () => {
  const entry = join(import.meta.dirname, 'screenWorker.ts');
  let maker: ScreenMaker;
  afterEach(() => maker.dispose());

  it('makes one screen after the other', async () => {
    maker = new ScreenMaker({ entry });
    const texts = ['one\r\n', 'two\r\n', 'three\r\n'];
    const made = await Promise.all(texts.map((text) => maker.make(request([output(0, text)]))));
    assert.deepEqual(
      made.map(({ snapshot }) => rowsOf(snapshot)[0]),
      ['one', 'two', 'three'],
    );
  });

  it('is replaced when the parser throws, and the next screen is made', async () => {
    maker = new ScreenMaker({ entry });
    const hostile = request([output(0, '\u001b[5;20Hx\u001b[1J\r')], {
      size: { cols: 20, rows: 5 },
    });
    const [bad, good] = await Promise.allSettled([
      maker.make(hostile),
      maker.make(request([output(0, 'fine\r\n')])),
    ]);
    assert.equal(bad.status === 'rejected' && errorCodeOf(bad.reason), 'internal');
    assert.equal(good.status, 'fulfilled');
  });

  it('is replaced when it does not end in time', async () => {
    const stalling = join(import.meta.dirname, '..', '..', 'test', 'support', 'stallingWorker.ts');
    maker = new ScreenMaker({ entry: stalling, limitMs: 2500 });
    const outcomes = await Promise.allSettled([
      maker.make(request([output(0, 'stall')])),
      maker.make(request([output(0, 'answer')])),
    ]);
    assert.equal(outcomes[0].status === 'rejected' && errorCodeOf(outcomes[0].reason), 'timeout');
    assert.equal(outcomes[1].status === 'fulfilled' && outcomes[1].value.seq, 6);
  });

  it('takes no more than it can hold, and gives everything up when it is ended', async () => {
    maker = new ScreenMaker({ entry });
    const all = Array.from({ length: 30 }, () => maker.make(request([output(0, 'x\r\n')])));
    maker.dispose();
    const settled = await Promise.allSettled(all);
    const codes = settled.map((one) =>
      one.status === 'rejected' ? errorCodeOf(one.reason) : 'made',
    );
    const refused = codes.filter((code) => code === 'limitReached').length;
    assert.deepEqual([refused, codes.length - refused], [13, 17]);
    assert.ok(!codes.includes('made'));
  });
});

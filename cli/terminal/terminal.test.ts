import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InputOutcome } from '../../protocol/wire/mark.ts';
import { DetachScanner, describeDetachKey, parseDetachKey } from './detachKey.ts';
import { InputGate } from './inputGate.ts';
import { isStatusReply, ReplySplitter } from './reply.ts';
import { ScreenFollower } from './screen.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function scan(key: string, ...chunks: string[]): { passed: string; detached: boolean } {
  const scanner = new DetachScanner(parseDetachKey(key));
  let passed = '';
  for (const chunk of chunks) {
    const { pass, detach } = scanner.push(latin1(chunk));
    passed += textOf(pass);
    if (detach) return { passed, detached: true };
  }
  return { passed, detached: false };
}

describe('detach key', () => {
  it('is found in one chunk, over chunks, and drops what follows', () => {
    const cases = [['ls\r\x1ddmore'], ['ls\r', '\x1d', 'd'], ['ls\r\x1d', 'dx']];
    const found = cases.map((chunks) => scan('ctrl-],d', ...chunks));
    assert.deepEqual(
      found,
      cases.map(() => ({ passed: 'ls\r', detached: true })),
    );
  });

  it('passes the first key on with the next one, and once when it is pressed twice', () => {
    assert.deepEqual(scan('ctrl-],d', 'a\x1d', 'b'), { passed: 'a\x1db', detached: false });
    assert.deepEqual(scan('ctrl-],d', '\x1d\x1d', 'd'), { passed: '\x1dd', detached: false });
  });

  it('is found as the kitty protocol and modifyOtherKeys send it, releases between', () => {
    const kitty = ['\x1b[93;5u', '\x1b[93;5:3u', '\x1b[57442;1:3u', 'd'];
    const locked = ['\x1b[93;69;93u\x1b[100;65u'];
    const other = ['\x1b[27;5;93~d'];
    const found = [kitty, locked, other].map((chunks) => scan('ctrl-],d', ...chunks));
    assert.deepEqual(
      found,
      [kitty, locked, other].map(() => ({ passed: '', detached: true })),
    );
  });

  it('is found when a chunk ends inside its sequence', () => {
    assert.deepEqual(scan('ctrl-],d', '\x1b[93', ';5ud'), { passed: '', detached: true });
  });

  it('can be one key, the same key twice, or none', () => {
    assert.deepEqual(scan('ctrl-a', 'x\x01y'), { passed: 'x', detached: true });
    assert.deepEqual(scan('ctrl-\\,ctrl-\\', '\x1c', '\x1c'), { passed: '', detached: true });
    assert.deepEqual(scan('none', '\x1dd'), { passed: '\x1dd', detached: false });
  });

  it('says how it is pressed', () => {
    assert.equal(describeDetachKey(parseDetachKey('ctrl-],d')), 'Ctrl-] d');
  });

  it('refuses what is no key, and the key that begins every sequence', () => {
    for (const text of ['', 'd', 'ctrl-[', 'ctrl-a,b,c', 'ctrl-aa', 'alt-x'])
      assert.throws(() => parseDetachKey(text), { code: 'usage' }, text);
  });

  it('changes no byte of anything else, in any chunks', function () {
    this.timeout(30_000);
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => textOf(bytes)),
      fc.constantFrom(
        '\x1b[A',
        '\x1b[200~',
        '\x1b[93u',
        '\x1b',
        '\x1b[',
        '\x1bOP',
        '\x1b[27;2;13~',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const chunks = pieces.map((text) => text.replaceAll('\x1d', ''));
        const { passed } = scan('ctrl-],d', ...chunks, 'z');
        assert.equal(passed, `${chunks.join('')}z`);
      }),
    );
  });
});

describe('replies', () => {
  function split(...chunks: string[]): [string, string][] {
    const splitter = new ReplySplitter();
    return chunks
      .flatMap((chunk) => splitter.push(latin1(chunk)))
      .map(({ kind, bytes }) => [kind, textOf(bytes)]);
  }

  it('are told from keys, in their order', () => {
    assert.deepEqual(split('a\x1b[?62;4cb\x1b[A\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\c'), [
      ['typed', 'a'],
      ['reply', '\x1b[?62;4c'],
      ['typed', 'b\x1b[A'],
      ['reply', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\'],
      ['typed', 'c'],
    ]);
  });

  it('are known in all their forms', () => {
    const forms = [
      '\x1b[0n',
      '\x1b[12;40R',
      '\x1b[>0;276;0c',
      '\x1b[?2026;2$y',
      '\x1b[?7u',
      '\x1b[8;24;80t',
      '\x1b[I',
      '\x1b[O',
      '\x1bP>|xterm(390)\x1b\\',
      '\x1b]10;rgb:ff/ff/ff\x07',
      '\x1b_Gi=31;OK\x1b\\',
    ];
    assert.deepEqual(
      split(forms.join('')),
      forms.map((form) => ['reply', form]),
    );
    assert.deepEqual(forms.map((form) => isStatusReply(latin1(form))).indexOf(true), 0);
  });

  it('are found over chunks, and a lone Escape is not held back', () => {
    assert.deepEqual(split('\x1b[?6', '2c'), [['reply', '\x1b[?62c']]);
    assert.deepEqual(split('\x1b', 'x'), [
      ['typed', '\x1b'],
      ['typed', 'x'],
    ]);
  });

  it('leave keys, mouse and pastes alone', () => {
    const keys = '\x1bOP\x1b[1;5C\x1b[200~text\x1b[201~\x1b[<0;10;5M\x1b[13;2u\x1b[3~';
    assert.deepEqual(split(keys), [['typed', keys]]);
  });
});

describe('the screen that is left', () => {
  function follow(...chunks: string[]): ScreenFollower {
    const screen = new ScreenFollower();
    for (const chunk of chunks) screen.push(Buffer.from(chunk));
    return screen;
  }

  it('knows the alternate screen, over chunks and among other modes', () => {
    const shown = [
      follow('\x1b[?1049h'),
      follow('\x1b[?10', '49h'),
      follow('\x1b', '[?25;1049h'),
      follow('\x1b[?1049h\x1b[?1049l'),
      follow('\x1b[?47h', 'x', '\x1b[?47l'),
    ].map(({ isAlternate }) => isAlternate);
    assert.deepEqual(shown, [true, true, true, false, false]);
  });

  it('is left only when it is shown: leaving moves the cursor', () => {
    assert.ok(follow('\x1b[?1049h').reset().includes('\x1b[?1049l'));
    assert.ok(!follow('plain').reset().includes('1049'));
  });

  it('is put back: mouse, paste, keyboard, cursor', () => {
    const reset = follow('').reset();
    for (const mode of ['?1000l', '?1006l', '?2004l', '?1004l', '[<9u', '?25h', '[m'])
      assert.ok(reset.includes(mode), mode);
  });

  it('tells a cut sequence or character from rest', () => {
    const resting = ['', 'text', '\x1b[31m', '\x1b]0;title\x07', 'ä', '🐝'].map(
      (text) => follow(text).isAtRest,
    );
    const cut = ['\x1b', '\x1b[31', '\x1b]0;tit', '\x1bPabc\x1b'].map(
      (text) => follow(text).isAtRest,
    );
    const screen = new ScreenFollower();
    screen.push(Buffer.from('🐝').subarray(0, 2));
    assert.deepEqual(
      [resting, cut, screen.isAtRest],
      [resting.map(() => true), cut.map(() => false), false],
    );
  });
});

describe('typing while another window has the keyboard', () => {
  function gateWith(outcomes: InputOutcome[]) {
    const log: string[] = [];
    const gate = new InputGate({
      write: (bytes) => {
        const outcome = outcomes.shift() ?? 'delivered';
        log.push(`${outcome} ${JSON.stringify(textOf(bytes))}`);
        return Promise.resolve(outcome);
      },
      take: () => log.push('take'),
      onDenied: () => log.push('said denied'),
      onFull: () => log.push('said full'),
    });
    const type = async (text: string): Promise<void> => {
      gate.type(latin1(text));
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { gate, log, type };
  }

  it('keeps the first key and types it after Enter took over', async () => {
    const { log, type } = gateWith(['denied', 'denied']);
    await type('a');
    await type('b');
    await type('\r');
    await type('c');
    assert.deepEqual(log, [
      'denied "a"',
      'said denied',
      'denied "ab"',
      'take',
      'delivered "ab"',
      'delivered "c"',
    ]);
  });

  it('takes over with the Enter of the kitty protocol', async () => {
    const { log, type } = gateWith(['denied']);
    await type('a');
    await type('\x1b[13u');
    assert.deepEqual(log.slice(2), ['take', 'delivered "a"']);
  });

  it('goes on by itself when the other window falls silent or leaves', async () => {
    const silent = gateWith(['denied']);
    await silent.type('a');
    await silent.type('b');
    assert.deepEqual(silent.log, ['denied "a"', 'said denied', 'delivered "ab"']);
    const left = gateWith(['denied']);
    await left.type('a');
    left.gate.granted();
    assert.deepEqual(left.log.slice(2), ['delivered "a"']);
  });

  it('says that the program does not read', async () => {
    const { log, type } = gateWith(['inputFull']);
    await type('a');
    assert.deepEqual(log, ['inputFull "a"', 'said full']);
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTestTool, isTestTool } from '../../scripts/testTools.ts';
import { createRandom } from '../support/hostileOutput.ts';
import { listRecordings, readRecordedOutput } from '../support/recording.ts';
import { anyResizes, findDifferences } from '../support/screenCorpus.ts';
import { needTool } from '../support/testTool.ts';
import { PtyTerminal } from './ptyTerminal.ts';

const seed = Number(process.env['WAGGLE_TEST_SEED'] ?? 1);
const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const size = { cols: 90, rows: 30 };

/** What is typed, each after the program printed something that matches. */
interface Scene {
  readonly name: string;
  readonly program: string;
  readonly args: (folder: string) => readonly string[];
  readonly keys: readonly (readonly [after: string | RegExp, keys: string])[];
}

const spinner = `
  const write = (text) => process.stdout.write(text);
  write('\\x1b[?1049h\\x1b[2J\\x1b[1;1H\\x1b[7mHEADER 漢字 e\\u0301\\x1b[m\\x1b[5;12r');
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    write('\\x1b[3;3H' + '|/-\\\\'[turn % 4] + '\\x1b[12;1H\\n\\x1b[3' + (turn % 8) + 'mrow ' + turn + '\\x1b[K');
    if (turn < 60) return;
    clearInterval(timer);
    write('\\x1b[r\\x1b[?1049lSPUN\\r\\n');
  }, 5);
`;
const bar = `
  let done = 0;
  const timer = setInterval(() => {
    done += 1;
    process.stdout.write('\\r\\x1b[32m' + '█'.repeat(done) + '\\x1b[m' + '░'.repeat(40 - done) + ' ' + done + '/40\\x1b[K');
    if (done < 40) return;
    clearInterval(timer);
    process.stdout.write('\\r\\nBAR\\r\\n');
  }, 3);
`;
const wide = `for i in 1 2 3 4 5 6 7 8; do printf '漢字かな交じり文 한국어 🙂🚀 e\\314\\201 o\\314\\210 \\033[4munder\\033[m '; done; echo; ls --color=always /; echo WIDE`;

const scenes: readonly Scene[] = [
  {
    name: 'an alternate-screen spinner',
    program: process.execPath,
    args: () => ['-e', spinner],
    keys: [['SPUN', '']],
  },
  {
    name: 'a progress bar',
    program: process.execPath,
    args: () => ['-e', bar],
    keys: [['BAR', '']],
  },
  {
    name: 'wide and combining characters',
    program: 'sh',
    args: () => ['-c', wide],
    keys: [['WIDE', '']],
  },
  {
    name: 'a shell',
    program: 'bash',
    args: () => ['--norc', '--noprofile', '-i'],
    keys: [
      [/\$ $/, 'echo a long line that is edited\u0001\u001b[C\u001b[C\u0017\n'],
      [/\$ $/, 'seq 60; ls /\n'],
      [/\$ $/, 'exit\n'],
    ],
  },
  {
    name: 'vim',
    program: 'vim',
    args: (folder) => ['-u', 'NONE', '-N', join(folder, 'text')],
    keys: [
      [/text/, ':syntax on\r'],
      [/./, '20jItyped\u001b'],
      [/typed/, ':split\r\u0017j5dd'],
      [/./, ':qa!\r'],
    ],
  },
  {
    name: 'less',
    program: 'less',
    args: (folder) => [join(folder, 'text')],
    keys: [
      [/line 1 /, ' '],
      [/line 40 /, '/line 9\n'],
      [/line 9/, 'G'],
      [/END/, 'q'],
    ],
  },
  {
    name: 'top',
    program: 'top',
    args: () => ['-d', '0.3', '-n', '4'],
    keys: [[/PID/, '']],
  },
  {
    name: 'htop',
    program: 'htop',
    args: () => ['-d', '3'],
    keys: [
      [/PID/, '\u001b[B\u001b[B'],
      [/./, 'q'],
    ],
  },
  {
    name: 'tmux',
    program: 'tmux',
    args: (folder) => ['-S', join(folder, 'tmux'), '-f', '/dev/null', 'new-session', 'sh'],
    keys: [
      [/[$#] /, 'seq 50; echo fir""st\n'],
      [/first/, '\u0002"'],
      [/[$#] /, 'echo sec""ond\n'],
      [/second/, 'tmux kill-server\n'],
    ],
  },
];

async function record({ program, args, keys }: Scene, folder: string): Promise<Uint8Array> {
  const terminal = new PtyTerminal({
    argv: [program, ...args(folder)],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      PS1: '$ ',
    },
    cwd: folder,
    ...size,
  });
  let from = 0;
  try {
    for (const [after, typed] of keys) {
      from = await terminal.see(after, from);
      terminal.write(typed);
    }
  } catch (error) {
    terminal.hangUp();
    throw error;
  }
  await terminal.exited;
  return terminal.bytes;
}

describe('the screen of a real program', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgl-screen-'));
    const lines = Array.from({ length: 300 }, (_, line) => `line ${line} of a text with words`);
    writeFileSync(join(folder, 'text'), `${lines.join('\n')}\nEND\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const scene of scenes) {
    it(`${scene.name} is the same for who attaches anywhere`, async function () {
      this.timeout(60_000);
      const recorded = `program-${scene.program}`;
      const tool = isTestTool(scene.program) ? scene.program : undefined;
      const isLive = tool === undefined || findTestTool(tool) !== undefined;
      if (tool !== undefined && !listRecordings().includes(recorded)) needTool(this, tool);
      const bytes = isLive ? await record(scene, folder) : readRecordedOutput(recorded);
      assert.ok(bytes.length > 100, `${bytes.length} bytes`);
      const random = createRandom(seed + bytes.length);
      const found: string[] = [];
      for (let attach = 0; attach < (isLong ? 120 : 12); attach += 1) {
        const resizes = attach % 2 === 0 ? [] : anyResizes(random, bytes);
        found.push(...findDifferences({ bytes, size, resizes }, random));
      }
      assert.deepEqual(found, [], `seed ${seed}`);
    });
  }
});

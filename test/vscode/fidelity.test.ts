import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { acceptInput, fillInput, pick, runCommand } from './support/commandPalette.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { startProduct, type Product } from './support/product.ts';
import { focusTerminal, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { readCells, readTerminalState } from './support/terminalProbe.ts';
import { until } from './support/until.ts';

const prompt = /\$ ?$/;
const recorder = join(import.meta.dirname, 'support', 'recorder.mjs');
const queries = '\u001b[c\u001b[6n\u001b[>q\u001b]11;?\u001b\\\u001b[?2026$p\u001b[5n';
const replies = [
  /\u001b\[\?[\d;]+c/g,
  /\u001b\[\d+;\d+R/g,
  /\u001bP>\|/g,
  /\u001b\]11;rgb/g,
  /\u001b\[0n/g,
];
const modes = '\u001b[?1049h\u001b[?2004h\u001b[?1000h\u001b[?1006h\u001b[>1u';
const drawing = '\u001b[2;1H\u001b[38;2;1;2;3mt\u001b[m漢é👍 drawn';

describe('a program in a terminal of the editor', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let file: string;

  before(async () => {
    product = await startProduct({
      settings: { 'terminal.integrated.enableKittyKeyboardProtocol': true },
    });
    file = join(product.userHome, 'typed');
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, prompt);
  });
  after(async () => {
    await window?.close();
    await product?.stop();
  });

  const typed = (): string => readFileSync(file, 'utf8');

  /** Runs the recorder in the shell; what it prints comes from a script, so that the shell does not echo it. */
  async function record(printed: string): Promise<void> {
    const script = join(product.userHome, 'record.sh');
    const quoted = JSON.stringify(printed).replaceAll("'", String.raw`\u0027`);
    writeFileSync(script, `exec '${process.execPath}' '${recorder}' '${file}' '${quoted}'\n`);
    await typeInTerminal(window, `sh ${script}\n`);
  }

  async function untilTyped(what: string, holds: (text: string) => boolean): Promise<void> {
    await until(what, async () => holds(typed()), {
      describe: async () => JSON.stringify(typed().slice(-200)),
    });
  }

  async function endProgram(): Promise<void> {
    await focusTerminal(window);
    await window.page.keyboard.press('Shift+Q');
    await waitForTerminalText(window, prompt);
  }

  it('gets one answer to each of its queries, its own status query included', async () => {
    await record(`${modes}${drawing}${queries}`);
    await waitForTerminalText(window, /drawn/);
    await untilTyped('all is answered', (text) => text.includes('\u001b[0n'));
    assert.deepEqual(
      replies.map((reply) => typed().match(reply)?.length),
      [1, 1, 1, 1, 1],
    );
  });

  it('has its screen and its modes again after a reload, and nothing was typed into it', async () => {
    const before = typed();
    const state = await readTerminalState(window);
    assert.deepEqual(
      [state.buffer, state.modes.bracketedPasteMode, state.modes.mouseTrackingMode],
      ['alternate', true, 'vt200'],
    );
    await window.reload();
    await waitForTerminalText(window, /drawn/);
    await until(
      'it is as it was',
      async () => {
        return isDeepStrictEqual(await readTerminalState(window), state);
      },
      { describe: async () => JSON.stringify(await readTerminalState(window)) },
    );
    const cells = await readCells(window, { row: 1, columns: [0, 1, 3, 4] });
    assert.deepEqual(cells, [
      { chars: 't', width: 1, colour: 0x010203 },
      { chars: '漢', width: 2, colour: undefined },
      { chars: 'é', width: 1, colour: undefined },
      { chars: '👍', width: 2, colour: undefined },
    ]);
    await focusTerminal(window);
    await window.page.keyboard.type('k');
    await untilTyped('a key arrives', (text) => text.endsWith('k'));
    assert.equal(typed(), `${before}k`);
  });

  it('gets keys, clicks and pastes in the forms that it asked for before the reload', async () => {
    const start = typed().length;
    await window.page.keyboard.press('Escape');
    await untilTyped('the key arrives with its number', (text) =>
      text.slice(start).includes('\u001b[27u'),
    );
    const screen = await window.page
      .locator('.terminal-wrapper.active .xterm-screen')
      .boundingBox();
    assert.ok(screen);
    await window.page.mouse.click(screen.x + 4, screen.y + 4);
    await untilTyped('the click arrives', (text) =>
      text.slice(start).includes('\u001b[<0;1;1M\u001b[<0;1;1m'),
    );
    await paste('a b');
    await untilTyped('the paste arrives', (text) =>
      text.slice(start).includes('\u001b[200~a b\u001b[201~'),
    );
    await endProgram();
  });

  async function paste(text: string): Promise<void> {
    await window.page.evaluate((value) => navigator.clipboard.writeText(value), text);
    await focusTerminal(window);
    await runCommand(window, 'Terminal: Paste into Active Terminal');
  }

  it('gets one answer to each query that it asks at once when it starts', async () => {
    const started = join(product.userHome, 'started');
    const script = join(product.userHome, 'start.sh');
    const quoted = JSON.stringify(`${queries}begun`).replaceAll("'", String.raw`\u0027`);
    writeFileSync(script, `exec '${process.execPath}' '${recorder}' '${started}' '${quoted}'\n`);
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Command…');
    await fillInput(window, `sh '${script}'`);
    await acceptInput(window);
    await waitForTerminalText(window, /begun/);
    const replied = (): string => readFileSync(started, 'utf8');
    await until('all is answered', async () => replied().includes('\u001b[0n'), {
      describe: async () => JSON.stringify(replied()),
    });
    await focusTerminal(window);
    await window.page.keyboard.type('k');
    await until('a key arrives', async () => replied().endsWith('k'));
    const kinds = replies.map((reply) => replied().match(reply)?.length);
    assert.deepEqual(kinds, [1, 1, 1, 1, 1], JSON.stringify(replied()));
    await window.page.keyboard.press('Shift+Q');
    await waitForTerminalText(window, /exited 0/);
    await runCommand(window, 'View: Close Editor');
    await waitForTerminalText(window, prompt);
  });

  it('is told when it gains and loses the focus', async () => {
    await record('\u001b[?1004hwatching');
    await waitForTerminalText(window, /watching/);
    await runCommand(window, 'View: Show Explorer');
    await untilTyped('the focus is lost', (text) => text.endsWith('\u001b[O'));
    await focusTerminal(window);
    await untilTyped('the focus is back', (text) => text.endsWith('\u001b[I'));
    await endProgram();
  });

  it('gets a paste of 5 MB byte for byte', async () => {
    await record('\u001b[?2004hready for it');
    await waitForTerminalText(window, /ready for it/);
    const text = 'a line with é, 漢 and 👍 in it\n'.repeat(150_000);
    const expected = `\u001b[200~${text.replaceAll('\n', '\r')}\u001b[201~`;
    await paste(text);
    await until('all of it arrived', async () => typed().length >= expected.length, {
      withinMs: 90_000,
      describe: async () => `${typed().length} of ${expected.length}`,
    });
    assert.ok(typed() === expected);
    await endProgram();
  });
});

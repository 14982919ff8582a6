import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { PtyTerminal } from './ptyTerminal.ts';

const probe = fileURLToPath(new URL('./rawModeProbe.ts', import.meta.url));
/** Prints the terminal's settings, runs the probe, waits for a line, and prints them again. */
const script = 'stty -a; echo BEFORE; "$0" "$@"; echo "END $?"; read -r line; stty -a; echo AFTER';

describe('the terminal of the command', function () {
  this.timeout(60_000);
  let terminal: PtyTerminal | undefined;

  afterEach(async () => {
    terminal?.kill();
    await terminal?.exited;
  });

  async function runProbe(how: string, ended: string): Promise<PtyTerminal> {
    const shown = new PtyTerminal({
      argv: ['/bin/sh', '-c', script, process.execPath, probe, how],
      env: process.env,
    });
    terminal = shown;
    await shown.see('ready\n');
    shown.write('\x03');
    await shown.see(ended);
    await shown.see('END ');
    shown.write('\n');
    await shown.see('AFTER');
    return shown;
  }

  /** The settings that `stty -a` printed before and after. */
  function settings({ text }: PtyTerminal): [string, string] {
    const [before = '', rest = ''] = text.split('BEFORE');
    return [before.trim(), (/END \d+\s+([^]*?)\s*AFTER/.exec(rest)?.[1] ?? '').trim()];
  }

  it('passes every byte on while raw, Ctrl-C included, and is as before afterwards', async () => {
    const shown = await runProbe('orderly', 'typed');
    const [before, after] = settings(shown);
    assert.ok(before.includes(' onlcr'), before);
    assert.equal(after, before);
    assert.ok(shown.text.includes('ready\ntyped "\\u0003"\n'), shown.text);
    assert.match(shown.text, /END 3/);
    assert.doesNotMatch(shown.text, /last words/);
  });

  it('is put back by the guard when the command is killed', async () => {
    const shown = await runProbe('killed', '<last words>');
    const [before, after] = settings(shown);
    assert.equal(after.replace('<last words>', '').trim(), before);
    assert.match(shown.text, /END 137/);
  });

  it('is given back within seconds when exiting hangs', async () => {
    const shown = await runProbe('hang', 'END 137');
    const [before, after] = settings(shown);
    assert.equal(after, before);
  });
});

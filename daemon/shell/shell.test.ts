import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMarkingOff, markShell } from './shell.ts';

const scripts = import.meta.dirname;
const start = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  markShell({ argv, environment, scripts, nonce: 'n1' });

describe('a shell with marks', () => {
  it('is bash, with a file of ours that reads the person’s', () => {
    assert.deepEqual(start(['/bin/bash']), {
      argv: ['/bin/bash', '--init-file', join(scripts, 'waggle.bash')],
      environment: { WAGGLE_SHELL_NONCE: 'n1' },
    });
  });

  it('is a login bash that runs as none, because our file would not be read', () => {
    assert.deepEqual(start(['/bin/bash', '-l', '-i']), {
      argv: ['/bin/bash', '--init-file', join(scripts, 'waggle.bash'), '-i'],
      environment: { WAGGLE_SHELL_NONCE: 'n1', WAGGLE_SHELL_LOGIN: '1' },
    });
  });

  it('is zsh, whose own directory of settings is put back', () => {
    const zsh = join(scripts, 'zsh');
    assert.deepEqual(start(['/bin/zsh', '-l'], { ZDOTDIR: '/home/z' }), {
      argv: ['/bin/zsh', '-l'],
      environment: { WAGGLE_SHELL_NONCE: 'n1', WAGGLE_ZDOTDIR: '/home/z', ZDOTDIR: zsh },
    });
    assert.equal(start(['/bin/zsh'])?.environment['WAGGLE_ZDOTDIR'], undefined);
  });

  it('is fish', () => {
    const command = `source '${join(scripts, 'waggle.fish')}'`;
    assert.deepEqual(start(['/usr/bin/fish'])?.argv, ['/usr/bin/fish', '--init-command', command]);
  });

  it('is fish in a directory of any name, of which it runs nothing', () => {
    const base = mkdtempSync(join(tmpdir(), 'waggle-fish-'));
    const strange = join(base, String.raw`it's; touch ran \n`);
    mkdirSync(strange);
    writeFileSync(join(strange, 'waggle.fish'), 'echo sourced');
    const fish = { argv: ['fish'], environment: {}, scripts: strange, nonce: 'n1' };
    const { argv: [, , command = ''] = [] } = markShell(fish) ?? {};
    assert.equal(command, `source '${base}/${String.raw`it\'s; touch ran \\n`}/waggle.fish'`);
    rmSync(base, { recursive: true });
  });

  for (const argv of [
    ['/bin/sh'],
    ['/bin/bash', '-c', 'ls'],
    ['/bin/bash', '--norc'],
    ['/x/nu'],
    [],
  ])
    it(`is not ${argv.join(' ') || 'nothing'}`, () => {
      assert.equal(start(argv), undefined);
    });

  it('starts as ever when the script is gone', () => {
    const gone = { argv: ['/bin/bash'], environment: {}, scripts: '/nowhere', nonce: 'n1' };
    assert.equal(markShell(gone), undefined);
  });

  it('is not what an opener wants who says so', () => {
    for (const value of ['0', 'false', 'OFF', 'no'])
      assert.ok(isMarkingOff({ WAGGLE_SHELL_INTEGRATION: value }));
    for (const value of ['1', '', 'yes'])
      assert.ok(!isMarkingOff({ WAGGLE_SHELL_INTEGRATION: value }));
    assert.ok(!isMarkingOff({}));
  });
});

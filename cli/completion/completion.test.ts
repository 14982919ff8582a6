import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needTool } from '../../test/support/testTool.ts';
import { describeCommands } from '../cli.ts';
import { createCompletion } from './completion.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** Exit code and complaints of a shell that only reads a script. */
function readBy(shell: string, script: string): [number | null, string] {
  const directory = mkdtempSync(join(tmpdir(), 'waggle-completion-'));
  try {
    const file = join(directory, 'script');
    writeFileSync(file, script);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    return [status, stderr];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

describe('completion', () => {
  for (const shell of shells) {
    it(`is a script that ${shell} reads without a complaint`, function () {
      if (shell !== 'bash') needTool(this, shell);
      const script = createCompletion(shell, describeCommands());
      assert.deepEqual(readBy(shell, script), [0, '']);
    });
  }

  it('names every command and option for every shell', () => {
    for (const shell of shells) {
      const script = createCompletion(shell, describeCommands());
      for (const word of ['attach', 'restart', 'detach-key', 'observe'])
        assert.ok(script.includes(word), `${shell}: ${word}`);
    }
  });

  it('keeps quotes and colons of descriptions from being syntax', () => {
    const odd = {
      name: 'odd',
      description: "it's: [odd] `$(x)`",
      options: [{ long: '--odd', description: "it's: [odd]" }],
      commands: [],
      takesSession: false,
    };
    for (const shell of shells.filter(isInstalled))
      assert.deepEqual(readBy(shell, createCompletion(shell, [odd])), [0, ''], shell);
  });

  it('completes commands, options and names of sessions in bash', () => {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-completion-'));
    try {
      const program = join(directory, 'waggle');
      writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" api "two words" web\n');
      chmodSync(program, 0o755);
      const probe = `${createCompletion('bash', describeCommands())}
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _waggle; printf '%s|' "\${COMPREPLY[@]}"; echo; }
try waggle at
try waggle attach --o
try waggle attach t
try waggle daemon sta`;
      const result = spawnSync('bash', ['--norc', '-c', probe], {
        encoding: 'utf8',
        env: { PATH: `${directory}:/usr/bin:/bin` },
      });
      assert.deepEqual(result.stdout.split('\n'), [
        'attach|',
        '--observe|',
        'two\\ words|',
        'start|status|',
        '',
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('refuses another shell', () => {
    assert.throws(() => createCompletion('tcsh', []), { code: 'usage' });
  });
});

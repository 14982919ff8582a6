import assert from 'node:assert/strict';
import { toResumedArguments } from './resumedArguments.ts';

describe('arguments of an agent that goes on with a conversation', () => {
  it('name no other conversation', () => {
    const cases: [string[], string[]][] = [
      [
        ['--session-id', 'a', '--model', 'opus'],
        ['--model', 'opus'],
      ],
      [['--resume', 'a', '--verbose'], ['--verbose']],
      [['--resume', '--verbose'], ['--verbose']],
      [['-c', '--fork-session'], []],
      [['--resume=a', '--model=opus'], ['--model=opus']],
    ];
    for (const [given, left] of cases) assert.deepEqual(toResumedArguments('claude', given), left);
  });

  it('hold every word that an option takes: what was forbidden stays so', () => {
    const given = ['--disallowedTools', 'Bash', 'Write', 'Bash(git push *)', '--model', 'opus'];
    assert.deepEqual(toResumedArguments('claude', given), given);
  });

  it('hold no prompt, which was answered long ago', () => {
    const cases: [string[], string[]][] = [
      [
        ['fix the login', '--model', 'opus'],
        ['--model', 'opus'],
      ],
      [['--verbose', 'fix the login'], ['--verbose']],
      [['--dangerously-skip-permissions', '/release'], ['--dangerously-skip-permissions']],
      [['-c', 'deploy'], []],
      [
        ['-p', 'deploy', '--model', 'opus'],
        ['--model', 'opus'],
      ],
      [
        ['--append-system-prompt', 'be kind to all'],
        ['--append-system-prompt', 'be kind to all'],
      ],
      [
        ['--model', 'opus', '--', 'fix'],
        ['--model', 'opus'],
      ],
    ];
    for (const [given, left] of cases) assert.deepEqual(toResumedArguments('claude', given), left);
    assert.deepEqual(toResumedArguments('gemini', ['-y', 'deploy']), ['-y']);
    assert.deepEqual(toResumedArguments('gemini', ['-i', 'fix it', '-y']), ['-y']);
    assert.deepEqual(toResumedArguments('codex', ['exec', '--json', 'do it']), []);
    assert.deepEqual(toResumedArguments('codex', ['-c', 'model="a b"']), ['-c', 'model="a b"']);
  });
});

import assert from 'node:assert/strict';
import { besides, carry } from './carrying.ts';

describe('what goes along from a chat to a terminal', () => {
  it('is the model and what may be done unasked, never more than that', () => {
    const own = ['--dangerously-skip-permissions', '--permission-mode', 'auto', '--verbose'];
    assert.deepEqual(carry('claude', own, { model: 'opus', mode: null }), [
      ...['--permission-mode', 'manual', '--model', 'opus'],
      '--verbose',
    ]);
    assert.deepEqual(carry('claude', ['--model=a'], { model: null, mode: 'plan' }), [
      ...['--permission-mode', 'plan'],
      '--model=a',
    ]);
    const asking = ['--sandbox', 'read-only', '--ask-for-approval', 'on-request'];
    for (const mode of [null, 'ask', 'readOnly', 'unheard of'])
      assert.deepEqual(
        carry('codex', ['--yolo', '-s', 'danger-full-access'], { model: null, mode }),
        [...asking],
      );
    assert.deepEqual(carry('gemini', ['-y'], { model: 'g', mode: 'autoEdit' }), [
      ...['--approval-mode', 'auto_edit', '--model', 'g'],
    ]);
    assert.deepEqual(carry('gemini', ['--approval-mode=yolo'], { model: null, mode: 'new' }), [
      ...['--approval-mode', 'default'],
    ]);
    assert.deepEqual(carry('opencode', ['--auto'], { model: null, mode: 'plan' }), [
      ...['--agent', 'plan'],
    ]);
  });

  it('counts over the arguments of a chat too, once it was chosen', () => {
    const own = ['--permission-mode', 'acceptEdits', '--model', 'opus', '--verbose'];
    assert.deepEqual(besides('claude', own, { model: null, mode: null }), own);
    assert.deepEqual(besides('claude', own, { model: null, mode: 'plan' }), [
      ...['--model', 'opus'],
      '--verbose',
    ]);
    assert.deepEqual(besides('claude', own, { model: 'sonnet', mode: 'plan' }), ['--verbose']);
  });
});

import assert from 'node:assert/strict';
import type { IdleFacts } from './endIdle.ts';
import { whyKept } from './endIdle.ts';

const idle: IdleFacts = {
  agent: 'shell',
  pid: 40,
  prompt: 'unknown',
  foreground: 40,
  others: 0,
  clients: 0,
};

describe('a shell that nobody shows any more', () => {
  it('is idle when it says so itself, or when it alone reads from its terminal', () => {
    const shells: readonly Partial<IdleFacts>[] = [
      {},
      { prompt: 'prompt' },
      { prompt: undefined },
      { prompt: 'prompt', foreground: undefined },
    ];
    assert.deepEqual(
      shells.map((facts) => whyKept({ ...idle, ...facts })),
      shells.map(() => undefined),
    );
  });

  it('is kept when it works, has jobs, is shown elsewhere, is none, or nobody can tell', () => {
    const shells: readonly [Partial<IdleFacts>, string][] = [
      [{ prompt: 'running' }, 'busy'],
      [{ foreground: 41 }, 'busy'],
      [{ prompt: 'prompt', foreground: 41 }, 'busy'],
      [{ prompt: 'prompt', others: 1 }, 'busy'],
      [{ clients: 1 }, 'attached'],
      [{ agent: 'claude', prompt: 'prompt' }, 'noShell'],
      [{ agent: 'command' }, 'noShell'],
      [{ pid: null }, 'notRunning'],
      [{ foreground: undefined }, 'unknown'],
    ];
    assert.deepEqual(
      shells.map(([facts]) => whyKept({ ...idle, ...facts })),
      shells.map(([, why]) => why),
    );
  });
});

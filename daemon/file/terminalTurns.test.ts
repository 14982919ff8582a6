import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttentionState } from '../../protocol/session/attentionState.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import { silentLogger } from '../log/log.ts';
import type { KeptStep } from './file.store.ts';
import type { KeepingContext } from './keeping.ts';
import { Keeping } from './keeping.ts';
import { TerminalTurns } from './terminalTurns.ts';

describe('turns of agents in terminals', () => {
  let folder: string;
  let root: string;
  let kept: Map<number, KeptStep>;
  let chatTurns: number;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-turns-')));
    root = join(folder, 'root');
    mkdirSync(root);
    execFileSync('git', ['init', '-q', root]);
    kept = new Map();
    chatTurns = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As one daemon after the other makes it, on the same store. Says what the state of the session is. */
  const open = (): ((state: AttentionState) => Promise<void>) => {
    const store = {
      list: async () => [...kept.values()],
      save: async (step: KeptStep) => void kept.set(step.number, step),
    };
    const context = {
      daemon: {
        log: silentLogger,
        clock: { now: () => Date.now() },
        paths: { filesDir: join(folder, 'files') },
        openStore: () => store,
      },
      workspaces: { worktreeOf: () => root, trustOf: () => 'trusted', isRepository: () => true },
    };
    const turns = new TerminalTurns(
      new Keeping(context as unknown as KeepingContext),
      () => chatTurns,
    );
    return (state) => {
      const attention = { state, kind: null, sentence: '', since: new Date().toISOString() };
      return turns.look(aRow({ status: 'running', cwd: root, attention }));
    };
  };
  const put = (text: string): void => writeFileSync(join(root, 'a.txt'), text);
  const turns = (): unknown[] =>
    [...kept.values()]
      .filter(({ kind }) => kind === 'turn')
      .map(({ turn, after, files }) => [turn, after !== null, ...files]);

  it('go on counting where its chat was, of whose turns nothing is kept', async () => {
    chatTurns = 3;
    const say = open();
    for (const text of ['a', 'b']) {
      await say('working');
      put(text);
      await say('idle');
    }
    assert.deepEqual(turns(), [
      [4, true, 'a.txt'],
      [5, true, 'a.txt'],
    ]);
  });

  it('are kept again after one could not be', async () => {
    const index = join(root, '.git/index');
    const say = open();
    writeFileSync(index, 'no index');
    await say('working');
    await say('idle');
    assert.deepEqual(turns(), []);
    rmSync(index);
    await say('working');
    put('two');
    await say('idle');
    assert.deepEqual(turns(), [[1, true, 'a.txt']]);
  });

  it('that were over while there was no daemon are over for the next one', async () => {
    const say = open();
    await say('working');
    put('two');
    const next = open();
    await next('unknown');
    assert.deepEqual(turns(), [[1, false]]);
    await next('idle');
    assert.deepEqual(turns(), [[1, true, 'a.txt']]);
    put('by hand');
    await next('idle');
    await next('working');
    assert.deepEqual(turns(), [
      [1, true, 'a.txt'],
      [2, false],
    ]);
  });
});

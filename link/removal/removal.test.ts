import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChange, findHeldToken, holdToken, planGiving } from '../access/access.ts';
import { homePaths } from '../home/home.ts';
import { writeShim } from '../shim/shim.ts';
import type { RemovalContext } from './removal.ts';
import { listTraces, removeTrace } from './removal.ts';

describe('what Waggle left on a machine', () => {
  let home: string;
  let context: RemovalContext;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'wgl-removal-'));
    context = {
      env: { HOME: home, PATH: '' },
      paths: homePaths(join(home, 'data')),
      platform: 'linux',
      commandDirectories: [join(home, 'bin')],
    };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const kinds = (): string[] =>
    listTraces(context).map(({ kind, path }) => `${kind} ${path.replace(home, '~')}`);

  it('is nothing where nothing was done, and nothing of what others did', () => {
    assert.deepEqual(kinds(), []);
    mkdirSync(join(home, '.codex'));
    writeFileSync(join(home, '.codex', 'config.toml'), 'broken =');
    writeFileSync(
      join(home, '.claude.json'),
      '{"mcpServers":{"waggle":{"command":"/bin/beehive"}}}',
    );
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin', 'waggle'), '#!/bin/sh\n');
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'notes.txt'), 'mine');
    assert.deepEqual(kinds(), []);
  });

  it('is listed and taken away, one by one', async () => {
    writeFileSync(join(home, '.claude.json'), '{}');
    await applyChange(context, planGiving(context, 'claude'));
    holdToken(context.paths, 'claude', { id: '0'.repeat(16), token: '0'.repeat(64) });
    await applyChange(context, planGiving(context, 'gemini'));
    writeShim({ home: join(home, 'data'), directory: join(home, 'bin'), platform: 'linux' });
    writeFileSync(join(home, 'data', 'waggle.db-wal'), 'x');
    writeFileSync(join(home, 'data', 'mine.txt'), 'x');
    assert.deepEqual(kinds(), [
      'entry ~/.claude.json',
      'entry ~/.gemini/settings.json',
      'command ~/bin/waggle',
      'data ~/data',
    ]);
    const left: string[] = [];
    for (const trace of listTraces(context)) {
      left.push(...(await removeTrace(context, trace)));
      assert.equal(findHeldToken(context.paths, 'claude'), undefined);
    }
    assert.deepEqual(left, ['mine.txt']);
    assert.equal(readFileSync(join(home, '.claude.json'), 'utf8'), '{}');
    assert.deepEqual(readdirSync(home).toSorted(), ['.claude.json', 'bin', 'data']);
    assert.deepEqual(readdirSync(join(home, 'data')), ['mine.txt']);
    assert.deepEqual(kinds(), []);
  });

  it('leaves no directory that is empty', async () => {
    mkdirSync(join(home, 'data', 'log'), { recursive: true });
    const [data] = listTraces(context);
    assert.ok(data);
    await removeTrace(context, data);
    assert.equal(existsSync(join(home, 'data')), false);
  });

  it('names an entry that only a person can take away', async () => {
    await applyChange(context, planGiving(context, 'codex'));
    const file = join(home, '.codex', 'config.toml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nbroken =`);
    const [trace] = listTraces(context);
    assert.ok(trace?.kind === 'stuckEntry');
    assert.match(trace.reason, /cannot be read: line 5/);
    await assert.rejects(removeTrace(context, trace), { code: 'forbidden', fix: /^Mend / });
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, installOnce } from './cache.ts';

describe('the cache', () => {
  let directory: string;
  const before = { ...process.env };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-cache-'));
    process.env['WAGGLE_CACHE'] = directory;
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
    process.env = { ...before };
  });

  it('lies where the first of its three variables says', () => {
    process.env['XDG_CACHE_HOME'] = '/xdg';
    const chosen = cacheDir();
    delete process.env['WAGGLE_CACHE'];
    const platform = cacheDir();
    delete process.env['XDG_CACHE_HOME'];
    process.env['HOME'] = '/somebody';
    const found = [chosen, platform, process.platform === 'win32' ? '' : cacheDir()];
    assert.deepEqual(found, [
      directory,
      join('/xdg', 'waggle'),
      process.platform === 'win32' ? '' : '/somebody/.cache/waggle',
    ]);
  });

  it('fills a place once and gives it back afterwards', async () => {
    let fills = 0;
    const fill = async (place: string): Promise<void> => {
      fills++;
      writeFileSync(join(place, 'content'), String(fills));
    };
    const first = await installOnce('thing-1', fill);
    const second = await installOnce('thing-1', fill);
    assert.deepEqual(
      [first, readFileSync(join(second, 'content'), 'utf8'), fills],
      [join(directory, 'thing-1'), '1', 1],
    );
  });

  it('fills a place once when several ask at the same time', async () => {
    let fills = 0;
    const ask = (): Promise<string> =>
      installOnce('thing-1', async (place) => {
        fills++;
        await new Promise((resolve) => setImmediate(resolve));
        writeFileSync(join(place, 'content'), 'whole');
      });
    const places = await Promise.all([ask(), ask(), ask()]);
    assert.deepEqual([new Set(places).size, fills, readdirSync(directory)], [1, 1, ['thing-1']]);
  });

  it('leaves nothing behind when filling fails, and tries again the next time', async () => {
    const failure = new Error('no network');
    await assert.rejects(
      installOnce('thing-1', async (place) => {
        writeFileSync(join(place, 'half'), '');
        throw failure;
      }),
      failure,
    );
    const left = readdirSync(directory);
    await installOnce('thing-1', async (place) => writeFileSync(join(place, 'whole'), ''));
    assert.deepEqual([left, readdirSync(join(directory, 'thing-1'))], [[], ['whole']]);
  });

  it('takes over the lock of an installer that died', async () => {
    const noSuchPid = 2 ** 22 + 1;
    writeFileSync(join(directory, 'thing-1.lock'), String(noSuchPid));
    await installOnce('thing-1', async (place) => writeFileSync(join(place, 'whole'), ''));
    assert.deepEqual(readdirSync(directory), ['thing-1']);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './build.ts';
import { nameProgram, readManifest, sha256 } from './manifest.ts';
import { listFiles } from './natives.ts';

describe('build', function () {
  this.timeout(60_000);

  it('uses what was built from the same sources again', async () => {
    const first = await build({ quiet: true });
    const { mtimeMs } = statSync(first.programDirectory);
    const second = await build({ quiet: true });
    assert.deepEqual(second, first);
    assert.equal(statSync(second.programDirectory).mtimeMs, mtimeMs);
  });

  it('names a program by its manifest, which has the hash of every file', async () => {
    const { programDirectory, version } = await build({ quiet: true });
    const { files } = readManifest(programDirectory);
    const found = listFiles(programDirectory).filter((path) => path !== 'manifest.json');
    const hashes = found.map((path) => [path, sha256(readFileSync(join(programDirectory, path)))]);
    assert.deepEqual(Object.fromEntries(hashes), files);
    assert.equal(nameProgram(programDirectory), version);
    assert.match(version, /^\d+\.\d+\.\d+-[0-9a-f]{8}$/);
  });

  it('puts no path of this machine into a bundle', async () => {
    const { programDirectory, extensionDirectory } = await build({ quiet: true });
    const names = [
      'waggled',
      'ptyhost',
      'storeWorker',
      'screenWorker',
      'embeddingWorker',
      'waggle',
    ].map((name) => `${name}.cjs`);
    const bundles = [
      ...names.map((name) => join(programDirectory, name)),
      join(extensionDirectory, 'extension.cjs'),
    ];
    assert.deepEqual(
      bundles.filter((file) => !existsSync(file)),
      [],
    );
    for (const file of bundles) {
      const text = readFileSync(file, 'utf8');
      assert.equal(text.includes(root), false, file);
    }
  });
});

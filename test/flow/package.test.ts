import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNode22 } from '../../scripts/node22.ts';
import { packageFor } from '../../scripts/package.ts';
import { getOwnTarget, targets } from '../../scripts/target.ts';
import type { Target } from '../../scripts/target.ts';
import { CliHome, until } from './cliHome.ts';
import { extractZip, readZip } from './zip.ts';

interface Manifest {
  readonly version: string;
  readonly main?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const program = 'extension/program/';

/** What each target's natives are made of, by the file formats' first bytes. */
const formats: Record<string, (bytes: Buffer) => boolean> = {
  linux: (bytes) => bytes.readUInt32BE(0) === 0x7f454c46,
  darwin: (bytes) => bytes.readUInt32LE(0) === 0xfeedfacf,
  win32: (bytes) => bytes.toString('latin1', 0, 2) === 'MZ',
};

function binaryPaths(target: Target): string[] {
  const sqlite = `${program}node_modules/better-sqlite3/prebuilds/${target}.node`;
  const pty = `${program}node_modules/node-pty/prebuilds/${target}`;
  const [platform] = target.split('-');
  if (platform === 'linux') return [sqlite, `${pty}/pty.node`];
  if (platform === 'darwin') return [sqlite, `${pty}/pty.node`, `${pty}/spawn-helper`];
  const windows = ['conpty.node', 'conpty/OpenConsole.exe', 'conpty/conpty.dll'];
  return [sqlite, ...[...windows, 'conpty_console_list.node'].map((name) => `${pty}/${name}`)];
}

function isBinary(path: string): boolean {
  return /\.(?:node|exe|dll|so|dylib|pdb)$|\/spawn-helper$/.test(path);
}

describe('the package', function () {
  this.timeout(300_000);

  for (const target of targets) {
    it(`for ${target} holds its own binaries and nothing that is not needed`, async () => {
      const file = await packageFor(target);
      const entries = readZip(file);
      const paths = entries.map(({ path }) => path);
      const binaries = entries.filter(({ path }) => isBinary(path));
      assert.deepEqual(binaries.map(({ path }) => path).sort(), binaryPaths(target).sort());
      const isOfPlatform = formats[target.split('-')[0] ?? ''];
      for (const binary of binaries) assert.ok(isOfPlatform?.(binary.read()), binary.path);

      const unwanted =
        /\.(?:ts|map|tsbuildinfo|md5|log|db)$|\.test\.|\/test\/|\/src\/|\.git|package-lock/;
      assert.deepEqual(
        paths.filter((path) => unwanted.test(path)),
        [],
      );
      const place =
        /^(?:extension\/(?:package(?:\.nls(?:\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/extension\/|media\/|l10n\/|program\/)|extension\.vsixmanifest$|\[Content_Types\]\.xml$)/i;
      assert.deepEqual(
        paths.filter((path) => !place.test(path)),
        [],
      );
      for (const needed of [
        'waggled',
        'ptyhost',
        'storeWorker',
        'screenWorker',
        'embeddingWorker',
        'waggle',
      ])
        assert.ok(paths.includes(`${program}${needed}.cjs`), needed);
      assert.ok(statSync(file).size < 15_000_000);
    });
  }

  it('is described by what the editor needs, and its program by the hash of every file', async () => {
    const entries = new Map(
      readZip(await packageFor(getOwnTarget())).map((entry) => [entry.path, entry]),
    );
    const read = (path: string): Manifest =>
      JSON.parse(entries.get(path)?.read().toString() ?? 'null') as Manifest;
    const manifest = read('extension/package.json');
    for (const key of ['devDependencies', 'dependencies', 'private', 'type'])
      assert.ok(!(key in manifest), key);
    assert.ok(entries.has(join('extension', manifest.main ?? 'none')), manifest.main);
    const hook = 'dist/extension/uninstall.cjs';
    assert.deepEqual(manifest['scripts'], { 'vscode:uninstall': `node ./${hook}` });
    assert.ok(entries.has(join('extension', hook)));

    const { files } = read(`${program}manifest.json`);
    const shipped = [...entries.values()].filter(
      ({ path }) => path.startsWith(program) && !path.endsWith('manifest.json'),
    );
    const hashes = shipped.map((entry) => [
      entry.path.slice(program.length),
      createHash('sha256').update(entry.read()).digest('hex'),
    ]);
    assert.deepEqual(Object.fromEntries(hashes), files);
  });

  const runtimes: [string, () => Promise<string>][] = [
    ['this Node', () => Promise.resolve(process.execPath)],
    ['the oldest supported Node', ensureNode22],
  ];
  for (const [name, find] of runtimes) {
    it(`runs a session with nothing installed beside it, on ${name}`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'wgl-vsix-'));
      const runtime = await find();
      extractZip(await packageFor(getOwnTarget()), directory);
      const cli = await CliHome.open({ program: join(directory, program), runtime });
      try {
        const script = `echo "from $((40 + 2))"; sleep 600`;
        await cli.start('packaged', 'sh', '-c', script);
        await until(async () => (await cli.run('history', 'packaged')).stdout.includes('from 42'));
        const status = await cli.json<{ runtime: { execPath: string } }>('daemon', 'status');
        assert.equal(status.runtime.execPath, runtime);
      } finally {
        await cli.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }
});

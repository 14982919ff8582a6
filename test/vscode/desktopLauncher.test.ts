import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInExtensionHost } from './support/extensionHost.ts';
import { resultsVariable } from './support/innerResult.ts';

describe('the launcher of a desktop editor', () => {
  let directory: string;
  const before = process.env['VSCODE_PATH'];

  beforeEach(function () {
    if (process.platform !== 'linux') this.skip();
    directory = mkdtempSync(join(tmpdir(), 'waggle-desktop-'));
    mkdirSync(join(directory, 'bin'));
    process.env['VSCODE_PATH'] = join(directory, 'code');
  });
  afterEach(() => {
    if (before === undefined) delete process.env['VSCODE_PATH'];
    else process.env['VSCODE_PATH'] = before;
    rmSync(directory, { recursive: true, force: true });
  });

  it('installs the package, runs the same suite in directories of its own and brings its results back', async () => {
    writeProgram('bin/code', [`echo "$@" > ${directory}/installed`]);
    writeProgram('code', [
      `echo "$@" > ${directory}/ran`,
      line({ outcome: 'passed', title: 'inside' }),
      line({ outcome: 'finished', title: '' }),
    ]);
    const lines = await runInExtensionHost({ vsix: '/waggle.vsix' });
    const installed = readFileSync(join(directory, 'installed'), 'utf8');
    const ran = readFileSync(join(directory, 'ran'), 'utf8');
    assert.deepEqual(lines, [{ outcome: 'passed', title: 'inside' }]);
    assert.match(
      installed,
      /--user-data-dir=\S+ --extensions-dir=\S+ --install-extension \/waggle\.vsix/,
    );
    assert.match(ran, /--user-data-dir=\S+/);
    assert.match(ran, /--extensionTestsPath=\S+run\.cjs/);
  });

  it('fails when the editor ends before the suite does', async () => {
    writeProgram('code', [line({ outcome: 'passed', title: 'inside' })]);
    await assert.rejects(runInExtensionHost(), /did not come to its end/);
  });

  function writeProgram(name: string, lines: readonly string[]): void {
    writeFileSync(join(directory, name), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  }

  function line(result: { outcome: string; title: string }): string {
    return `echo '${JSON.stringify(result)}' >> "$${resultsVariable}"`;
  }
});

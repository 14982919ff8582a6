import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Mocha from 'mocha';
import { build } from '../../scripts/build.ts';
import { endDemoDaemon } from '../../scripts/demoDaemon.ts';
import { packageFor } from '../../scripts/package.ts';
import { getOwnTarget } from '../../scripts/target.ts';
import { runInExtensionHost } from './support/extensionHost.ts';
import type { InnerLine } from './support/innerResult.ts';

const suite = describe('inside the real extension host, with the package installed', function () {
  this.timeout(10 * 60_000);
  let lines: InnerLine[] = [];

  before(async () => {
    const home = mkdtempSync(join(tmpdir(), 'waggle-home-'));
    const env = { ...process.env, WAGGLE_HOME: home };
    try {
      lines = await runInExtensionHost({ vsix: await packageFor(getOwnTarget()), env });
    } finally {
      await endDemoDaemon({
        home,
        env,
        programDirectory: (await build({ quiet: true })).programDirectory,
      });
      rmSync(home, { recursive: true, force: true });
    }
    for (const line of lines) suite.addTest(asTest(line));
  });

  it('runs the whole suite to its end', () => {
    assert.ok(lines.length > 0, 'no test ran inside');
  });
});

/** One test out here per test in there, so that counts and names are the real ones. */
function asTest(line: InnerLine): Mocha.Test {
  if (line.outcome === 'skipped') return new Mocha.Test(line.title);
  return new Mocha.Test(line.title, () => {
    if (line.outcome === 'failed')
      throw new Error(`Inside the extension host: ${line.error ?? 'no reason given'}`);
  });
}

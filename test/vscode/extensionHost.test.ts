import assert from 'node:assert/strict';
import Mocha from 'mocha';
import { runInExtensionHost } from './support/extensionHost.ts';
import type { InnerLine } from './support/innerResult.ts';

const suite = describe('inside the real extension host', function () {
  this.timeout(10 * 60_000);
  let lines: InnerLine[] = [];

  before(async () => {
    lines = await runInExtensionHost();
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

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

describe('the process of a suite', function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    // Inside the checkout, so that the files find what they import.
    mkdirSync(join(root, 'out'), { recursive: true });
    directory = mkdtempSync(join(root, 'out', 'suite-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('counts what passed, failed and was skipped, and says so with its exit code', async () => {
    const file = write('mixed', [
      `it('passes', () => {});`,
      `it('fails', () => { throw new Error('planned') });`,
      `it.skip('is skipped', () => {});`,
    ]);
    const { counts, code, output } = await runFiles([file]);
    const expected = { passed: 1, failed: 1, skipped: 1 };
    assert.deepEqual([counts, code], [{ ...expected, failedIn: { [file]: expected } }, 1]);
    assert.match(output, /planned/);
  });

  it('takes a file that does not load for one failure and runs the others', async () => {
    const broken = write('broken', [], `import './missing.ts';`);
    const whole = write('whole', [`it('passes', () => {});`]);
    const { counts, output } = await runFiles([broken, whole]);
    const failedIn = { '': { passed: 0, failed: 1, skipped: 0 } };
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0, failedIn });
    assert.match(output, /missing\.ts/);
  });

  it('fails a file that leaves a timer behind, and names file and timer', async () => {
    const leaky = write('leaky', [`it('passes', () => { setInterval(() => {}, 1000).ref(); });`]);
    const clean = write('quiet', [`it('passes', () => {});`]);
    const { counts, output } = await runFiles([leaky, clean], true);
    const failedIn = { [leaky]: { passed: 1, failed: 1, skipped: 0 } };
    assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 0, failedIn });
    assert.match(output, /leaky\.test\.ts left behind:\s+resource Timeout/);
  });

  it('lets a property fail at the same input for the same seed', async () => {
    const property = write(
      'property',
      [`it('holds', () => fc.assert(fc.property(fc.nat(), (n) => n < 1000)));`],
      `import fc from 'fast-check';`,
    );
    const first = await runFiles([property]);
    const again = await runFiles([property]);
    const counterexample = /seed: 77, path: "[\d:]+"/;
    assert.match(first.output, counterexample);
    assert.equal(again.output.match(counterexample)?.[0], first.output.match(counterexample)?.[0]);
  });

  function write(name: string, tests: readonly string[], imports = ''): string {
    const file = join(directory, `${name}.test.ts`);
    writeFileSync(file, `${imports}\ndescribe('${name}', () => {\n${tests.join('\n')}\n});\n`);
    return file;
  }
});

/** `isStuck` ends the process by force once it has told its counts: a leak may keep it alive. */
async function runFiles(
  files: readonly string[],
  isStuck = false,
): Promise<{ counts: unknown; code: unknown; output: string }> {
  const child = fork(join(root, 'test', 'support', 'runSuite.ts'), files, {
    cwd: root,
    env: { ...process.env, WAGGLE_TEST_SEED: '77' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let counts: unknown;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.on('message', (message) => {
    counts = message;
    if (isStuck) child.kill('SIGKILL');
  });
  const [code] = await once(child, 'close');
  return { counts, code, output };
}

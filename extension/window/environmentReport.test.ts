import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTerminalEnvironment, toReportable, withLastingSocket } from './environmentReport.ts';

describe('the environment of a window', () => {
  it('is what a program in the hidden terminal sees', async () => {
    let closed = 0;
    const variables = await readTerminalEnvironment(({ path, arguments: given, environment }) => {
      const child = spawn(path, given, {
        env: { ...environment, ONLY_THERE: 'yes=1' },
        stdio: 'ignore',
      });
      return () => {
        closed += 1;
        child.kill();
      };
    }, 10_000);
    assert.deepEqual({ value: variables['ONLY_THERE'], closed }, { value: 'yes=1', closed: 1 });
  });

  it('is given up when no report comes', async () => {
    await assert.rejects(
      readTerminalEnvironment(() => () => undefined, 20),
      { code: 'timeout' },
    );
  });

  it('comes from a program that ends well also when nobody listens any more', async () => {
    let ended: Promise<unknown[]> | undefined;
    const reading = readTerminalEnvironment(({ path, arguments: given, environment }) => {
      const [option = '', script = ''] = given;
      const nowhere = join(tmpdir(), 'waggle-nobody-listens', 'report');
      const child = spawn(path, [option, script, nowhere], { env: environment, stdio: 'ignore' });
      ended = once(child, 'exit');
      return () => undefined;
    }, 20);
    await assert.rejects(reading, { code: 'timeout' });
    assert.deepEqual(await ended, [0, null]);
  });

  it('has the socket that lasts in place of the hidden terminal’s own', () => {
    const taken = { A: '1', VSCODE_IPC_HOOK_CLI: '/tmp/ended.sock' };
    const own = { VSCODE_IPC_HOOK_CLI: '/tmp/lasting.sock' };
    assert.deepEqual(withLastingSocket(taken, own), { A: '1', ...own });
    assert.deepEqual(withLastingSocket(taken, {}), { A: '1' });
  });

  it('is cut to what the protocol takes', () => {
    const long = 'x'.repeat(200_000);
    assert.deepEqual(toReportable({ A: '1', B: undefined, C: long, ['n'.repeat(300)]: '1' }), {
      A: '1',
    });
  });
});

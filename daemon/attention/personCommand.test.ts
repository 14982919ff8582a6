import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PersonCommand } from './personCommand.ts';

describe('the person’s own program', function () {
  this.timeout(20_000);
  let folder: string;
  let logged: unknown[];
  let warnings: Map<string, string>;
  let command: PersonCommand;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgl-pc-'));
    logged = [];
    warnings = new Map();
    command = new PersonCommand({
      log: { warn: (_message, fields) => logged.push(fields?.['reason']) },
      warnings: {
        set(key, text) {
          if (text === undefined) warnings.delete(key);
          else warnings.set(key, text);
        },
        list: () => [...warnings.values()],
      },
      limitMs: 500,
    });
  });
  afterEach(() => {
    command.dispose();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, script: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  };
  async function until(isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!isSo()) {
      assert.ok(performance.now() < deadline, 'waited in vain');
      await delay(10);
    }
  }

  it('gets its words as they are, and the notice as one document on its input', async () => {
    const got = join(folder, 'got');
    const program = write(
      'ok',
      `printf '%s\\n' "$2" > "$1.part"; cat >> "$1.part"; mv "$1.part" "$1"`,
    );
    command.run([program, got, '$(id); "x"'], { title: '</b>' });
    await until(() => existsSync(got));
    assert.equal(readFileSync(got, 'utf8'), '$(id); "x"\n{"title":"</b>"}\n');
  });

  it('that fails is told of once, until one succeeds', async () => {
    const failing = write('fail', 'exit 3');
    command.run([failing], {});
    await until(() => warnings.size === 1);
    command.run([join(folder, 'missing')], {});
    const done = join(folder, 'done');
    const program = write('ok', `cat > /dev/null; : > "${done}"`);
    await until(() => logged.length === 1);
    command.run([program], {});
    await until(() => warnings.size === 0);
    command.run([failing], {});
    await until(() => warnings.size === 1);
    assert.deepEqual(logged, ['it ended with 3', 'it ended with 3']);
  });

  it('that hangs is ended with what it started, and one that reads nothing is none', async () => {
    const pids = join(folder, 'pids');
    command.run([write('hang', `sleep 600 & echo $! > "${pids}"; wait`)], {
      text: 'x'.repeat(1_000_000),
    });
    await until(() => existsSync(pids) && readFileSync(pids, 'utf8') !== '');
    const pid = Number(readFileSync(pids, 'utf8'));
    await until(() => !isRunning(pid));
    assert.deepEqual(logged, ['it took longer than 0.5 s']);
  });

  it('is nothing when there is none', () => {
    command.run([], {});
    assert.deepEqual(logged, []);
  });
});

/** One that was ended and not collected yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It is gone.
    return false;
  }
}

/** The daemon's process: arguments, environment, signals, exit codes. What it is made of begins in `daemon.ts`. */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { homePaths, resolveHome } from '../link/home/home.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../protocol/wire/errors.ts';
import { runDaemon } from './daemon.ts';
import { exitCodeOf } from './exitCodes.ts';
import { collectWhenQuiet } from './heap.ts';
import { checkRuntime } from './runtime.ts';
import type { StoreThread } from './store/store.ts';

/** What still runs so long after the end has nothing to say: a runtime may hang in its own exit. */
const lastResortMs = 1000;
/** Compiled code is kept early: a daemon that is killed would never write it. */
const keepCompiledAfterMs = 1000;

/** Given by whoever starts us, as a rule. */
const smallHeapFlag = '--semi-space-growth-factor=1';

function parseOptions() {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      umask: { type: 'string', default: '022' },
      'idle-ms': { type: 'string' },
    },
  });
  const idleMs = Number(values['idle-ms'] ?? Number.NaN);
  return {
    paths: values.home === undefined ? resolveHome() : homePaths(values.home),
    sessionUmask: Number.parseInt(values.umask, 8) & 0o777,
    entry: process.argv[1] ?? '',
    wantedPort: process.env['WAGGLE_PORT'],
    logLevel: process.env['WAGGLE_LOG'],
    ...(Number.isFinite(idleMs) ? { idleMs } : {}),
  };
}

/** Resolves when the daemon has ended; does not return when it may not run. */
export async function runProcess(storeThread: StoreThread): Promise<void> {
  try {
    await run(storeThread);
  } catch (error) {
    refuse(error);
  }
}

async function run(storeThread: StoreThread): Promise<void> {
  // Ours alone: whatever this process starts must not write compiled code into our directory.
  delete process.env['NODE_COMPILE_CACHE'];
  checkRuntime(process.versions.node);
  // What two hundred sessions leave behind is collected often and in small steps, instead of being let grow to 32 MiB.
  if (!process.execArgv.includes(smallHeapFlag)) setFlagsFromString(smallHeapFlag);
  const daemon = await runDaemon({ ...parseOptions(), storeThread });
  setTimeout(() => flushCompileCache(), keepCompiledAfterMs).unref();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => daemon.requestStop(signal));
  process.on('SIGHUP', () => undefined);
  process.on('unhandledRejection', (error) => daemon.report('Unhandled rejection', error));
  process.on('uncaughtException', (error) => {
    daemon.report('Uncaught exception', error);
    process.kill(process.pid, 'SIGKILL');
  });
  const collecting = collectWhenQuiet();
  await daemon.ended;
  collecting.dispose();
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastResortMs).unref();
}

/** One line on the error output, which whoever started us reads. */
function refuse(error: unknown): never {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  const code = errorCodeOf(error);
  const message = errorMessageOf(error);
  process.stderr.write(`${JSON.stringify({ waggled: 'refused', code, message, fix })}\n`);
  process.exit(exitCodeOf(code));
}

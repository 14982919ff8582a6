/** The daemon's process: arguments, environment, signals, exit codes. Everything else begins in `daemon.ts`. */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { homePaths, resolveHome } from '../link/home/home.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../protocol/wire/errors.ts';
import { exitCodeOf } from './exitCodes.ts';
import { checkRuntime } from './runtime.ts';

/** What still runs so long after the end has nothing to say: a runtime may hang in its own exit. */
const lastResortMs = 1000;
/** Compiled code is kept early: a daemon that is killed would never write it. */
const keepCompiledAfterMs = 1000;

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

async function main(): Promise<void> {
  process.umask(0o077);
  // Ours alone: whatever this process starts must not write compiled code into our directory.
  delete process.env['NODE_COMPILE_CACHE'];
  checkRuntime(process.versions.node);
  const { runDaemon } = await import('./daemon.ts');
  const daemon = await runDaemon(parseOptions());
  setTimeout(() => flushCompileCache(), keepCompiledAfterMs).unref();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => daemon.requestStop(signal));
  process.on('SIGHUP', () => undefined);
  process.on('unhandledRejection', (error) => daemon.report('Unhandled rejection', error));
  process.on('uncaughtException', (error) => {
    daemon.report('Uncaught exception', error);
    process.kill(process.pid, 'SIGKILL');
  });
  await daemon.ended;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastResortMs).unref();
}

main().catch((error: unknown) => {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  const code = errorCodeOf(error);
  const message = errorMessageOf(error);
  process.stderr.write(`${JSON.stringify({ waggled: 'refused', code, message, fix })}\n`);
  process.exit(exitCodeOf(code));
});

/** Process edge of the pty host: arguments, signals, faults, the end. */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { hostKindSchema } from '../../protocol/host/host.ts';
import type { HostKind } from '../../protocol/host/host.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Launch } from './child.ts';
import { closeInherited } from './descriptors.ts';
import { loadNativePty } from './nativePty.ts';
import { launchPipe } from './pipeProcess.ts';
import { PtyHost } from './ptyhost.ts';
import { createPtyLaunch } from './ptyProcess.ts';
import { createStockLaunch } from './stockPty.ts';

/** Given by whoever starts us, as a rule. */
const smallHeapFlag = '--semi-space-growth-factor=1';

function chooseLaunch(kind: HostKind): Launch {
  if (kind === 'pipe') return launchPipe;
  return process.platform === 'win32' ? createStockLaunch() : createPtyLaunch(loadNativePty());
}

/** Name of the program directory we run from, else the version in its manifest; unbuilt source has neither. */
function readVersion(): string {
  try {
    const folder = dirname(realpathSync(process.argv[1] ?? ''));
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
    const version = isManifest ? String(manifest.version) : 'source';
    return basename(folder).startsWith(`${version}-`) ? basename(folder) : version;
  } catch {
    return 'source';
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      kind: { type: 'string', default: 'pty' },
      umask: { type: 'string' },
      'socket-dir': { type: 'string' },
      'grace-ms': { type: 'string', default: '60000' },
      'stall-ms': { type: 'string', default: '30000' },
    },
  });
  const { home } = values;
  if (home === undefined) throw new Error('--home is missing');
  // Young objects stay in the space they begin with: what a burst of starts left there would else stay resident for good.
  if (!process.execArgv.includes(smallHeapFlag)) setFlagsFromString(smallHeapFlag);
  closeInherited();
  // Children have the umask of whoever started us; our own files are given their mode one by one.
  if (values.umask !== undefined) process.umask(Number.parseInt(values.umask, 8));
  const kind = hostKindSchema.parse(values.kind);
  const host = new PtyHost({
    home,
    kind,
    socketFolder: values['socket-dir'] ?? join(home, 'run'),
    version: readVersion(),
    graceMs: Number(values['grace-ms']),
    stallMs: Number(values['stall-ms']),
    launch: chooseLaunch(kind),
    // By signal: leaving the usual way can hang in the runtime's own shutdown.
    onDidEnd: () => process.kill(process.pid, 'SIGKILL'),
  });
  process.on('uncaughtException', (error) => host.log.fault('Uncaught exception', error));
  process.on('unhandledRejection', (error) => host.log.fault('Unhandled rejection', error));
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, ignoreSignal);
  process.on('SIGTERM', () => host.stop());
  host.start().catch((error: unknown) => {
    console.error(`ptyhost: ${errorMessageOf(error)}`);
    process.exit(1);
  });
}

/** A terminal that closes, or a key typed in it, does not end the sessions of others. */
function ignoreSignal(): void {
  return;
}

main();

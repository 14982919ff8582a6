/** Where the daemon's program lies and what runs it: the siblings of its own entry, built or as source. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readPrivateFile } from '../../link/home/home.ts';
import type { ProgramContext } from '../context.ts';

const versionedSchema = z.object({ version: z.string() });

const sources = {
  ptyhost: 'ptyhost/main.ts',
  screenWorker: 'screen/screenWorker.ts',
  embeddingWorker: 'embedding/embeddingWorker.ts',
};

/** `entry`: the file that was started (`process.argv[1]`). */
export function findProgram(
  entry: string,
  sessionUmask: number,
): ProgramContext & { readonly version: string } {
  const directory = dirname(realpathSync(entry));
  const isSource = basename(entry).endsWith('.ts');
  return {
    version: readVersion(directory),
    entryOf(program) {
      if (!isSource) return join(directory, `${program}.cjs`);
      return join(directory, sources[program]);
    },
    shellDirectory: join(directory, 'shell'),
    findRuntime: () => findRuntime(join(dirname(directory), 'runtime')),
    sessionUmask,
  };
}

/**
 * Ours while it is there. The folder of an updated editor is deleted under us; whoever comes with the new one writes down
 * what runs our programs now. The last resort is the file that we run from, which Linux keeps open.
 */
function findRuntime(recordFile: string): ReturnType<ProgramContext['findRuntime']> {
  const electron = process.versions['electron'] !== undefined;
  if (existsSync(process.execPath)) return runtimeOf(process.execPath, electron);
  const [recorded = '', kind] = readPrivateFile(recordFile)?.split('\n') ?? [];
  if (recorded !== '' && existsSync(recorded)) return runtimeOf(recorded, kind === 'electron');
  return runtimeOf('/proc/self/exe', electron);
}

function runtimeOf(execPath: string, electron: boolean): ReturnType<ProgramContext['findRuntime']> {
  return { execPath, env: electron ? { ELECTRON_RUN_AS_NODE: '1' } : {} };
}

/** As the pty host names itself: the program directory's name where it is one, `source` when nothing was built. */
function readVersion(directory: string): string {
  const manifest = join(directory, 'manifest.json');
  if (!existsSync(manifest)) return 'source';
  const { version } = versionedSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  const name = basename(directory);
  return name.startsWith(`${version}-`) ? name : version;
}

/** Where the daemon's program lies and what runs it: the siblings of its own entry, built or as source. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { ProgramContext } from '../context.ts';

const versionedSchema = z.object({ version: z.string() });

/** `entry`: the file that was started (`process.argv[1]`). */
export function findProgram(
  entry: string,
  sessionUmask: number,
): ProgramContext & { readonly version: string } {
  const directory = dirname(realpathSync(entry));
  const isSource = basename(entry).endsWith('.ts');
  const electron = process.versions['electron'] !== undefined;
  return {
    version: readVersion(directory),
    entryOf(program) {
      if (!isSource) return join(directory, `${program}.cjs`);
      return join(directory, program === 'ptyhost' ? 'ptyhost/main.ts' : `${program}.ts`);
    },
    execPath: process.execPath,
    execArgv: [],
    runtimeEnv: electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
    sessionUmask,
  };
}

function readVersion(directory: string): string {
  const candidates = [join(directory, 'manifest.json'), join(directory, '..', 'package.json')];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) return '0.0.0';
  return versionedSchema.parse(JSON.parse(readFileSync(found, 'utf8'))).version;
}

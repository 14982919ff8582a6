/**
 * Runs when the editor deletes the extension, without the editor: takes back what was written into other programs' files
 * and the command on PATH. The data stays, because nobody can be asked. Loads nothing of the editor, and ends quickly.
 */
import { findLastingUrl } from '../link/access/access.ts';
import { resolveHome } from '../link/home/home.ts';
import { listTraces, removeTrace } from '../link/removal/removal.ts';
import { defaultShimDirectory } from '../link/shim/shim.ts';
import { errorMessageOf } from '../protocol/wire/errors.ts';

async function takeBack(): Promise<void> {
  const { env } = process;
  const paths = resolveHome(env);
  const commandDirectories = [defaultShimDirectory()];
  const context = { paths, env, url: findLastingUrl(paths, env), commandDirectories };
  for (const trace of listTraces(context)) {
    if (trace.kind === 'data') continue;
    try {
      await removeTrace(context, trace);
    } catch (error) {
      process.stderr.write(`waggle: ${trace.path} is left: ${errorMessageOf(error)}\n`);
      process.exitCode = 1;
    }
  }
}

void takeBack();

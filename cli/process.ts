/** The `waggle` command: arguments, standard streams and exit codes. */
import './interpretedSchemas.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommand } from './cli.ts';
import type { CommandContext, ContextOptions } from './context.ts';
import { createContext, findProgramDirectory } from './context.ts';
import { Output } from './output/output.ts';

const { env, stdout, stderr } = process;

function readVersion(entry: string): string {
  const directory = findProgramDirectory(entry);
  for (const name of ['manifest.json', 'package.json']) {
    const text = readIfThere(join(directory, name));
    if (text !== undefined) return parseVersion(text);
  }
  return 'unknown';
}

function parseVersion(text: string): string {
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whoever reads our output may stop reading, or be a terminal that was closed: that is no failure of ours. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(0);
  stderr.write(`waggle: The output could not be written: ${error.message} [internal]\n`);
  process.exit(1);
}

async function main(entry: string, argv: readonly string[]): Promise<number> {
  const output = new Output({ json: argv.includes('--json'), stdout, stderr, env });
  try {
    const parsed = await parseCommand(argv, {
      version: () => readVersion(entry),
      write: (text) => stdout.write(text),
    });
    if (parsed.kind === 'shown') return 0;
    const printer = new Output({ json: parsed.json, stdout, stderr, env });
    return await runWith(parsed.run, { output: printer, env, entry });
  } catch (error) {
    return output.fail(error);
  }
}

async function runWith(
  run: (context: CommandContext) => Promise<number>,
  options: ContextOptions,
): Promise<number> {
  let context: CommandContext | undefined;
  try {
    context = createContext(options);
    return await run(context);
  } catch (error) {
    return options.output.fail(error);
  } finally {
    context?.dispose();
  }
}

/** Ends the process with the command's exit code. `entry`: the file that was started. */
export async function runProcess(entry: string): Promise<void> {
  stdout.on('error', endWithReader);
  const exitCode = await main(entry, process.argv.slice(2));
  // What was written to a pipe must be out before the process ends.
  stdout.write('', () => process.exit(exitCode));
}

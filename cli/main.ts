/** The `waggle` command: arguments, standard streams and exit codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommand } from './cli.ts';
import { createContext, findProgramDirectory } from './context.ts';
import { Output } from './output/output.ts';

const entry = process.argv[1] ?? '';
const { env, stdout, stderr } = process;

function readVersion(): string {
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

async function main(argv: readonly string[]): Promise<number> {
  const output = new Output({ json: argv.includes('--json'), stdout, stderr, env });
  try {
    const parsed = await parseCommand(argv, {
      version: readVersion,
      write: (text) => stdout.write(text),
    });
    if (parsed.kind === 'shown') return 0;
    const printer = new Output({ json: parsed.json, stdout, stderr, env });
    return await runWith(printer, parsed.run);
  } catch (error) {
    return output.fail(error);
  }
}

async function runWith(
  output: Output,
  run: (context: ReturnType<typeof createContext>) => Promise<number>,
): Promise<number> {
  let context: ReturnType<typeof createContext> | undefined;
  try {
    context = createContext({ output, env, entry });
    return await run(context);
  } catch (error) {
    return output.fail(error);
  } finally {
    context?.dispose();
  }
}

void main(process.argv.slice(2)).then((exitCode) => {
  // What was written to a pipe must be out before the process ends.
  stdout.write('', () => process.exit(exitCode));
});
stdout.on('error', endWithReader);

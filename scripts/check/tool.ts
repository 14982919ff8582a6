/** Runs a pinned tool of `node_modules` in a tree, under this same Node, without a shell. Reads its output, judges nothing. */
import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface ToolResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Absolute path of a package's program. Throws when the package is not installed. */
function getProgram(root: string, packageName: string): string {
  const folder = realpathSync(join(root, 'node_modules', packageName));
  const manifest: { bin?: string | Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const name = packageName === 'typescript' ? 'tsc' : packageName;
  const program = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[name];
  if (!program) throw new Error(`${packageName} has no program ${name}`);
  return join(folder, program);
}

export async function runTool(
  root: string,
  packageName: string,
  argv: readonly string[],
): Promise<ToolResult> {
  const child = spawn(process.execPath, [getProgram(root, packageName), ...argv], {
    cwd: root,
    env: {
      ...process.env,
      NO_COLOR: '1',
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** A tool that failed without naming a finding is broken, which must never look like a clean tree. */
export function refuseSilentFailure(name: string, result: ToolResult, findings: number): void {
  if (result.exitCode === 0 || findings > 0) return;
  throw new Error(`${name} ended with ${result.exitCode}:\n${result.stdout}${result.stderr}`);
}

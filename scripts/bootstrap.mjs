/**
 * The one entry of every npm script. Runs under whatever Node the machine has (20 or newer), installs the pinned
 * packages when the lock file changed, and hands over to the script of that name under the project's own Node 24.
 * Deliberately imports nothing but Node: it must work before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeBinary = join(
  root,
  'node_modules',
  '.bin',
  process.platform === 'win32' ? 'node.cmd' : 'node',
);
const stampFile = join(root, 'node_modules', '.waggle-install');

const scripts = {
  start: ['scripts/start.ts'],
  test: ['scripts/test.ts', 'all'],
  check: ['scripts/check.ts'],
  build: ['scripts/build.ts'],
  bench: ['bench/main.ts'],
  package: ['scripts/package.ts'],
  'test:unit': ['scripts/test.ts', 'unit'],
  'test:flow': ['scripts/test.ts', 'flow'],
  'test:agents': ['scripts/test.ts', 'agents'],
  'test:vscode': ['scripts/test.ts', 'vscode'],
  'test:long': ['scripts/test.ts', 'long'],
};

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.platform + process.arch)
    .digest('hex');
}

function npm(args) {
  const npmCli = process.env.npm_execpath;
  // An install removes the runtime that lies among the packages, which may be the one that runs this.
  const node = [process.execPath, process.env.npm_node_execpath ?? ''].find((one) =>
    existsSync(one),
  );
  const [command, prefix] = npmCli && node ? [node, [npmCli]] : ['npm', []];
  const result = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (result.status === 0) return;
  const reason = result.error?.message ?? result.signal ?? `exit code ${result.status}`;
  console.error(
    `waggle: "npm ${args.join(' ')}" failed (${reason}). Check the network and the npm registry, then run the command again.`,
  );
  process.exit(1);
}

/** Only the `node` package may run its install script (it unpacks the runtime); every other package ships what it needs. */
function install() {
  const hash = lockHash();
  if (existsSync(stampFile) && existsSync(nodeBinary) && readFileSync(stampFile, 'utf8') === hash)
    return;
  console.error('waggle: installing the pinned packages …');
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  writeFileSync(stampFile, hash);
}

const [name = '', ...rest] = process.argv.slice(2);
const script = scripts[name];
if (!script) {
  console.error(`waggle: unknown script "${name}". Known: ${Object.keys(scripts).join(', ')}`);
  process.exit(2);
}
install();
const child = spawn(nodeBinary, [...script, ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH:
      join(root, 'node_modules', '.bin') +
      (process.platform === 'win32' ? ';' : ':') +
      (process.env.PATH ?? ''),
  },
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
});

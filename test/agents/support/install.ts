/**
 * Puts the real agent CLIs of `../package.json` into the cache outside the checkout, once per pinned set and machine.
 * Their install scripts run, in a home that is thrown away, because some write into the home they find.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { installOnce, say } from '../../../scripts/cache.ts';

const packageDirectory = dirname(import.meta.dirname);
const packageFiles = ['package.json', 'package-lock.json', '.npmrc'];
const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()) });

/** Absolute paths of the programs. */
export interface InstalledAgents {
  readonly claudeCode: string;
  /** A script for Node. */
  readonly codex: string;
}

/**
 * Installs on the first call of a machine (about 15 s and 325 MB to download), afterwards only looks.
 * @throws with what npm printed when it fails, or when a program does not say the version that is pinned.
 */
export async function installAgents(): Promise<InstalledAgents> {
  const directory = await installOnce(`agents-${hashOfPins()}`, fill);
  return { claudeCode: claudeCodeIn(directory), codex: codexIn(directory) };
}

export interface MoreAgents {
  /** A script for Node. */
  readonly gemini: string;
  readonly opencode: string;
}

const moreDirectory = join(packageDirectory, 'more');

/** The same for those of `../more/package.json` (about 20 s and 140 MB to download). */
export async function installMoreAgents(): Promise<MoreAgents> {
  const text = readFileSync(join(moreDirectory, 'package.json'), 'utf8');
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`).update(text);
  const name = `more-agents-${hash.digest('hex').slice(0, 16)}`;
  const bin = join(await installOnce(name, fillMore), 'node_modules', '.bin');
  return { gemini: join(bin, 'gemini'), opencode: join(bin, 'opencode') };
}

async function fillMore(directory: string): Promise<void> {
  say('installing further agents that the tests run, once …');
  const home = join(directory, 'throwaway-home');
  mkdirSync(home);
  copyFileSync(join(moreDirectory, 'package.json'), join(directory, 'package.json'));
  copyFileSync(join(packageDirectory, '.npmrc'), join(directory, '.npmrc'));
  await runNpm(directory, environmentWith(home), ['install', '--no-package-lock']);
  rmSync(home, { recursive: true, force: true });
}

/** The versions that `../package.json` pins, by package name. */
export function readPins(): Record<string, string> {
  const text = readFileSync(join(packageDirectory, 'package.json'), 'utf8');
  return manifestSchema.parse(JSON.parse(text)).dependencies;
}

function hashOfPins(): string {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of packageFiles) hash.update(readFileSync(join(packageDirectory, file)));
  return hash.digest('hex').slice(0, 16);
}

function claudeCodeIn(directory: string): string {
  const bin = join(directory, 'node_modules', '@anthropic-ai', 'claude-code', 'bin');
  return join(bin, 'claude.exe');
}

function codexIn(directory: string): string {
  return join(directory, 'node_modules', '@openai', 'codex', 'bin', 'codex.js');
}

async function fill(directory: string): Promise<void> {
  const pins = readPins();
  const names = Object.entries(pins).map(([name, version]) => `${name} ${version}`);
  say(`installing the agents that the tests run (${names.join(', ')}), once …`);
  const home = join(directory, 'throwaway-home');
  mkdirSync(home);
  for (const file of packageFiles)
    copyFileSync(join(packageDirectory, file), join(directory, file));
  const environment = environmentWith(home);
  await runNpm(directory, environment, ['ci']);
  const place = { cwd: directory, environment };
  const claude = await run(claudeCodeIn(directory), ['--version'], place);
  requirePinned(claude, pins['@anthropic-ai/claude-code'], 'Claude Code');
  const codex = await run(process.execPath, [codexIn(directory), '--version'], place);
  requirePinned(codex, pins['@openai/codex'], 'Codex');
  rmSync(home, { recursive: true, force: true });
  say('the agents are installed.');
}

function requirePinned(said: string, pinned: string | undefined, name: string): void {
  const words = said.trim().split(/\s+/);
  if (!pinned || !words.includes(pinned))
    throw new Error(`${name} says "${said.trim()}", pinned is ${pinned ?? 'nothing'}`);
}

/** npm keeps its settings and its cache, everything else that looks for a home finds the throw-away one. */
function environmentWith(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(XDG_|npm_package_|npm_lifecycle_)/i.test(name),
  );
  return {
    ...Object.fromEntries(own),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
    npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
    PATH: dirname(process.execPath) + delimiter + (process.env['PATH'] ?? ''),
  };
}

async function runNpm(
  cwd: string,
  environment: NodeJS.ProcessEnv,
  words: readonly string[],
): Promise<void> {
  const script = process.env['npm_execpath'];
  const [command, first] = script ? [process.execPath, [script]] : ['npm', []];
  const args = [...first, ...words, '--ignore-scripts=false', '--no-audit', '--no-fund'];
  try {
    await run(command, args, { cwd, environment });
  } catch (error) {
    throw new Error(
      'Failed to install the agents that the tests run. Check the network and the npm registry, then run the tests again.',
      { cause: error },
    );
  }
}

interface Place {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What the program printed on stdout. Throws with the end of all it printed when it fails. */
async function run(command: string, args: readonly string[], place: Place): Promise<string> {
  const child = spawn(command, [...args], {
    cwd: place.cwd,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: command === 'npm' && process.platform === 'win32',
  });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
  const [code] = await once(child, 'close');
  if (code === 0) return out;
  throw new Error(
    `"${command} ${args.join(' ')}" failed (${String(code)}):\n${all.trim().slice(-4000)}`,
  );
}

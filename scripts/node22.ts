/** The oldest Node major that the product runs on, for tests and benches: the npm package `node`, once per machine. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce, say } from './cache.ts';
import { runNpm } from './npm.ts';

const version = '22.23.3';

/**
 * The absolute path of that Node binary, installed into the cache on first use.
 * @throws when npm cannot bring it; the message holds npm's own words.
 */
export async function ensureNode22(): Promise<string> {
  const place = await installOnce(`node-${version}-${process.platform}-${process.arch}`, fill);
  return binaryIn(place);
}

async function fill(directory: string): Promise<void> {
  say(`installing Node ${version} for the tests of the oldest supported runtime …`);
  const manifest = { private: true, dependencies: { node: version } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  await runNpm(['install', '--ignore-scripts=false'], directory);
  if (!existsSync(binaryIn(directory)))
    throw new Error(`The package node@${version} brought no binary.`);
}

function binaryIn(directory: string): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(directory, 'node_modules', 'node', 'bin', name);
}

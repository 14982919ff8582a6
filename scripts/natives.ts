/**
 * The two packages with binaries, reduced to what one target runs: its prebuilt binary and the licence, and of the one
 * that looks for its binary by itself the JavaScript too. Nothing is compiled and nothing is fetched.
 */
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Target } from './target.ts';

interface NativePackage {
  readonly name: string;
  /** Paths inside the package that the target needs, files only. */
  list(root: string, target: Target): string[];
}

/** Relative paths of the files below a folder, sorted. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

const betterSqlite3: NativePackage = {
  name: 'better-sqlite3',
  list: (_root, target) => ['LICENSE', `prebuilds/${target}.node`],
};

const nodePty: NativePackage = {
  name: 'node-pty',
  list: (root, target) => [
    'package.json',
    'LICENSE',
    ...listFiles(join(root, 'lib'))
      .filter((path) => path.endsWith('.js') && !path.endsWith('.test.js'))
      .map((path) => `lib/${path}`),
    ...listFiles(join(root, 'prebuilds', target))
      .filter((path) => !path.endsWith('.pdb'))
      .map((path) => `prebuilds/${target}/${path}`),
  ],
};

/** What stays outside the bundles. */
export const unbundledNames = [nodePty.name];

/** Copies both packages below `<program>/node_modules`, keeping modes (macOS runs node-pty's `spawn-helper`). */
export function copyNatives(modules: string, program: string, target: Target): void {
  for (const native of [betterSqlite3, nodePty]) {
    const from = join(modules, native.name);
    for (const path of native.list(from, target)) {
      const to = join(program, 'node_modules', native.name, path);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(from, path), to, { preserveTimestamps: true });
    }
  }
}

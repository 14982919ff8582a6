/**
 * The package, made and installed once per run: each product gets a copy of what the editor's own installer made of it.
 * The pattern is removed when the process ends.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installExtension } from '../../../scripts/editorServer.ts';
import { packageFor } from '../../../scripts/package.ts';
import { getOwnTarget } from '../../../scripts/target.ts';

let made: Promise<string> | undefined;

/** Installs the package for servers with the data directory `dataDir`, which has no extensions yet. */
export async function installPackage(dataDir: string): Promise<void> {
  const pattern = await (made ??= makePattern());
  const extensions = join(dataDir, 'extensions');
  cpSync(join(pattern, 'extensions'), extensions, { recursive: true });
  // The editor's list of what is installed names places by their whole paths.
  const list = join(extensions, 'extensions.json');
  writeFileSync(list, readFileSync(list, 'utf8').replaceAll(pattern, dataDir));
}

async function makePattern(): Promise<string> {
  const pattern = mkdtempSync(join(tmpdir(), 'waggle-installed-'));
  process.once('exit', () => rmSync(pattern, { recursive: true, force: true }));
  await installExtension(await packageFor(getOwnTarget()), pattern);
  return pattern;
}

/** The manifest of a program directory: what it is and the hash of every file, so that a starter can check its copy. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocolVersion } from '../protocol/wire/define.ts';
import { listFiles } from './natives.ts';

const manifestName = 'manifest.json';

export interface ProgramManifest {
  /** Version of the package. */
  readonly version: string;
  /** ISO 8601. */
  readonly builtAt: string;
  readonly protocol: number;
  /** SHA-256 in hex of every other file, by its path with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes `manifest.json` for what the directory holds now. */
export function writeManifest(
  directory: string,
  identity: { version: string; builtAt: string },
): void {
  const files = Object.fromEntries(
    listFiles(directory)
      .filter((path) => path !== manifestName)
      .map((path) => [path, sha256(readFileSync(join(directory, path)))]),
  );
  const manifest: ProgramManifest = { ...identity, protocol: protocolVersion, files };
  writeFileSync(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

export function readManifest(directory: string): ProgramManifest {
  const manifest: ProgramManifest = JSON.parse(readFileSync(join(directory, manifestName), 'utf8'));
  return manifest;
}

/** `<package version>-<first 8 hex of the manifest's hash>`: how a copy of the program is named. */
export function nameProgram(directory: string): string {
  const hash = sha256(readFileSync(join(directory, manifestName)));
  return `${readManifest(directory).version}-${hash.slice(0, 8)}`;
}

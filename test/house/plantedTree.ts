/**
 * A small tree in a temporary folder that stands under the same rules as the checkout: its configuration is copied, its
 * packages are linked, its sources are what a test plants. Nothing of the checkout is changed.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const RULES = [
  '.gitignore',
  '.oxfmtrc.json',
  'knip.config.ts',
  'oxlint.config.ts',
  'tsconfig.base.json',
  'tsconfig.json',
  'scripts/rules',
];

/** Path below the tree → text. */
export type PlantedFiles = Readonly<Record<string, string>>;

export interface PlantedTree {
  readonly root: string;
  plant(files: PlantedFiles): void;
  dispose(): void;
}

/** Copies rules and tsconfigs; `alsoCopy` names further files or folders of the checkout. */
export function createPlantedTree(alsoCopy: readonly string[] = []): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'waggle-house-'));
  const { references }: { references: { path: string }[] } = JSON.parse(
    readFileSync(join(checkout, 'tsconfig.json'), 'utf8'),
  );
  const projects = references.map(({ path }) => join(path, 'tsconfig.json'));
  for (const path of [...RULES, ...projects, ...alsoCopy]) {
    cpSync(join(checkout, path), join(root, path), { recursive: true, force: false });
  }
  writeFileSync(join(root, 'package.json'), '{\n  "name": "planted",\n  "type": "module"\n}\n');
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'), 'dir');
  return {
    root,
    plant(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    },
    dispose() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

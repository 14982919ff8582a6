/** Reads the extension's manifest as plain JSON and walks it. Knows where strings for people and command ids stand. */
import { existsSync, readFileSync } from 'node:fs';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A string in the manifest and the keys that lead to it, array positions included. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
}

/** Keys below `contributes` whose value a person reads. */
const SPOKEN = new Set(
  [
    'title shortTitle category name contents description markdownDescription label',
    'enumDescriptions markdownEnumDescriptions enumItemLabels contextualTitle',
    'deprecationMessage markdownDeprecationMessage editPresentation',
    'altText patternErrorMessage',
  ].flatMap((line) => line.split(' ')),
);
/** Parts of `contributes` in which the same keys are identifiers. */
const SILENT = new Set(['menus', 'keybindings', 'jsonValidation', 'languages', 'grammars']);

/** The object in a JSON file; empty when there is no such file. Throws on broken JSON. */
export function readJsonObject(path: string): JsonObject {
  if (!existsSync(path)) return {};
  const parsed: Json = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new Error(`${path} does not hold an object`);
}

/** Every string below a value. */
export function listLeaves(value: Json | undefined, path: readonly string[] = []): Leaf[] {
  if (typeof value === 'string') return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => listLeaves(child, [...path, key]));
}

/** Every name of an object's field below a value. */
export function listKeys(value: Json | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(listKeys)];
}

/** The strings of a manifest that a person reads. */
export function listSpoken(manifest: JsonObject): Leaf[] {
  const topLevel = ['displayName', 'description'].flatMap((key) =>
    listLeaves(manifest[key], [key]),
  );
  const contributed = listLeaves(manifest['contributes']).filter(({ path }) => {
    const [part = ''] = path;
    const key = path.findLast((name) => !/^\d+$/.test(name)) ?? '';
    return SPOKEN.has(key) && !SILENT.has(part);
  });
  const capable = listLeaves(manifest['capabilities'], ['capabilities']).filter(
    ({ path }) => path.at(-1) === 'description',
  );
  return [...topLevel, ...capable, ...contributed];
}

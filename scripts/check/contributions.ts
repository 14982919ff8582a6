/**
 * Step `contributions`: the manifest and `extension/editor` name the same commands, and every string for people comes
 * from `package.nls.json`. A command counts as registered when its id stands as a literal in `extension/editor`; so a
 * literal `waggle.…` there that the manifest does not know (as setting, view, context key, …) is a finding too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, listKeys, listLeaves, listSpoken, readJsonObject } from './manifest.ts';
import type { Finding, Step } from './step.ts';

const MANIFEST = 'package.json';
const STRINGS = 'package.nls.json';
const EDITOR = 'extension/editor';
const PLACEHOLDER = /^%(?<key>[^%]+)%$/;
const ID = /waggle\.[A-Za-z][\w.]*\w/g;
const ID_LITERAL = /(?<=(['"`]))waggle\.[A-Za-z][\w.]*(?=\1)/g;

function finding(file: string, message: string): Finding {
  return { rule: 'contributions', file, message };
}

function checkStrings(manifest: JsonObject, strings: ReadonlySet<string>): Finding[] {
  const used = new Set<string>();
  const findings = listSpoken(manifest).flatMap(({ path, value }) => {
    const place = path.join('.');
    const key = PLACEHOLDER.exec(value)?.groups?.['key'];
    if (!key) return [finding(MANIFEST, `${place} is no %key% of ${STRINGS}: "${value}"`)];
    used.add(key);
    return strings.has(key) ? [] : [finding(MANIFEST, `${place}: ${STRINGS} has no "${key}"`)];
  });
  const spare = [...strings].filter((key) => !used.has(key));
  return [...findings, ...spare.map((key) => finding(STRINGS, `"${key}" is used by nothing`))];
}

/** The sources of a folder and below, joined; empty when it does not exist. */
function readSources(folder: string): string {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** Ids in the manifest by what they are: contributed commands, uses of commands, everything else. */
function sortIds(manifest: JsonObject, strings: JsonObject) {
  const contributed = new Set<string>();
  const uses = new Set<string>();
  const others = new Set(listKeys(manifest['contributes']).flatMap((key) => key.match(ID) ?? []));
  for (const { path, value } of listLeaves(manifest['contributes'])) {
    const isCommand = path.at(-1) === 'command';
    const group = path[0] === 'commands' ? contributed : uses;
    for (const id of value.match(ID) ?? []) (isCommand ? group : others).add(id);
  }
  for (const { value } of listLeaves(strings)) {
    for (const [, id = ''] of value.matchAll(/command:(waggle\.[\w.]*\w)/g)) uses.add(id);
  }
  return { contributed, uses, others };
}

function checkCommands(root: string, manifest: JsonObject, strings: JsonObject): Finding[] {
  const { contributed, uses, others } = sortIds(manifest, strings);
  const registered = new Set(readSources(join(root, EDITOR)).match(ID_LITERAL));
  const missing = [...contributed].filter((id) => !registered.has(id));
  const unknown = [...registered].filter((id) => !contributed.has(id) && !others.has(id));
  const dangling = [...uses].filter((id) => !contributed.has(id));
  return [
    ...missing.map((id) => finding(MANIFEST, `command ${id} is registered nowhere in ${EDITOR}`)),
    ...unknown.map((id) => finding(EDITOR, `${id} is not contributed in ${MANIFEST}`)),
    ...dangling.map((id) => finding(MANIFEST, `${id} is used but not contributed as a command`)),
  ];
}

export const contributions: Step = {
  name: 'contributions',
  find(root) {
    const manifest = readJsonObject(join(root, MANIFEST));
    const strings = readJsonObject(join(root, STRINGS));
    return Promise.resolve([
      ...checkStrings(manifest, new Set(Object.keys(strings))),
      ...checkCommands(root, manifest, strings),
    ]);
  },
};

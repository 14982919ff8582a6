/** One table of a TOML file: found, added and taken away while every other byte stays. Pure. */
import type { AST } from 'toml-eslint-parser';
import { getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import type { EntryFormat, EntryPath } from './format.ts';
import { FormatError } from './format.ts';

type Values = Readonly<Record<string, unknown>>;

export const tomlFormat: EntryFormat = {
  read: (text, path) => readTable(toValue(parse(text)), path),
  readAll: (text) => toValue(parse(text)),
  insert: (text, path, value) => {
    const bare = removeTable(text, path);
    const inline = findInline(parse(bare), path[0]);
    if (inline !== undefined) return insertInline(bare, inline, { name: path[1], value });
    return appendTable(bare, path, value);
  },
  remove: removeTable,
  removeParent: (text) => text,
};

function parse(text: string): AST.TOMLTopLevelTable {
  try {
    return parseTOML(text, { tomlVersion: '1.1' }).body[0];
  } catch (error) {
    if (error instanceof ParseError)
      throw new FormatError(`line ${error.lineNumber}: ${error.message}`);
    throw error;
  }
}

function toValue(top: AST.TOMLTopLevelTable): Values {
  const value: unknown = getStaticTOMLValue(top);
  return isTable(value) ? value : {};
}

function isTable(value: unknown): value is Values {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

function readTable(all: Values, [first, second]: EntryPath): unknown {
  const parent = all[first];
  if (parent === undefined) return undefined;
  if (!isTable(parent)) throw new FormatError(`"${first}" is no table`);
  return parent[second];
}

function appendTable(text: string, path: EntryPath, value: Values): string {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const isEnded = text === '' || text.endsWith('\n');
  const gap = text.trim() === '' ? '' : eol;
  const lines = [
    `[${path.map(keyText).join('.')}]`,
    ...Object.entries(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`),
  ];
  return `${text}${isEnded ? '' : eol}${gap}${lines.join(eol)}${eol}`;
}

/** `mcp_servers = { … }`: such a table is closed, new keys go between its braces. */
function findInline(top: AST.TOMLTopLevelTable, name: string): AST.TOMLInlineTable | undefined {
  for (const node of top.body) {
    if (node.type !== 'TOMLKeyValue' || node.value.type !== 'TOMLInlineTable') continue;
    const [first, ...more] = keysOf(node.key);
    if (first === name && more.length === 0) return node.value;
  }
  return undefined;
}

function insertInline(
  text: string,
  inline: AST.TOMLInlineTable,
  { name, value }: { readonly name: string; readonly value: Values },
): string {
  const added = `${keyText(name)} = ${valueText(value)}`;
  const last = inline.body.at(-1);
  const [start, end] = inline.range;
  if (last === undefined) return `${text.slice(0, start)}{ ${added} }${text.slice(end)}`;
  return `${text.slice(0, last.range[1])}, ${added}${text.slice(last.range[1])}`;
}

/** Removes every way in which the entry may be written: tables of its own, keys of its table, keys in braces. */
function removeTable(text: string, path: EntryPath): string {
  const cuts = parse(text).body.flatMap((node) =>
    node.type === 'TOMLTable' ? cutsOfTable(text, node, path) : cutsOfKey(text, [], { node, path }),
  );
  return cuts
    .sort((left, right) => right.from - left.from)
    .reduce((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), text);
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

function cutsOfTable(text: string, table: AST.TOMLTable, path: EntryPath): Cut[] {
  const keys = table.resolvedKey.map(String);
  if (!startsWith(keys, path))
    return table.body.flatMap((node) => cutsOfKey(text, keys, { node, path }));
  const header = wholeLines(text, table.range[0], headerEnd(text, table));
  const before = text.slice(0, header.from);
  const blank = /(?:^|\n)(\r?\n)$/.exec(before)?.[1] ?? '';
  const first = { from: header.from - blank.length, to: header.to };
  return [first, ...table.body.map(({ range: [from, to] }) => wholeLines(text, from, to))];
}

function headerEnd(text: string, table: AST.TOMLTable): number {
  return text.indexOf(']', table.key.range[1]) + (table.kind === 'array' ? 2 : 1);
}

interface Wanted {
  readonly node: AST.TOMLKeyValue;
  readonly path: EntryPath;
}

function cutsOfKey(text: string, table: readonly string[], { node, path }: Wanted): Cut[] {
  const keys = [...table, ...keysOf(node.key)];
  if (startsWith(keys, path)) return [wholeLines(text, node.range[0], node.range[1])];
  const inline = node.value;
  if (keys.length !== 1 || keys[0] !== path[0] || inline.type !== 'TOMLInlineTable') return [];
  const at = inline.body.findIndex(({ key }) => keysOf(key)[0] === path[1]);
  const found = inline.body[at];
  if (found === undefined) return [];
  const [from, to] = found.range;
  const before = inline.body[at - 1];
  const after = inline.body[at + 1];
  if (before !== undefined) return [{ from: before.range[1], to }];
  return [{ from, to: after === undefined ? to : after.range[0] }];
}

/** With the line around it, when nothing else stands there; a comment stays. */
function wholeLines(text: string, from: number, to: number): Cut {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(to));
  if (rest === null || text.slice(start, from).trim() !== '') return { from, to };
  return { from: start, to: to + rest[0].length };
}

function startsWith(keys: readonly string[], path: EntryPath): boolean {
  return keys[0] === path[0] && keys[1] === path[1];
}

function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

/** Strings as JSON writes them are basic strings of TOML, but for one character that JSON lets through. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (isTable(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${keyText(key)} = ${valueText(one)}`)
      .join(', ')} }`;
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F');
}

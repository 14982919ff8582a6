/** One entry of a JSON file with or without comments: found, added and taken away by as few bytes as possible. Pure. */
import type { Node, ParseError } from 'jsonc-parser';
import { parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { EntryFormat, EntryPath } from './format.ts';
import { FormatError } from './format.ts';

interface ObjectNode {
  /** Offset of the brace that opens it, and of the one that closes it. */
  readonly open: number;
  readonly close: number;
  readonly properties: readonly Property[];
}

interface Property {
  readonly key: string;
  /** Where the key begins, and where the value ends. */
  readonly from: number;
  readonly to: number;
  readonly value: Node;
}

/** `comments`: whether the program that owns the file reads comments and trailing commas. */
export function createJsonFormat({ comments }: { readonly comments: boolean }): EntryFormat {
  const root = (text: string): ObjectNode => readRoot(text, comments);
  return {
    read: (text, path) => {
      if (text.trim() === '') return undefined;
      root(text);
      return valueAt(parse(text, undefined, { allowTrailingComma: true }), path);
    },
    readAll: (text) => {
      if (text.trim() === '') return {};
      root(text);
      const all: unknown = parse(text, undefined, { allowTrailingComma: true });
      return all;
    },
    insert: (text, path, value) => {
      if (text.trim() === '') return `${text}${print({ [path[0]]: { [path[1]]: value } })}\n`;
      return insertAt(text, root(text), { path, value });
    },
    remove: (text, path) => (text.trim() === '' ? text : removeAt(text, root(text), path)),
    removeParent: (text, path) =>
      text.trim() === '' ? text : removeEmpty(text, root(text), path[0]),
  };
}

function valueAt(value: unknown, [first, second]: EntryPath): unknown {
  const parent = isRecord(value) ? value[first] : undefined;
  return isRecord(parent) ? parent[second] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRoot(text: string, comments: boolean): ObjectNode {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, {
    allowTrailingComma: comments,
    disallowComments: !comments,
  });
  const [error] = errors;
  if (error !== undefined)
    throw new FormatError(
      `line ${lineOf(text, error.offset)}: ${wordsOf(printParseErrorCode(error.error))}`,
    );
  if (tree?.type !== 'object') throw new FormatError('its outermost value is no object');
  return toObject(tree);
}

/** `ValueExpected` as people write it. */
function wordsOf(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function toObject(node: Node): ObjectNode {
  const properties = (node.children ?? []).flatMap((property): Property[] => {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) return [];
    const name: unknown = key.value;
    const to = value.offset + value.length;
    return [{ key: String(name), from: key.offset, to, value }];
  });
  return { open: node.offset, close: node.offset + node.length - 1, properties };
}

/** Undefined: no such key. A key that stands twice means different things to different programs. */
function findProperty(object: ObjectNode, key: string): Property | undefined {
  const [found, second] = object.properties.filter((property) => property.key === key);
  if (second !== undefined) throw new FormatError(`it has "${key}" twice`);
  return found;
}

function childObject(root: ObjectNode, key: string): ObjectNode | undefined {
  const property = findProperty(root, key);
  if (property === undefined) return undefined;
  if (property.value.type !== 'object') throw new FormatError(`"${key}" is no object`);
  return toObject(property.value);
}

interface NewEntry {
  readonly path: EntryPath;
  readonly value: unknown;
}

function insertAt(text: string, root: ObjectNode, { path, value }: NewEntry): string {
  const [first, second] = path;
  const parent = childObject(root, first);
  if (parent === undefined)
    return addProperty(text, root, { key: first, value: { [second]: value }, around: '' });
  const found = findProperty(parent, second);
  const around = indentOf(text, parent.open);
  if (found === undefined) return addProperty(text, parent, { key: second, value, around });
  const isLaidOut = text.slice(found.from, found.to).includes('\n');
  const printed = isLaidOut
    ? layOut(text, value, indentOf(text, found.from))
    : compact(text, value);
  return text.slice(0, found.value.offset) + printed + text.slice(found.to);
}

interface NewProperty {
  readonly key: string;
  readonly value: unknown;
  /** What indents the line on which the object begins. */
  readonly around: string;
}

function addProperty(text: string, object: ObjectNode, added: NewProperty): string {
  const inner = text.slice(object.open + 1, object.close);
  const last = object.properties.at(-1);
  const isOneLine = !inner.includes('\n') && (last !== undefined || !text.includes('\n', 0));
  const isEmpty = inner.trim() === '';
  if (isOneLine && !isEmpty) return addInLine(text, object, added);
  const eol = eolOf(text);
  const firstOfLine = object.properties.find(({ from }) => startsLine(text, from));
  const indent =
    firstOfLine === undefined ? added.around + unitOf(text) : indentOf(text, firstOfLine.from);
  const printed = `${eol}${indent}${JSON.stringify(added.key)}: ${layOut(text, added.value, indent)}`;
  const head = text.slice(0, object.open + 1);
  const tail = text.slice(object.close);
  if (isEmpty) return `${head}${printed}${eol}${added.around}${tail}`;
  const kept = withComma(inner, object, last);
  const end = kept.trimEnd();
  const rest = kept.slice(end.length);
  return `${head}${end}${printed}${rest.includes('\n') ? rest : `${eol}${added.around}`}${tail}`;
}

/** What stands between the braces, with a comma behind the last property. */
function withComma(inner: string, object: ObjectNode, last: Property | undefined): string {
  if (last === undefined) return inner;
  const at = last.to - object.open - 1;
  if (findComma(inner, at) !== undefined) return inner;
  return `${inner.slice(0, at)},${inner.slice(at)}`;
}

function addInLine(text: string, object: ObjectNode, { key, value }: NewProperty): string {
  const inner = text.slice(object.open + 1, object.close);
  const kept = withComma(inner, object, object.properties.at(-1));
  const end = kept.trimEnd();
  const space = isAiry(text) ? ' ' : '';
  const printed = `${JSON.stringify(key)}:${space}${compact(text, value)}`;
  const rest = kept.slice(end.length);
  return `${text.slice(0, object.open + 1)}${end}${space}${printed}${rest}${text.slice(object.close)}`;
}

function removeAt(text: string, root: ObjectNode, [first, second]: EntryPath): string {
  const parent = childObject(root, first);
  const found = parent === undefined ? undefined : findProperty(parent, second);
  if (parent === undefined || found === undefined) return text;
  const rest = cutProperty(text, parent, found);
  if (parent.properties.length > 1) return rest;
  const inner = rest.slice(parent.open + 1, parent.close - text.length + rest.length);
  return inner.trim() === ''
    ? rest.slice(0, parent.open + 1) + rest.slice(parent.close - text.length + rest.length)
    : rest;
}

function removeEmpty(text: string, root: ObjectNode, key: string): string {
  const found = findProperty(root, key);
  if (found?.value.type !== 'object' || (found.value.children ?? []).length > 0) return text;
  const inner = text.slice(found.value.offset + 1, found.to - 1);
  return inner.trim() === '' ? cutProperty(text, root, found) : text;
}

/** Takes a property and one comma; every comment stays. */
function cutProperty(text: string, object: ObjectNode, property: Property): string {
  const comma = findComma(text, property.to);
  if (comma !== undefined) {
    const gap = text.slice(property.to, comma).trim() === '' ? '' : text.slice(property.to, comma);
    return cutLine(text, { from: property.from, to: comma + 1 }, gap);
  }
  const rest = cutLine(text, property, '');
  const before = object.properties[object.properties.indexOf(property) - 1];
  const comma2 = before === undefined ? undefined : findComma(text, before.to);
  return comma2 === undefined ? rest : rest.slice(0, comma2) + rest.slice(comma2 + 1);
}

/** Replaces a stretch of the text; a line that holds nothing else goes with it. */
function cutLine(text: string, { from, to }: { from: number; to: number }, by: string): string {
  const lineEnd = /^[ \t]*(?=\r?\n|$)/.exec(text.slice(to, to + 1000));
  if (by !== '' || !startsLine(text, from) || lineEnd === null)
    return text.slice(0, from) + by + text.slice(to);
  const head = text.slice(0, from).replace(/\r?\n?[ \t]*$/, '');
  return head + text.slice(to + lineEnd[0].length);
}

/** Offset of a comma that comes next after spaces and comments. */
function findComma(text: string, from: number): number | undefined {
  const trivia = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y;
  let at = from;
  for (trivia.lastIndex = at; trivia.test(text); at = trivia.lastIndex);
  return text[at] === ',' ? at : undefined;
}

function startsLine(text: string, offset: number): boolean {
  return /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, offset - 1000), offset));
}

/** White space at the start of the line on which the offset lies. */
function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function eolOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** One step of indentation, as the file has it. */
function unitOf(text: string): string {
  return /\n([ \t]+)["}]/.exec(text)?.[1] ?? '  ';
}

function isAiry(text: string): boolean {
  return /"\s*:\s/.test(text);
}

function print(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

function layOut(text: string, value: unknown, indent: string): string {
  const lines = JSON.stringify(value, undefined, unitOf(text)).split('\n');
  return lines.join(`${eolOf(text)}${indent}`);
}

function compact(text: string, value: unknown): string {
  return isAiry(text) ? airy(value) : JSON.stringify(value);
}

function airy(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(airy).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${airy(one)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** What was changed in which file, so that it can be taken back to the byte. Below the data directory, closed to others. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HomePaths } from '../home/home.ts';
import { ensurePrivateDirectory, readPrivateFile, replacePrivateFile } from '../home/home.ts';
import { accessAgentIds } from './agentConfig.ts';
import type { AccessAgentId } from './agentConfig.ts';

/** One stretch of a text, replaced. */
export interface Edit {
  readonly offset: number;
  readonly removed: string;
  readonly inserted: string;
}

const receiptSchema = z.object({
  agent: z.enum(accessAgentIds),
  /** As the agent names it; absolute. */
  path: z.string().min(1),
  /** Of the text that we left behind, SHA-256 in hex. */
  hash: z.string(),
  offset: z.int().min(0),
  removed: z.string(),
  inserted: z.string(),
  /** There was no such file. */
  madeFile: z.boolean(),
  madeDirectories: z.array(z.string()),
  /** The table around the entry was not there. */
  madeParent: z.boolean(),
});
export type Receipt = z.infer<typeof receiptSchema>;

const maxBytes = 1024 * 1024;

export function accessDirectory(paths: HomePaths): string {
  return join(paths.home, 'access');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A file of one agent has one receipt, wherever the agent's variables pointed then. */
function fileOf(paths: HomePaths, { agent, path }: Pick<Receipt, 'agent' | 'path'>): string {
  return join(accessDirectory(paths), `${agent}-${hashText(path).slice(0, 12)}.json`);
}

export function findReceipt(
  paths: HomePaths,
  key: Pick<Receipt, 'agent' | 'path'>,
): Receipt | undefined {
  return readReceipt(fileOf(paths, key));
}

export function listReceipts(paths: HomePaths, agent: AccessAgentId): Receipt[] {
  const directory = accessDirectory(paths);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${agent}-`) && name.endsWith('.json'))
    .flatMap((name) => readReceipt(join(directory, name)) ?? []);
}

function readReceipt(file: string): Receipt | undefined {
  const text = readPrivateFile(file, maxBytes);
  if (text === undefined) return undefined;
  const parsed = receiptSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** Without a readable receipt an entry is still known by what it runs. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function writeReceipt(paths: HomePaths, receipt: Receipt): void {
  ensurePrivateDirectory(paths.home);
  ensurePrivateDirectory(accessDirectory(paths));
  replacePrivateFile(fileOf(paths, receipt), `${JSON.stringify(receipt, undefined, 2)}\n`);
}

export function removeReceipt(paths: HomePaths, key: Pick<Receipt, 'agent' | 'path'>): void {
  rmSync(fileOf(paths, key), { force: true });
}

/** The smallest stretch in which two texts differ; no character is cut in two. */
export function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  if (from > 0 && isHighHalf(before.charCodeAt(from - 1))) from -= 1;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (tail > 0 && isLowHalf(before.charCodeAt(before.length - tail))) tail -= 1;
  return {
    offset: from,
    removed: before.slice(from, before.length - tail),
    inserted: after.slice(from, after.length - tail),
  };
}

function isHighHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLowHalf(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

/** The text before the edit: where it stands unchanged, else where its words stand once. */
export function revertEdit(
  text: string,
  edit: Edit & { readonly hash: string },
): string | undefined {
  const { offset, removed, inserted } = edit;
  if (hashText(text) === edit.hash)
    return text.slice(0, offset) + removed + text.slice(offset + inserted.length);
  if (inserted.trim() === '') return undefined;
  const at = text.indexOf(inserted);
  if (at === -1 || text.includes(inserted, at + 1)) return undefined;
  return text.slice(0, at) + removed + text.slice(at + inserted.length);
}

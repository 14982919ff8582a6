/** Gives an agent the entry and takes it back: looks, says what would change, changes it, and undoes it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { HomePaths } from '../home/home.ts';
import { ensurePrivateDirectory } from '../home/home.ts';
import { createShim, writeShim } from '../shim/shim.ts';
import type { AccessAgentId, AgentConfig } from './agentConfig.ts';
import { agentConfigs, getAgentConfig, isAgentHere } from './agentConfig.ts';
import { giveText, readEntry, takeText } from './change.ts';
import type { Entry } from './change.ts';
import type { ConfigFile } from './configFile.ts';
import {
  lookForName,
  readConfigFile,
  removeConfigFile,
  removeEmptyDirectories,
  writeConfigFile,
} from './configFile.ts';
import { withFileLock } from './fileLock.ts';
import type { Receipt } from './receipt.ts';
import {
  accessDirectory,
  editBetween,
  findReceipt,
  hashText,
  listReceipts,
  removeReceipt,
  writeReceipt,
} from './receipt.ts';
import type { Bridge, Way } from './way.ts';
import { httpWay, isOurs, stdioWay } from './way.ts';

export interface AccessContext {
  readonly paths: HomePaths;
  /** Of the person, as an agent in their terminal would have it. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the daemon serves tools, when that is the same after each of its starts; else agents start our bridge. */
  readonly url?: string | undefined;
  readonly platform?: NodeJS.Platform;
}

type AccessState =
  /** There is no entry. */
  | 'absent'
  /** The entry is as we would write it. */
  | 'given'
  /** It is ours, and we would write it differently now. */
  | 'outdated'
  /** An entry of that name is somebody else's. */
  | 'foreign'
  /** The file cannot be read or may not be changed; `problem` says why. */
  | 'refused';

export interface AgentAccess {
  readonly agent: AccessAgentId;
  readonly label: string;
  /** It was installed or used on this machine. */
  readonly isHere: boolean;
  /** Absolute path of the configuration file, as the agent names it. */
  readonly file: string;
  readonly state: AccessState;
  readonly problem?: { readonly message: string; readonly fix: string | undefined };
}

export interface Change {
  readonly agent: AccessAgentId;
  readonly label: string;
  readonly action: 'give' | 'take';
  readonly file: string;
  /** Undefined: there is no file. */
  readonly before: string | undefined;
  /** Undefined: the file goes, because we had made it. */
  readonly after: string | undefined;
  readonly isNeeded: boolean;
}

export interface Applied {
  readonly change: Change;
  /** What the file was, and what we left. */
  readonly before: Buffer | undefined;
  readonly after: string | undefined;
  readonly receiptBefore: Receipt | undefined;
}

/** Directory of a `waggle` command of our own, so that entries need no command on PATH. */
function bridgeDirectory(paths: HomePaths): string {
  return join(paths.home, 'bin');
}

function bridgeOf({ paths, platform = process.platform }: AccessContext): Bridge {
  const { fileName } = createShim(paths.home, platform);
  return { program: join(bridgeDirectory(paths), fileName), platform };
}

function wayFor(context: AccessContext, agent: AgentConfig): Way {
  const bridge = bridgeOf(context);
  // Elsewhere its helper cannot tell in which folder it works.
  const canFetch = agent.canFetchToken && bridge.platform === 'linux';
  return canFetch && context.url !== undefined
    ? httpWay(bridge, { agent: agent.id, url: context.url })
    : stdioWay(bridge, bridge.platform === 'win32' ? agent.id : agent.label);
}

/** Every agent that can be given access, in the order in which people are shown them. Never throws for one of them. */
export function listAccess(context: AccessContext): AgentAccess[] {
  return agentConfigs.map((agent) => lookAt(context, agent));
}

export function findAccess(context: AccessContext, id: AccessAgentId): AgentAccess {
  return lookAt(context, getAgentConfig(id));
}

function lookAt(context: AccessContext, agent: AgentConfig): AgentAccess {
  const { id, label } = agent;
  try {
    const file = agent.findFile(context.env);
    const about = { agent: id, label, isHere: isAgentHere(agent, context.env), file };
    return { ...about, ...stateOf(context, { agent, file }) };
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    const problem = { message: error.message, fix: error.fix };
    return { agent: id, label, isHere: true, file: '', state: 'refused', problem };
  }
}

function stateOf(context: AccessContext, place: Place): Pick<AgentAccess, 'state' | 'problem'> {
  try {
    const found = readEntry({
      agent: place.agent,
      path: place.file,
      text: readConfigFile(place.file).text,
    });
    if (found === undefined) return { state: 'absent' };
    if (!isOurs(found)) return { state: 'foreign' };
    return {
      state: isDeepStrictEqual(found, entryFor(context, place.agent)) ? 'given' : 'outdated',
    };
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return { state: 'refused', problem: { message: error.message, fix: error.fix } };
  }
}

interface Place {
  readonly agent: AgentConfig;
  readonly file: string;
}

function entryFor(context: AccessContext, agent: AgentConfig): Entry {
  return agent.toEntry(wayFor(context, agent));
}

/** The entry as the agent reads it now. @throws WaggleError `badRequest` and what reading a file throws. */
export function readGivenEntry(context: AccessContext, id: AccessAgentId): unknown {
  const agent = getAgentConfig(id);
  const path = agent.findFile(context.env);
  return readEntry({ agent, path, text: readConfigFile(path).text });
}

/** What giving access would change. @throws WaggleError when the file may not or cannot be changed. */
export function planGiving(context: AccessContext, id: AccessAgentId): Change {
  const agent = getAgentConfig(id);
  return plan(context, { agent, file: agent.findFile(context.env) }, 'give').change;
}

/** The file of now, and every other that was written once, when the agent's variables were others. */
export function listFiles(context: AccessContext, id: AccessAgentId): string[] {
  const written = listReceipts(context.paths, id).map(({ path }) => path);
  return [...new Set([getAgentConfig(id).findFile(context.env), ...written])];
}

/** What taking it back out of one of `listFiles` would change. @throws WaggleError as for giving. */
export function planTaking(context: AccessContext, id: AccessAgentId, file: string): Change {
  return plan(context, { agent: getAgentConfig(id), file }, 'take').change;
}

/** Whether a file that cannot be understood may still hold our entry. */
export function mayHoldEntry(context: AccessContext, id: AccessAgentId, file: string): boolean {
  if (findReceipt(context.paths, { agent: id, path: file }) !== undefined) return true;
  return lookForName(file);
}

interface Planned {
  readonly change: Change;
  readonly file: ConfigFile;
  readonly receipt: Receipt | undefined;
}

function plan(
  context: AccessContext,
  { agent, file: path }: Place,
  action: Change['action'],
): Planned {
  const { id, label } = agent;
  const file = readConfigFile(path);
  // Without the entry what the receipt tells is over.
  const hasEntry = readEntry({ agent, path, text: file.text }) !== undefined;
  const receipt = hasEntry ? findReceipt(context.paths, { agent: id, path }) : undefined;
  const source = { agent, path, text: file.text, receipt };
  const text = action === 'give' ? giveText(source, entryFor(context, agent)) : takeText(source);
  const isGone = action === 'take' && receipt?.madeFile === true && isBare(text);
  const before = file.bytes === undefined ? undefined : file.text;
  const isNeeded = text !== file.text || (before === undefined && action === 'give');
  const after = isNeeded && isGone ? undefined : isNeeded ? text : before;
  return {
    change: { agent: id, label, action, file: path, before, after, isNeeded },
    file,
    receipt,
  };
}

/** Nothing in it that anybody would miss. */
function isBare(text: string): boolean {
  return /^\s*(?:\{\s*\})?\s*$/.test(text);
}

/**
 * Does what a change says. It is worked out anew under the agent's own lock, because agents rewrite their files: the
 * entry is the one that was shown, what else changed meanwhile stays.
 * @throws WaggleError when the file may not or cannot be changed; it is as it was then.
 */
export async function applyChange(context: AccessContext, change: Change): Promise<Applied> {
  const agent = getAgentConfig(change.agent);
  if (change.action === 'give') prepare(context);
  const lock = existsSync(dirname(change.file)) ? agent.lockOf?.(change.file) : undefined;
  const applied = await withFileLock(lock, () => {
    const planned = plan(context, { agent, file: change.file }, change.action);
    write(context, planned);
    const { after } = planned.change;
    return {
      change: planned.change,
      before: planned.file.bytes,
      after,
      receiptBefore: planned.receipt,
    };
  });
  const isGone = applied.change.action === 'take' && applied.after === undefined;
  if (isGone) removeEmptyDirectories(applied.receiptBefore?.madeDirectories ?? []);
  return applied;
}

/** What an entry runs, and the place of receipts: before anything of anybody else's is touched. */
function prepare({ paths, platform = process.platform }: AccessContext): void {
  ensurePrivateDirectory(paths.home);
  ensurePrivateDirectory(accessDirectory(paths));
  writeShim({ home: paths.home, directory: bridgeDirectory(paths), platform });
}

function write({ paths }: AccessContext, { change, file, receipt }: Planned): void {
  const { agent, file: path, after, isNeeded } = change;
  if (change.action === 'take') {
    if (isNeeded && after === undefined) removeConfigFile(file);
    else if (isNeeded && after !== undefined) writeConfigFile(file, after);
    removeReceipt(paths, { agent, path });
    return;
  }
  if (!isNeeded || after === undefined) return;
  const made = writeConfigFile(file, after);
  writeReceipt(paths, receiptOf({ change, file, receipt }, made));
}

/** Of a change that replaced what we had written before: from the text without our entry to the one that was left. */
function receiptOf({ change, file, receipt }: Planned, made: readonly string[]): Receipt {
  const { agent: id, file: path } = change;
  const agent = getAgentConfig(id);
  const after = (change.after ?? '').replace(/^\uFEFF/, '');
  const bare = takeText({ agent, path, text: file.text, receipt }).replace(/^\uFEFF/, '');
  const [table] = agent.path;
  const before = agent.format.readAll(bare) as Record<string, unknown>;
  return {
    ...{ agent: id, path, hash: hashText(after), ...editBetween(bare, after) },
    madeFile: receipt?.madeFile ?? file.bytes === undefined,
    madeDirectories: receipt?.madeDirectories ?? [...made],
    madeParent: receipt?.madeParent ?? before[table] === undefined,
  };
}

/** The file as it was before a change, when nobody changed it since; else the change backwards. */
export async function undoChange(context: AccessContext, applied: Applied): Promise<void> {
  const { change, before, after, receiptBefore } = applied;
  if (!change.isNeeded) return;
  const { agent: id, file: path } = change;
  const agent = getAgentConfig(id);
  const file = readConfigFile(path);
  const now = file.bytes === undefined ? undefined : file.text;
  if (now !== after) return undoInChanged(context, change);
  const lock = existsSync(dirname(path)) ? agent.lockOf?.(path) : undefined;
  const made = findReceipt(context.paths, { agent: id, path })?.madeDirectories ?? [];
  await withFileLock(lock, () => {
    if (before === undefined) removeConfigFile(file);
    else writeConfigFile(file, before);
    if (receiptBefore === undefined) removeReceipt(context.paths, { agent: id, path });
    else writeReceipt(context.paths, receiptBefore);
  });
  if (before === undefined) removeEmptyDirectories(made);
}

async function undoInChanged(context: AccessContext, change: Change): Promise<void> {
  await applyChange(context, { ...change, action: change.action === 'give' ? 'take' : 'give' });
}

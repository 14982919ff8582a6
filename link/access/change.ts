/** What the text of a file becomes when the entry is given or taken. Pure, and checked against what it says. */
import { isDeepStrictEqual } from 'node:util';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AgentConfig } from './agentConfig.ts';
import { FormatError } from './format.ts';
import type { Receipt } from './receipt.ts';
import { revertEdit } from './receipt.ts';
import { isOurs } from './way.ts';

export type Entry = Readonly<Record<string, unknown>>;

export interface EntryText {
  readonly agent: AgentConfig;
  /** For messages. */
  readonly path: string;
  readonly text: string;
  readonly receipt: Receipt | undefined;
}

const byteOrderMark = '\uFEFF';

/**
 * The entry as it stands in the file; undefined when there is none.
 * @throws WaggleError `badRequest` when the file is none of its format.
 */
export function readEntry({ agent, path, text }: Omit<EntryText, 'receipt'>): unknown {
  return guarded(path, () => agent.format.read(withoutMark(text).body, agent.path));
}

/** The text with our entry. @throws WaggleError `badRequest`, `conflict`. */
export function giveText(source: EntryText, entry: Entry): string {
  const { agent, path, text, receipt } = source;
  const { mark, body } = withoutMark(text);
  return guarded(path, () => {
    const found = agent.format.read(body, agent.path);
    if (found !== undefined) refuseOthers(source, found);
    if (isDeepStrictEqual(found, entry)) return text;
    const bare = receipt === undefined || found === undefined ? body : revert(agent, body, receipt);
    const after = agent.format.insert(bare ?? body, agent.path, entry);
    const wanted = withEntry(agent, agent.format.readAll(body), entry);
    if (!isDeepStrictEqual(tidy(agent, agent.format.readAll(after)), tidy(agent, wanted)))
      throw new FormatError('its form allows no safe change');
    return mark + after;
  });
}

/** The text without our entry; the same text when there is none. @throws WaggleError `badRequest`, `conflict`. */
export function takeText(source: EntryText): string {
  const { agent, path, text, receipt } = source;
  const { mark, body } = withoutMark(text);
  return guarded(path, () => {
    const found = agent.format.read(body, agent.path);
    if (found === undefined) return text;
    refuseOthers(source, found);
    const reverted = receipt === undefined ? undefined : revert(agent, body, receipt);
    if (reverted !== undefined) return mark + reverted;
    const bare = agent.format.remove(body, agent.path);
    const after = receipt?.madeParent === true ? agent.format.removeParent(bare, agent.path) : bare;
    const wanted = withEntry(agent, agent.format.readAll(body), undefined);
    if (!isDeepStrictEqual(tidy(agent, agent.format.readAll(after)), tidy(agent, wanted)))
      throw new FormatError('its form allows no safe change');
    return mark + after;
  });
}

/** Undefined: what we wrote is not there any more as we wrote it. */
function revert(agent: AgentConfig, body: string, receipt: Receipt): string | undefined {
  const reverted = revertEdit(body, receipt);
  if (reverted === undefined) return undefined;
  try {
    const left = tidy(agent, agent.format.readAll(reverted));
    const wanted = tidy(agent, withEntry(agent, agent.format.readAll(body), undefined));
    return isDeepStrictEqual(left, wanted) ? reverted : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function withoutMark(text: string): { readonly mark: string; readonly body: string } {
  return text.startsWith(byteOrderMark)
    ? { mark: byteOrderMark, body: text.slice(1) }
    : { mark: '', body: text };
}

function withEntry(
  { path: [first, second] }: AgentConfig,
  all: unknown,
  entry: Entry | undefined,
): unknown {
  const root = { ...(all as Record<string, unknown>) };
  const { [second]: _old, ...others } = (root[first] ?? {}) as Record<string, unknown>;
  root[first] = entry === undefined ? others : { ...others, [second]: entry };
  return root;
}

/** An empty table and none mean the same to every agent. Dates and the like compare by what they are written as. */
function tidy({ path: [first] }: AgentConfig, all: unknown): unknown {
  const root = { ...(all as Record<string, unknown>) };
  if (isDeepStrictEqual(root[first], {})) delete root[first];
  return root;
}

function refuseOthers({ agent, path }: EntryText, found: unknown): void {
  if (isOurs(found)) return;
  const where = agent.path.join('.');
  throw new WaggleError('conflict', `${path} has an entry "${where}" that Waggle did not write.`, {
    fix: `Give that entry another name, then try again.`,
  });
}

function guarded<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new WaggleError(
      'badRequest',
      `${path} cannot be read: ${error.message}. It is left as it is.`,
      {
        cause: error,
        fix: `Mend ${path}, then try again.`,
      },
    );
  }
}

/** Where agents keep their records. Reads names only. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { parseObject } from './record.ts';

export const countedAgents = ['claude', 'codex', 'gemini', 'opencode'] as const;
export type CountedAgent = (typeof countedAgents)[number];

export interface Place {
  readonly agent: CountedAgent;
  readonly directory: string;
}

export interface RecordFile extends Place {
  readonly path: string;
  readonly bytes: number;
  readonly changedAtMs: number;
  readonly inode: string;
}

/** With `sessions` the directories that agents of sessions use. */
export function listPlaces(
  environment: Readonly<Record<string, string | undefined>>,
  sessions: Iterable<{ readonly agent: string; readonly agentDirectory?: string | null }>,
): Place[] {
  const { HOME = '', CLAUDE_CONFIG_DIR = '', CODEX_HOME = '', XDG_DATA_HOME = '' } = environment;
  const home = HOME === '' ? homedir() : HOME;
  const data = XDG_DATA_HOME === '' ? join(home, '.local', 'share') : XDG_DATA_HOME;
  const own: Place[] = [
    { agent: 'claude', directory: CLAUDE_CONFIG_DIR || join(home, '.claude') },
    { agent: 'codex', directory: CODEX_HOME || join(home, '.codex') },
    { agent: 'gemini', directory: join(home, '.gemini') },
    { agent: 'opencode', directory: join(data, 'opencode') },
  ];
  const further = [...sessions].flatMap(({ agent, agentDirectory }): Place[] => {
    const counted = countedAgents.find((one) => one === agent);
    const isKnown = counted !== undefined && typeof agentDirectory === 'string';
    return isKnown ? [{ agent: counted, directory: agentDirectory }] : [];
  });
  const seen = new Set<string>();
  return [...own, ...further].filter(({ agent, directory }) => {
    const key = `${agent} ${directory}`;
    return !seen.has(key) && seen.add(key);
  });
}

const roots: Record<CountedAgent, { readonly root: string; readonly name: RegExp }> = {
  claude: { root: 'projects', name: /\.jsonl$/ },
  codex: { root: 'sessions', name: /rollout-[^/\\]*\.jsonl$/ },
  gemini: { root: 'tmp', name: /[/\\]chats[/\\](?:[^/\\]+[/\\])?session-[^/\\]*\.jsonl?$/ },
  opencode: { root: '.', name: /^opencode\.db$/ },
};

/** Thousands of files are looked at without thousands of threads of work. */
const atOnce = 32;

/** The latest first; none where there is no such directory. `unreadable`: those that cannot even be looked at. */
export async function listRecordFiles(
  place: Place,
): Promise<{ readonly files: RecordFile[]; readonly unreadable: number }> {
  const { root, name } = roots[place.agent];
  const directory = join(place.directory, root);
  const recursive = place.agent !== 'opencode';
  const names = await readdir(directory, { recursive, encoding: 'utf8' }).catch(nothing);
  const files: RecordFile[] = [];
  let unreadable = 0;
  const paths = names.filter((one) => name.test(one)).map((one) => join(directory, one));
  for (let at = 0; at < paths.length; at += atOnce) {
    const part = paths.slice(at, at + atOnce);
    const found = await Promise.all(part.map((path) => factsOf(place.agent, path)));
    for (const [which, facts] of found.entries())
      if (facts === undefined) unreadable += 1;
      else if (facts !== 'other') files.push({ ...place, path: part[which] ?? '', ...facts });
  }
  return { files: files.toSorted((a, b) => b.changedAtMs - a.changedAtMs), unreadable };
}

type Facts = Pick<RecordFile, 'bytes' | 'changedAtMs' | 'inode'>;

async function factsOf(agent: CountedAgent, path: string): Promise<Facts | 'other' | undefined> {
  const facts = await stat(path).catch(gone);
  if (facts === undefined) return undefined;
  if (!facts.isFile()) return 'other';
  const { ino, size: bytes, mtimeMs } = facts;
  if (agent !== 'opencode') return { bytes, changedAtMs: mtimeMs, inode: `${ino}` };
  // What is new stands in the log beside the database.
  const log = await stat(`${path}-wal`).catch(gone);
  const changedAtMs = Math.max(mtimeMs, log?.mtimeMs ?? 0);
  return { bytes: bytes + (log?.size ?? 0), changedAtMs, inode: `${ino}` };
}

const projectsSchema = z.object({ projects: z.record(z.string(), z.string()) });

/** Gemini names a folder after the project; which one that is stands in a file of its own. */
export async function findGeminiProject(directory: string, path: string): Promise<string | null> {
  const text = await readFile(join(directory, 'projects.json'), 'utf8').catch(gone);
  const projects = projectsSchema.safeParse(parseObject(text ?? '')).data?.projects ?? {};
  const inside = path.slice(join(directory, 'tmp').length + 1);
  const folder = inside.split(/[/\\]/)[0] ?? basename(dirname(path));
  return Object.entries(projects).find(([, name]) => name === folder)?.[0] ?? null;
}

function nothing(): string[] {
  return [];
}

function gone(): undefined {
  return undefined;
}

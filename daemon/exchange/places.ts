/** Where files of instructions and agents' own memory lie. Looks, reads nothing but what git needs to name the repository. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImportCandidate } from '../../protocol/memory/memory.ts';
import { agentDirectory } from '../transcript/transcript.ts';
import { readText } from './readText.ts';

/** Where files of a repository, a person and agents lie; absolute. */
export interface ExchangePlaces {
  /** Root of the worktree; undefined when asked for no repository. */
  readonly root: string | undefined;
  /** The person's home directory. */
  readonly home: string;
}

export interface Place {
  readonly path: string;
  readonly kind: ImportCandidate['kind'];
  /** `topic`: one memory in a file; `list`: a file of instructions. */
  readonly form: 'list' | 'topic';
}

const topicsMax = 200;

/** Those that may be there, in the order of what is nearest. */
export async function listPlaces({ root, home }: ExchangePlaces): Promise<Place[]> {
  const claude = agentDirectory('claude', { ...process.env, HOME: home }) ?? join(home, '.claude');
  const codex = agentDirectory('codex', { ...process.env, HOME: home }) ?? join(home, '.codex');
  const own: Place[] = [
    list(join(claude, 'CLAUDE.md'), 'claude'),
    list(join(codex, 'AGENTS.md'), 'agents'),
    list(join(home, '.config', 'opencode', 'AGENTS.md'), 'agents'),
    list(join(home, '.gemini', 'GEMINI.md'), 'gemini'),
  ];
  if (root === undefined) return own;
  const rules = await listFolder(join(root, '.claude', 'rules'), '.md');
  const cursor = await listFolder(join(root, '.cursor', 'rules'), '.mdc');
  const memory = join(claude, 'projects', projectName(await mainRoot(root)), 'memory');
  const topics = await listFolder(memory, '.md');
  return [
    list(join(root, 'CLAUDE.md'), 'claude'),
    list(join(root, '.claude', 'CLAUDE.md'), 'claude'),
    list(join(root, 'CLAUDE.local.md'), 'claude'),
    ...rules.map((path) => list(path, 'claude')),
    list(join(root, 'AGENTS.md'), 'agents'),
    list(join(root, 'GEMINI.md'), 'gemini'),
    list(join(root, '.github', 'copilot-instructions.md'), 'other'),
    ...cursor.map((path) => list(path, 'other')),
    ...topics.map((path): Place => ({ path, kind: 'claude', form: 'topic' })),
    ...own,
  ];
}

/** What a file that a person names is, by its name. */
export function placeOf(path: string): Place {
  const name = path.replaceAll('\\', '/').toLowerCase();
  if (/\/memory\/[^/]+\.md$/u.test(name)) return { path, kind: 'claude', form: 'topic' };
  if (/\/claude(?:\.local)?\.md$/u.test(name)) return list(path, 'claude');
  if (name.endsWith('/agents.md')) return list(path, 'agents');
  if (name.endsWith('/gemini.md')) return list(path, 'gemini');
  return list(path, 'other');
}

function list(path: string, kind: Place['kind']): Place {
  return { path, kind, form: 'list' };
}

async function listFolder(folder: string, ending: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    const wanted = names.filter((name) => name.endsWith(ending)).toSorted();
    return wanted.slice(0, topicsMax).map((name) => join(folder, name));
  } catch (error) {
    return noFolder(error);
  }
}

function noFolder(_error: unknown): string[] {
  return [];
}

/** As Claude Code names the folder of a repository. */
export function projectName(root: string): string {
  return root.replaceAll(/[^A-Za-z0-9]/gu, '-');
}

/** Worktrees share the memory of the repository's main one: their `.git` is a file that says where that lies. */
async function mainRoot(root: string): Promise<string> {
  try {
    const git = join(root, '.git');
    if ((await stat(git)).isDirectory()) return root;
    const folder = /^gitdir: (.+?)[/\\]\.git[/\\]worktrees[/\\]/mu.exec(await readText(git))?.[1];
    return folder ?? root;
  } catch (error) {
    return unversioned(error, root);
  }
}

function unversioned(_error: unknown, root: string): string {
  return dirname(join(root, '.git'));
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FolderFacts } from './matching.ts';
import { normaliseRemote } from './remote.ts';

/** Settings of a repository that would run programs or reach out are switched off. */
export const neutralFlags: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.untrackedCache=false',
  'diff.external=',
  'core.pager=cat',
  'credential.helper=',
  'protocol.ext.allow=never',
  'safe.bareRepository=explicit',
].flatMap((setting) => ['-c', setting]);

const limitMs = 2000;

/** The nearest folder upwards that holds `.git`, else the folder itself. Runs nothing. */
export function findRepositoryRoot(folder: string): string {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return current;
    if (dirname(current) === current) return folder;
  }
}

/**
 * Remotes and root commits of a trusted folder. What git cannot tell in time, or at all, is left out.
 * Invariant: only called for folders that a person vouched for.
 */
export async function readFolderFacts(root: string): Promise<FolderFacts> {
  if (!existsSync(join(root, '.git'))) return { root, remotes: [], rootCommits: [] };
  const [urls, shallow] = await Promise.all([
    runGit(root, ['config', '-z', '--get-regexp', String.raw`^remote\..*\.url$`]),
    runGit(root, ['rev-parse', '--is-shallow-repository']),
  ]);
  const isWhole = shallow.trim() === 'false';
  const commits = isWhole ? await runGit(root, ['rev-list', '--max-parents=0', 'HEAD', '--']) : '';
  return {
    root,
    remotes: parseRemotes(urls),
    rootCommits: commits.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line)),
  };
}

/** `remote.<name>.url\n<url>\0` of `git config -z`. */
export function parseRemotes(output: string): string[] {
  const urls = output
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => normaliseRemote(entry.slice(entry.indexOf('\n') + 1)));
  return [...new Set(urls.filter((url) => url !== undefined))];
}

/** Standard output, empty when git fails, is missing or takes too long. */
function runGit(root: string, args: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(inherited),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  };
  return new Promise((resolve) => {
    execFile(
      'git',
      [...neutralFlags, '-C', root, ...args],
      { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, windowsHide: true },
      (error, stdout) => resolve(error === null ? stdout : ''),
    );
  });
}

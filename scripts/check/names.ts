/** Step `names`: no grab bags, camelCase file names, role suffixes from a closed list, no SQL files outside the store. */
import { readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { Finding, Step } from './step.ts';

const PROCESS_FOLDERS = 'protocol link daemon cli extension webview-ui test bench scripts'.split(
  ' ',
);
const GRAB_BAGS = /^(?:utils?|helpers?|common|misc|shared|types|constants|index)$/i;
const ROLES = ['handlers', 'store', 'tools', 'test', 'bench', 'config', 'd'];
const CAMEL_CASE = /^[a-z][A-Za-z0-9]*$/;
/** Folders that hold recordings, packages or output, not our words. */
const FOREIGN_FOLDERS = ['node_modules', 'out', 'dist', 'fixtures', 'sample', 'test-artifacts'];

/** Files below a folder, absolute; a missing folder has none. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN_FOLDERS.includes(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

function complaintsAbout(path: string): string[] {
  const name = basename(path);
  const [stem = '', ...rest] = name.split('.');
  const folders = path.split('/').slice(1, -1);
  const complaints = folders
    .filter((folder) => GRAB_BAGS.test(folder))
    .map((folder) => `"${folder}" is a grab bag; give what is in it the name of an idea`);
  if (name.endsWith('.sql') && !path.startsWith('daemon/store/')) {
    complaints.push('SQL files live in daemon/store only');
  }
  if (!/\.m?[jt]sx?$/.test(name)) return complaints;
  if (GRAB_BAGS.test(stem)) complaints.push(`"${stem}" is a grab bag; name the idea it holds`);
  if (!CAMEL_CASE.test(stem)) complaints.push('file names are camelCase');
  const roles = rest.slice(0, -1).filter((role) => !ROLES.includes(role));
  for (const role of roles) complaints.push(`".${role}" is not one of the role suffixes`);
  return complaints;
}

export const names: Step = {
  name: 'names',
  find(root) {
    const present = readdirSync(root);
    const files = PROCESS_FOLDERS.filter((folder) => present.includes(folder))
      .flatMap((folder) => listFiles(join(root, folder)))
      .map((path) => relative(root, path).split(sep).join('/'));
    const findings = files.flatMap((file): Finding[] =>
      complaintsAbout(file).map((message) => ({ rule: 'names', file, message })),
    );
    return Promise.resolve(findings);
  },
};

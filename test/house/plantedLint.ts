/** What the test of planted violations plants for oxlint: per kind of rule one file that breaks it, and innocent twins. */
import type { PlantedFiles } from './plantedTree.ts';

interface Violation {
  readonly kind: string;
  /** As the finding names it. */
  readonly rule: string;
  /** The first file is the one that must be found. */
  readonly files: PlantedFiles;
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `export const line${index} = ${index};`)
    .join('\n')
    .concat('\n');
}

function longFunction(statements: number): string {
  const body = Array.from({ length: statements }, (_, index) => `  total += ${index};`);
  return [
    'export function sum(): number {',
    '  let total = 0;',
    ...body,
    '  return total;',
    '}',
    '',
  ].join('\n');
}

function longTests(count: number): string {
  return "  it('counts', () => undefined);\n".repeat(count);
}

const LAYERS = 'boundaries(dependencies)';
const FIREWALL = 'eslint(no-restricted-imports)';

export const violations: readonly Violation[] = [
  {
    kind: 'a process that imports another',
    rule: LAYERS,
    files: { 'cli/list.ts': "export { session } from '../daemon/session/session.ts';\n" },
  },
  {
    kind: 'an import past a face',
    rule: LAYERS,
    files: { 'daemon/task/task.ts': "export { ring } from '../session/ring.ts';\n" },
  },
  {
    kind: 'an import type past a face',
    rule: LAYERS,
    files: {
      'daemon/agent/agent.ts': "export type Ring = typeof import('../session/ring.ts').ring;\n",
    },
  },
  {
    kind: 'a gateway that knows a feature',
    rule: LAYERS,
    files: { 'daemon/gateway/gateway.ts': "export { session } from '../session/session.ts';\n" },
  },
  {
    kind: 'a pty host that knows the daemon',
    rule: LAYERS,
    files: { 'daemon/ptyhost/ptyhost.ts': "export { feature } from '../feature.ts';\n" },
  },
  {
    kind: 'a wire that knows a noun',
    rule: LAYERS,
    files: { 'protocol/wire/rpc.ts': "export { session } from '../session/session.ts';\n" },
  },
  {
    kind: 'a product file that imports a test',
    rule: LAYERS,
    files: { 'link/probe.ts': "export { fake } from '../test/support/fake.ts';\n" },
  },
  {
    kind: 'a contract that imports more than zod',
    rule: FIREWALL,
    files: { 'protocol/role/role.ts': "export { readFileSync } from 'node:fs';\n" },
  },
  {
    kind: 'a database driver outside the store',
    rule: FIREWALL,
    files: { 'daemon/task/row.ts': "export { default as Sqlite } from 'better-sqlite3';\n" },
  },
  {
    kind: 'node-pty outside the pty host',
    rule: FIREWALL,
    files: { 'daemon/task/terminal.ts': "export { spawn } from 'node-pty';\n" },
  },
  {
    kind: 'ws outside gateway and link',
    rule: FIREWALL,
    files: { 'cli/socket.ts': "export { WebSocket } from 'ws';\n" },
  },
  {
    kind: 'vscode outside the extension',
    rule: FIREWALL,
    files: { 'link/editor.ts': "export type { Uri } from 'vscode';\n" },
  },
  {
    kind: 'a driver loaded while running',
    rule: 'house(package-homes)',
    files: {
      'daemon/task/lazy.ts': "export const driver = () => import('better-sqlite3');\n",
    },
  },
  {
    kind: 'the type of a package of another home',
    rule: 'house(package-homes)',
    files: { 'cli/upgrade.ts': "export type Socket = import('ws').WebSocket;\n" },
  },
  {
    kind: 'exec, which is a shell',
    rule: FIREWALL,
    files: { 'link/start.ts': "export { exec } from 'node:child_process';\n" },
  },
  {
    kind: 'shell: true',
    rule: 'house(no-shell)',
    files: { 'cli/run.ts': 'export const options = { shell: true };\n' },
  },
  {
    kind: 'an import cycle',
    rule: 'import(no-cycle)',
    files: {
      'daemon/mesh/mesh.ts': "import { room } from './room.ts';\nexport const mesh = [room];\n",
      'daemon/mesh/room.ts':
        "import type { mesh } from './mesh.ts';\nexport const room = (): typeof mesh => [];\n",
    },
  },
  {
    kind: 'any',
    rule: 'typescript(no-explicit-any)',
    files: {
      'cli/anything.ts':
        'export function first(values: any): string {\n  return String(values);\n}\n',
    },
  },
  {
    kind: 'a default export',
    rule: 'import(no-default-export)',
    files: { 'cli/defaulted.ts': 'export default 1;\n' },
  },
  {
    kind: 'a catch with only a comment',
    rule: 'house(no-empty-catch)',
    files: {
      'cli/swallow.ts':
        'export function parse(text: string): void {\n  try {\n    JSON.parse(text);\n  } catch {\n    // not JSON\n  }\n}\n',
    },
  },
  {
    kind: 'a promise whose failure is dropped',
    rule: 'house(no-empty-catch)',
    files: {
      'cli/dropped.ts':
        'export async function drop(work: Promise<void>): Promise<void> {\n  await work.catch(() => {});\n}\n',
    },
  },
  {
    kind: 'a floating promise',
    rule: 'typescript(no-floating-promises)',
    files: {
      'cli/floating.ts': 'export function float(work: () => Promise<void>): void {\n  work();\n}\n',
    },
  },
  {
    kind: 'a file of 401 lines',
    rule: 'eslint(max-lines)',
    files: { 'cli/long.ts': lines(401) },
  },
  {
    kind: 'a test of 601 lines',
    rule: 'eslint(max-lines)',
    files: { 'test/flow/long.test.ts': lines(601) },
  },
  {
    kind: 'a function of 61 lines',
    rule: 'house(max-function-lines)',
    files: { 'cli/sum.ts': longFunction(57) },
  },
  {
    kind: 'a depth of 4',
    rule: 'eslint(max-depth)',
    files: {
      'cli/deep.ts':
        'export function dig(depth: number): void {\n  if (depth > 0) {\n    if (depth > 1) {\n      if (depth > 2) {\n        if (depth > 3) dig(depth - 1);\n      }\n    }\n  }\n}\n',
    },
  },
  {
    kind: 'four parameters',
    rule: 'eslint(max-params)',
    files: {
      'cli/many.ts':
        'export function add(a: number, b: number, c: number, d: number): number {\n  return a + b + c + d;\n}\n',
    },
  },
  {
    kind: 'SQL outside a store',
    rule: 'house(sql-in-stores)',
    files: { 'daemon/task/find.ts': "export const query = 'select id from tasks where id = ?';\n" },
  },
  {
    kind: 'a setting read outside extension/editor',
    rule: 'house(editor-calls)',
    files: {
      'extension/session/session.ts':
        "import { workspace } from 'vscode';\nexport const home = workspace.getConfiguration('waggle').get('home');\n",
    },
  },
  {
    kind: 'a message to a person that is a literal',
    rule: 'house(spoken-literals)',
    files: {
      'extension/agent/agent.ts':
        "import { window } from 'vscode';\nexport const tell = () => window.showErrorMessage('It failed');\n",
    },
  },
  {
    kind: 'a test named with should',
    rule: 'house(test-titles)',
    files: { 'test/flow/title.test.ts': "it('should work', () => undefined);\n" },
  },
  {
    kind: 'a TODO',
    rule: 'eslint(no-warning-comments)',
    files: { 'cli/later.ts': '/** TODO: write it. */\nexport const later = 1;\n' },
  },
  {
    kind: 'a non-null assertion',
    rule: 'typescript(no-non-null-assertion)',
    files: { 'cli/sure.ts': 'export const first = process.argv[0]!;\n' },
  },
  {
    kind: 'a disable comment that disables nothing',
    rule: 'lint',
    files: { 'cli/quiet.ts': '// oxlint-disable-next-line no-var\nexport const quiet = 1;\n' },
  },
];

/** Files that look like the violations and are allowed: no finding may name them. */
export const innocent: PlantedFiles = {
  'protocol/session/session.ts': "import { z } from 'zod';\nexport const session = z.string();\n",
  'test/support/fake.ts': "export { session } from '../../daemon/session/session.ts';\n",
  'daemon/feature.ts': 'export const feature = 1;\n',
  'daemon/session/ring.ts': 'export const ring = 1;\n',
  'daemon/session/session.ts':
    "import { feature } from '../feature.ts';\nimport { ring } from './ring.ts';\nexport const session = [feature, ring];\n",
  'daemon/session/session.store.ts':
    "import { sql } from 'kysely';\nexport const query = [sql, 'select id from sessions where id = ?'];\n",
  'daemon/role/role.ts':
    "import { role } from '../../link/link.ts';\nimport { session } from '../session/session.ts';\nexport const roles = [session, role];\n",
  'daemon/daemon.ts':
    "export { query } from './session/session.store.ts';\nexport { session } from './session/session.ts';\n",
  'daemon/store/store.ts':
    "import Sqlite from 'better-sqlite3';\nexport const open = (path: string) => new Sqlite(path);\n",
  'daemon/ptyhost/fork.ts': "export { spawn } from 'node-pty';\n",
  'link/link.ts':
    "import { WebSocket } from 'ws';\nimport { session } from '../protocol/session/session.ts';\nexport const role = [WebSocket, session];\n",
  'cli/short.ts': lines(400),
  'cli/total.ts': longFunction(56),
  'cli/told.ts':
    "export const told = 'Select a session from the list';\n\nexport function parse(text: string): unknown {\n  try {\n    return JSON.parse(text) as unknown;\n  } catch (error) {\n    return error;\n  }\n}\n",
  'extension/editor/editor.ts':
    "import { l10n, window, workspace } from 'vscode';\nexport const home = workspace.getConfiguration('waggle').get('home');\nexport const tell = () => window.showErrorMessage(l10n.t('It failed'));\n",
  'test/flow/short.test.ts': `describe('numbers', () => {\n${longTests(100)}});\n`,
};

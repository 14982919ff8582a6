/**
 * The third-party firewall: each package that carries a duty has one home, and everybody else reaches it through that
 * folder's face. Written as zones of `no-restricted-imports`; a zone lists what is open in it.
 */

import type { OxlintOverride } from 'oxlint';

interface RestrictedImport {
  readonly name: string;
  readonly message: string;
  readonly importNames?: string[];
}

interface RestrictedPattern {
  readonly regex: string;
  readonly message: string;
}

type Rules = NonNullable<OxlintOverride['rules']>;

const homes: Record<string, string> = {
  'better-sqlite3': 'daemon/store',
  kysely: 'daemon/store and *.store.ts',
  pg: 'daemon/store',
  'node-pty': 'daemon/ptyhost',
  ws: 'daemon/gateway, link/ and daemon/cluster',
  vscode: 'extension/',
  hono: 'daemon/gateway',
  '@hono/node-server': 'daemon/gateway',
  commander: 'cli/',
  croner: 'link/schedule',
  yaml: 'daemon/task',
  '@modelcontextprotocol/server': 'daemon/mcp',
};

const always: RestrictedImport[] = ['child_process', 'node:child_process'].map((name) => ({
  name,
  importNames: ['exec', 'execSync'],
  message: 'No shell between us and a program: use spawn or execFile with an argument list.',
}));

function rule(open: readonly string[], extra: RestrictedPattern[] = []): Rules {
  const closed = Object.entries(homes).filter(([name]) => !open.includes(name));
  const paths = closed.map(([name, home]) => ({ name, message: `${name} lives in ${home} only.` }));
  const patterns = closed.map(([name, home]) => ({
    regex: `^${name}/`,
    message: `${name} lives in ${home} only.`,
  }));
  return {
    'no-restricted-imports': [
      'error',
      { paths: [...always, ...paths], patterns: [...patterns, ...extra] },
    ],
    'house/package-homes': ['error', Object.fromEntries(closed)],
  };
}

/** No look-ahead in the linter's regular expressions: everything that starts neither with `.` nor with `zod`. */
const onlyZod: RestrictedPattern = {
  regex: '^(?:[^.z]|z[^o]|zo[^d]|zod[^/])',
  message: 'protocol/ imports nothing but zod.',
};

/** Everything is closed unless a zone below opens it. */
export const firewallRule = rule([]);

/** A later zone replaces an earlier one, as overrides do. */
export const firewallZones: OxlintOverride[] = [
  { files: ['protocol/**/*.ts'], rules: rule([], [onlyZod]) },
  { files: ['link/**/*.ts'], rules: rule(['ws']) },
  { files: ['link/schedule/**/*.ts'], rules: rule(['ws', 'croner']) },
  { files: ['daemon/cluster/**/*.ts'], rules: rule(['ws']) },
  { files: ['daemon/gateway/**/*.ts'], rules: rule(['ws', 'hono', '@hono/node-server']) },
  { files: ['daemon/ptyhost/**/*.ts'], rules: rule(['node-pty']) },
  { files: ['daemon/mcp/**/*.ts'], rules: rule(['@modelcontextprotocol/server']) },
  { files: ['daemon/task/**/*.ts'], rules: rule(['yaml']) },
  { files: ['daemon/**/*.store.ts'], rules: rule(['kysely']) },
  { files: ['daemon/store/**/*.ts'], rules: rule(['better-sqlite3', 'kysely', 'pg']) },
  { files: ['cli/**/*.ts'], rules: rule(['commander']) },
  { files: ['extension/**/*.ts'], rules: rule(['vscode']) },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', '**/*.test.ts'],
    rules: rule(Object.keys(homes)),
  },
];

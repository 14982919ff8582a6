/**
 * Who may import whom, as policies of `eslint-plugin-boundaries`: the processes in layers, a folder only through its
 * face. Says nothing about packages from outside; that is `firewall.ts`.
 */

interface Target {
  readonly element: {
    readonly type: string | readonly string[];
    readonly fileInternalPath?: string;
  };
  readonly file?: { readonly categories: string };
}

/** The file named after its folder: all that a neighbour may import. */
const FACE_PATH = '{{to.element.captured.noun}}.ts';

function face(...types: string[]): Target {
  return { element: { type: types, fileInternalPath: FACE_PATH } };
}

function any(...types: string[]): Target {
  return { element: { type: types } };
}

function allow(from: string[], ...to: Target[]): object {
  return { from: { element: { type: from } }, allow: { to } };
}

/** The first match wins, so the folders with rules of their own stand before the general ones. */
export const layerSettings = {
  'boundaries/elements': [
    { type: 'wire', pattern: 'protocol/wire', partialMatch: false },
    { type: 'protocol-noun', pattern: 'protocol/*', capture: ['noun'], partialMatch: false },
    { type: 'protocol', pattern: 'protocol', partialMatch: false },
    { type: 'link-noun', pattern: 'link/*', capture: ['noun'], partialMatch: false },
    { type: 'link', pattern: 'link', partialMatch: false },
    { type: 'gateway', pattern: 'daemon/(gateway)', capture: ['noun'], partialMatch: false },
    { type: 'store', pattern: 'daemon/(store)', capture: ['noun'], partialMatch: false },
    { type: 'ptyhost', pattern: 'daemon/(ptyhost)', capture: ['noun'], partialMatch: false },
    { type: 'daemon-noun', pattern: 'daemon/*', capture: ['noun'], partialMatch: false },
    { type: 'daemon', pattern: 'daemon', partialMatch: false },
    { type: 'cli-noun', pattern: 'cli/*', capture: ['noun'], partialMatch: false },
    { type: 'cli', pattern: 'cli', partialMatch: false },
    { type: 'extension-noun', pattern: 'extension/*', capture: ['noun'], partialMatch: false },
    { type: 'extension', pattern: 'extension', partialMatch: false },
    { type: 'webview', pattern: 'webview-ui', partialMatch: false },
    { type: 'outer', pattern: '(test|bench|scripts)', partialMatch: false },
  ],
  'boundaries/files': [
    { category: 'test', pattern: '**/*.test.ts' },
    { category: 'store', pattern: '**/*.store.ts' },
  ],
  'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import', 'require'],
  'boundaries/additional-dependency-nodes': [
    { selector: 'TSImportType > Literal', kind: 'type', name: 'import-type' },
  ],
  'boundaries/legacy-warnings': false,
  'boundaries/legacy-templates': false,
};

/** The contract has no insides: every file of it may be imported. */
const contract = [any('wire', 'protocol', 'protocol-noun')];
const linkFace = [any('link'), face('link-noun')];
const everything = [
  'wire protocol protocol-noun link link-noun gateway store ptyhost daemon daemon-noun',
  'cli cli-noun extension extension-noun webview outer',
].flatMap((line) => line.split(' '));

/**
 * Invariant: wire knows no noun, the gateway and the store know no feature, the pty host knows no daemon.
 * Composition roots (files directly in a process's folder) name the faces; the store's worker also names the stores.
 */
export const layerRule = {
  default: 'disallow',
  checkUnknownLocals: true,
  message:
    '{{from.element.types}} may not import {{dependency.source}}: only what docs/architecture.md allows, and a folder only through its face',
  policies: [
    allow(['protocol-noun'], any('wire', 'protocol-noun')),
    allow(['protocol'], any('wire', 'protocol', 'protocol-noun')),
    allow(['link', 'link-noun'], ...contract, ...linkFace),
    allow(['gateway'], any('wire', 'protocol', 'daemon'), {
      element: { type: 'protocol-noun', fileInternalPath: 'daemon.ts' },
    }),
    allow(['store'], any('wire', 'daemon')),
    allow(['ptyhost'], ...contract, {
      element: { type: 'link-noun', fileInternalPath: '{process,proof}.ts' },
    }),
    allow(
      ['daemon-noun'],
      ...contract,
      ...linkFace,
      any('daemon'),
      face('daemon-noun', 'store', 'gateway'),
    ),
    allow(
      ['daemon'],
      ...contract,
      ...linkFace,
      any('daemon'),
      face('daemon-noun', 'store', 'gateway'),
      {
        element: { type: 'daemon-noun' },
        file: { categories: 'store' },
      },
    ),
    allow(['cli', 'cli-noun'], ...contract, ...linkFace, any('cli'), face('cli-noun')),
    allow(
      ['extension', 'extension-noun'],
      ...contract,
      ...linkFace,
      any('extension'),
      face('extension-noun'),
    ),
    allow(['webview'], ...contract, any('webview')),
    allow(['outer'], any(...everything)),
    { from: { file: { categories: 'test' } }, allow: { to: [any(...everything)] } },
  ],
};

/**
 * The house's own lint rules, as a plugin for oxlint: what our style asks and no ready rule covers.
 * Deliberately syntax only, and blind to paths: `oxlint.config.ts` says where each rule holds.
 */

/** What the rules read of a node of the ESTree; every other field is looked up by name. */
interface SyntaxNode {
  readonly type: string;
  readonly parent?: SyntaxNode | null;
  readonly loc: { readonly start: { line: number }; readonly end: { line: number } };
  readonly [field: string]: unknown;
}

interface RuleContext {
  readonly options: readonly unknown[];
  report(finding: { node: SyntaxNode; message: string }): void;
}

type Visitor = Record<string, (node: SyntaxNode) => void>;

interface HouseRule {
  readonly meta: { readonly type: 'problem'; readonly schema: false };
  create(context: RuleContext): Visitor;
}

function houseRule(create: (context: RuleContext) => Visitor): HouseRule {
  return { meta: { type: 'problem', schema: false }, create };
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The child in a field, when that is one node. */
function findChild(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

function listChildren(node: SyntaxNode, field: string): SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** `f` for `f(…)`, `it` for `it.only(…)`'s object, `catch` for `p.catch(…)`'s property. */
function findName(node: SyntaxNode | undefined, part: 'object' | 'property'): string | undefined {
  if (!node) return undefined;
  if (node.type === 'Identifier') return String(node['name']);
  return node.type === 'MemberExpression' ? findName(findChild(node, part), part) : undefined;
}

function findText(node: SyntaxNode | undefined): string | undefined {
  if (!node) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return undefined;
  const [first] = listChildren(node, 'quasis');
  const value: unknown = first?.['value'];
  if (typeof value !== 'object' || value === null || !('raw' in value)) return undefined;
  return String(value.raw);
}

function isEmptyFunction(node: SyntaxNode): boolean {
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return false;
  const body = findChild(node, 'body');
  if (!body) return false;
  if (body.type === 'BlockStatement') return listChildren(body, 'body').length === 0;
  return body.type === 'Identifier' && body['name'] === 'undefined';
}

const SWALLOW =
  'An error is swallowed here. Handle it, or call a named function that says why it may be dropped.';

/** A comment does not make a catch non-empty: the reason belongs into the name of a function. */
const noEmptyCatch = houseRule((context) => ({
  CatchClause(node) {
    const body = findChild(node, 'body');
    if (body && listChildren(body, 'body').length === 0) {
      context.report({ node, message: SWALLOW });
    }
  },
  CallExpression(node) {
    const called = findName(findChild(node, 'callee'), 'property');
    if (called !== 'catch' && called !== 'then') return;
    const handler = listChildren(node, 'arguments')[called === 'catch' ? 0 : 1];
    if (handler && isEmptyFunction(handler)) context.report({ node: handler, message: SWALLOW });
  },
}));

const TEST_GROUPS = ['describe', 'suite', 'context'];

/** Like `max-lines-per-function`, but a group of tests is a list of functions, not one. */
const maxFunctionLines = houseRule((context) => {
  const [option] = context.options;
  const isSized = typeof option === 'object' && option !== null && 'max' in option;
  const max = isSized ? Number(option.max) : 60;
  function measure(node: SyntaxNode): void {
    const lines = node.loc.end.line - node.loc.start.line + 1;
    const { parent } = node;
    const isGroup =
      parent?.type === 'CallExpression' &&
      TEST_GROUPS.includes(findName(findChild(parent, 'callee'), 'object') ?? '');
    if (lines <= max || isGroup) return;
    context.report({ node, message: `This function has ${lines} lines; ${max} are the most.` });
  }
  return {
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  };
});

const noShell = houseRule((context) => ({
  Property(node) {
    const key = findChild(node, 'key');
    const name = findName(key, 'property') ?? findText(key);
    if (name !== 'shell' || findChild(node, 'value')?.['value'] !== true) return;
    context.report({ node, message: 'No shell between us and a program: pass an argument list.' });
  },
}));

/** What `no-restricted-imports` does not see: `import('x')`, `typeof import('x')` and `require('x')`. */
const packageHomes = houseRule((context) => {
  const [option] = context.options;
  const homes = new Map(Object.entries(option ?? {}));
  function look(node: SyntaxNode, source: SyntaxNode | undefined): void {
    const path = findText(source) ?? '';
    const [scope = '', name = ''] = path.split('/');
    const home = homes.get(scope.startsWith('@') ? `${scope}/${name}` : scope);
    if (typeof home !== 'string') return;
    context.report({ node, message: `${path} lives in ${home} only.` });
  }
  return {
    ImportExpression: (node) => look(node, findChild(node, 'source')),
    TSImportType: (node) => look(node, findChild(node, 'source') ?? findChild(node, 'argument')),
    CallExpression(node) {
      const [first] = listChildren(node, 'arguments');
      const called = findName(findChild(node, 'callee'), 'object');
      if (called === 'require') look(node, first);
    },
  };
});

/** Lower or upper case only, so that a sentence for people ("Select …") is not taken for SQL. */
const SQL_START = new RegExp(
  [
    'select\\s[^]+\\sfrom\\s',
    'insert\\s+(?:or\\s+\\w+\\s+)?into\\s',
    'update\\s+\\S+\\s+set\\s',
    'delete\\s+from\\s',
    '(?:create|drop|alter)\\s+(?:unique\\s+|virtual\\s+)?(?:table|index|trigger|view)\\s',
    'pragma\\s+\\w+',
    'begin\\s+(?:immediate|exclusive|deferred)\\b',
  ]
    .flatMap((form) => [
      form,
      form.replaceAll(/(?<!\\)\b[a-z]{2,}\b/g, (word) => word.toUpperCase()),
    ])
    .map((form) => `^\\s*${form}`)
    .join('|'),
);

const sqlInStores = houseRule((context) => {
  function look(node: SyntaxNode): void {
    if (!SQL_START.test(findText(node) ?? '')) return;
    context.report({ node, message: 'SQL lives in *.store.ts and daemon/store only.' });
  }
  return { Literal: look, TemplateLiteral: look };
});

const EDITOR_CALLS = ['registerCommand', 'registerTextEditorCommand', 'getConfiguration'];

const editorCalls = houseRule((context) => ({
  CallExpression(node) {
    const called = findName(findChild(node, 'callee'), 'property') ?? '';
    const [first] = listChildren(node, 'arguments');
    const setsContext = called === 'executeCommand' && findText(first) === 'setContext';
    if (!setsContext && !EDITOR_CALLS.includes(called)) return;
    const name = setsContext ? 'setContext' : called;
    context.report({ node, message: `${name} is called in extension/editor only.` });
  },
}));

const SPOKEN_FIELDS = ['placeHolder', 'prompt', 'title', 'tooltip', 'detail', 'description'];
const MESSAGES = /^(?:show(?:Information|Warning|Error)Message|setStatusBarMessage)$/;

/** A text that a person reads is the argument of `l10n.t` or of what wraps it, never a literal where it is shown. */
const spokenLiterals = houseRule((context) => {
  function look(node: SyntaxNode | undefined): void {
    if (!node || !/\p{L}{2}/u.test(findText(node) ?? '')) return;
    context.report({ node, message: 'A text for people goes through l10n.' });
  }
  return {
    CallExpression(node) {
      if (!MESSAGES.test(findName(findChild(node, 'callee'), 'property') ?? '')) return;
      for (const argument of listChildren(node, 'arguments')) look(argument);
    },
    Property(node) {
      if (SPOKEN_FIELDS.includes(String(findChild(node, 'key')?.['name']))) {
        look(findChild(node, 'value'));
      }
    },
    AssignmentExpression(node) {
      const target = findName(findChild(node, 'left'), 'property') ?? '';
      if (SPOKEN_FIELDS.includes(target)) look(findChild(node, 'right'));
    },
  };
});

const TEST_CALLS = ['it', 'test', ...TEST_GROUPS];

const testTitles = houseRule((context) => ({
  CallExpression(node) {
    if (!TEST_CALLS.includes(findName(findChild(node, 'callee'), 'object') ?? '')) return;
    const [title] = listChildren(node, 'arguments');
    if (!title || !/\bshould\b/i.test(findText(title) ?? '')) return;
    context.report({ node: title, message: 'A test is named by a present-tense sentence.' });
  },
}));

export default {
  meta: { name: 'house' },
  rules: {
    'no-empty-catch': noEmptyCatch,
    'max-function-lines': maxFunctionLines,
    'no-shell': noShell,
    'package-homes': packageHomes,
    'sql-in-stores': sqlInStores,
    'editor-calls': editorCalls,
    'spoken-literals': spokenLiterals,
    'test-titles': testTitles,
  },
};

/**
 * What keeps the bundles small and quick to load. All of it changes how a program is put together, nothing of what it
 * does: the source runs unbuilt without it.
 */
import { readFile } from 'node:fs/promises';
import type { Loader, Plugin } from 'esbuild';

/** Each pulls in many others of the runtime's own modules; together they cost as much as starting the runtime. */
const slowBuiltins = ['child_process', 'https', 'tls', 'v8', 'vm', 'worker_threads', 'zlib'];
const lazyNamespace = 'lazy-builtin';
const emptyNamespace = 'empty-module';
const bindingNamespace = 'native-binding';

/** The sentences of zod in fifty languages; the program writes its own. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup(build) {
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ path }) => ({
      path,
      namespace: emptyNamespace,
      sideEffects: false,
    }));
    build.onLoad({ filter: /./, namespace: emptyNamespace }, () => ({ contents: 'export {};' }));
  },
};

/**
 * `z` as an object keeps all of zod; as a namespace only what is used stays. Making a schema changes nothing else, so one
 * that nobody of a program uses is left out with all it is made of.
 */
const zodByParts: Plugin = {
  name: 'zod-by-parts',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const imported = /^import \{ z \} from 'zod';$/m;
      if (!imported.test(text)) return undefined;
      const contents = text
        .replace(imported, "import * as z from 'zod';")
        .replaceAll(/(?<![\w.$])z\s*\.(?=\s*[a-z])(?!config\b)/g, '/* @__PURE__ */ z.');
      return { contents, loader: 'ts' satisfies Loader };
    });
  },
};

/** Loads those modules of the runtime when something of them is first used. */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    const filter = new RegExp(`^(?:node:)?(?:${slowBuiltins.join('|')})$`);
    build.onResolve({ filter }, ({ path, namespace }) => {
      const name = path.replace(/^node:/, '');
      if (namespace === lazyNamespace) return { path: `node:${name}`, external: true };
      return { path: name, namespace: lazyNamespace };
    });
    build.onLoad({ filter: /./, namespace: lazyNamespace }, ({ path }) => ({
      contents: lazyModule(path),
      loader: 'js',
    }));
  },
};

function lazyModule(name: string): string {
  const names = Object.keys(process.getBuiltinModule(`node:${name}`) ?? {});
  const getters = names.map((key) => `get ${key}() { return load().${key}; }`);
  return `let found;
const load = () => found ??= require('node:${name}');
module.exports = { ${getters.join(',\n')} };`;
}

/**
 * The database's JavaScript goes into the bundle, where it is compiled already: eighteen small files that two threads
 * look for one after the other take longer than opening a database. Its binary stays where `natives.ts` puts it.
 */
const databaseInside: Plugin = {
  name: 'database-inside',
  setup(build) {
    build.onResolve({ filter: /^\.\/binding$/ }, ({ importer }) =>
      /[\\/]better-sqlite3[\\/]lib[\\/]index\.js$/.test(importer)
        ? { path: 'better-sqlite3', namespace: bindingNamespace }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: bindingNamespace }, () => ({
      contents: `const { join } = require('node:path');
const binary = join(__dirname, 'node_modules/better-sqlite3/prebuilds', process.platform + '-' + process.arch + '.node');
exports.getBinding = (given) => given ?? require(binary);`,
      loader: 'js',
    }));
  },
};

/** Its main file asks for its parts in a way that no bundler sees; the other one that it brings does not. */
const jsoncByParts: Plugin = {
  name: 'jsonc-by-parts',
  setup(build) {
    build.onResolve({ filter: /^jsonc-parser$/ }, ({ resolveDir, kind }) =>
      build.resolve('jsonc-parser/lib/esm/main.js', { resolveDir, kind }),
    );
  },
};

export const leanPlugins: readonly Plugin[] = [
  withoutLocales,
  zodByParts,
  lazyBuiltins,
  databaseInside,
  jsoncByParts,
];

/** Of what runs in the editor's browser: the runtime's own modules are not there. */
export const pagePlugins: readonly Plugin[] = [withoutLocales, zodByParts];

/** Bundles the programs and the extension with esbuild: CommonJS, so that they start fast and can load natives. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild, stop } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { leanPlugins, pagePlugins } from './leanBundle.ts';

interface Entry {
  readonly source: string;
  readonly output: string;
  /** Import of the source that stays one: a file of its own, loaded when the first lines have run. */
  readonly apart?: { readonly source: string; readonly output: string };
}

/** What runs from a program directory. */
export const programEntries: readonly Entry[] = [
  {
    source: 'daemon/main.ts',
    output: 'waggled.cjs',
    apart: { source: './sdk.ts', output: './mcpSdk.cjs' },
  },
  { source: 'daemon/mcp/sdk.ts', output: 'mcpSdk.cjs' },
  { source: 'daemon/ptyhost/main.ts', output: 'ptyhost.cjs' },
  { source: 'daemon/storeWorker.ts', output: 'storeWorker.cjs' },
  { source: 'daemon/screen/screenWorker.ts', output: 'screenWorker.cjs' },
  { source: 'daemon/embedding/embeddingWorker.ts', output: 'embeddingWorker.cjs' },
  {
    source: 'cli/main.ts',
    output: 'waggle.cjs',
    apart: { source: './process.ts', output: './waggleProcess.cjs' },
  },
  { source: 'cli/process.ts', output: 'waggleProcess.cjs' },
];
/** The second extension, which runs where the person sits. */
export const companionEntry: Entry = {
  source: 'extension/companion/companion.ts',
  output: 'companion.cjs',
};
export const extensionEntry: Entry = { source: 'extension/main.ts', output: 'extension.cjs' };
/** Run by the editor without the editor, after the extension was uninstalled. */
export const uninstallEntry: Entry = {
  source: 'extension/uninstallHook.ts',
  output: 'uninstall.cjs',
};

/** The pages that the extension shows, with their styles and icons. */
export const pageEntries: readonly Entry[] = [
  { source: 'webview-ui/chat/main.tsx', output: 'chat.js' },
  { source: 'webview-ui/form/main.ts', output: 'form.js' },
];

interface BundleOptions {
  readonly root: string;
  readonly directory: string;
  readonly entries: readonly Entry[];
  readonly external: readonly string[];
}

/** Bundles the entries into `directory` and writes the licences of what went in beside them. */
export async function bundle(options: BundleOptions): Promise<void> {
  const { root, directory, external } = options;
  mkdirSync(directory, { recursive: true });
  const results = await Promise.all(
    options.entries.map(({ source, output, apart }) =>
      esbuild({
        absWorkingDir: root,
        entryPoints: [source],
        outfile: join(directory, output),
        bundle: true,
        platform: 'node',
        target: 'node22',
        format: 'cjs',
        external: [...external],
        // zod looks whether it runs in a browser; the editor logs an error for each extension that asks for this name.
        define: { navigator: 'undefined' },
        plugins: [...leanPlugins, ...(apart === undefined ? [] : [keepApart(apart)])],
        // Names stay: a stack trace in a log is read by people.
        minifyWhitespace: true,
        minifySyntax: true,
        charset: 'utf8',
        legalComments: 'none',
        sourcemap: false,
        metafile: true,
        logLevel: 'warning',
        // A bundle has no address of its own: import.meta.url would be undefined at run time.
        logOverride: { 'empty-import-meta': 'error' },
      }),
    ),
  );
  const notices = noticesOf(
    root,
    results.map(({ metafile }) => metafile),
  );
  if (notices !== '') writeFileSync(join(directory, 'THIRD_PARTY_NOTICES.txt'), notices);
}

/** Bundles pages for the editor's browser: nothing of them is loaded from elsewhere. */
export async function bundlePages(options: Omit<BundleOptions, 'external'>): Promise<void> {
  const { root, directory, entries } = options;
  mkdirSync(directory, { recursive: true });
  const results = await Promise.all(
    entries.map(({ source, output }) =>
      esbuild({
        absWorkingDir: root,
        entryPoints: [source],
        outfile: join(directory, output),
        bundle: true,
        platform: 'browser',
        target: 'es2022',
        format: 'iife',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        loader: { '.ttf': 'file' },
        assetNames: '[name]',
        plugins: [...pagePlugins],
        minify: true,
        sourcemap: false,
        charset: 'utf8',
        legalComments: 'none',
        metafile: true,
        logLevel: 'warning',
      }),
    ),
  );
  const notices = noticesOf(
    root,
    results.map(({ metafile }) => metafile),
  );
  writeFileSync(join(directory, 'THIRD_PARTY_NOTICES.txt'), notices);
}

function keepApart({ source, output }: { source: string; output: string }): Plugin {
  return {
    name: 'apart',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path }) =>
        path === source ? { path: output, external: true } : undefined,
      );
    },
  };
}

/** Ends the bundler's service process, which would outlive the test that happened to build. Call it after the last `bundle`. */
export function endBundler(): Promise<void> {
  return stop();
}

/** Name, version and licence text of every package in the bundles. */
function noticesOf(root: string, metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap(({ inputs: files }) => Object.keys(files));
  const names = inputs.flatMap((input) => {
    const match = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    return match === null ? [] : [match[0]];
  });
  return [...new Set(names)]
    .sort()
    .map((folder) => noticeOf(join(root, folder)))
    .join('\n');
}

function noticeOf(folder: string): string {
  const manifest: { name: string; version: string; license?: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  const text = file === undefined ? '' : readFileSync(file, 'utf8').trim();
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'see its text'})`;
  return `${title}\n${'-'.repeat(title.length)}\n${text}\n`;
}

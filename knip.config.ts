import type { KnipConfig } from 'knip';

/** Entries are the process edges, what the editor, mocha and npm start by name, and the contract for outsiders. */
const config: KnipConfig = {
  entry: [
    'protocol/protocol.ts',
    'protocol/!(wire)/*.ts',
    'daemon/main.ts',
    'daemon/*/main.ts',
    'daemon/storeWorker.ts',
    'daemon/mcp/sdk.ts',
    'daemon/screen/screenWorker.ts',
    'daemon/embedding/embeddingWorker.ts',
    'cli/main.ts',
    'extension/main.ts',
    'extension/uninstallHook.ts',
    'extension/companion/companion.ts',
    'webview-ui/*/main.{ts,tsx}',
    'bench/main.ts',
    'test/vscode/support/recorder.mjs',
    'bench/client/*Client.ts',
    'bench/naive/*.ts',
    'scripts/*.{ts,mjs}',
    'scripts/rules/houseRules.ts',
    'test/support/runSuite.ts',
    'test/flow/storeWriter.ts',
    'test/support/listeningClient.ts',
    'test/support/loopProbe.ts',
    'test/flow/storeFaultWriter.ts',
    'test/support/stallingWorker.ts',
    'test/vscode/suite/run.ts',
    '**/*.test.ts',
  ],
  // They run in a place of their own, beside the packages that they name.
  ignore: ['test/clients/*.mjs'],
  project: [
    '{protocol,link,daemon,cli,extension,bench,scripts,test}/**/*.{ts,mjs}',
    'webview-ui/**/*.{ts,tsx}',
    '*.ts',
  ],
  ignoreExportsUsedInFile: true,
  // The icons are named by a style sheet.
  ignoreDependencies: ['oxlint-tsgolint', 'node', 'oxfmt', '@vscode/vsce', '@vscode/codicons'],
  ignoreBinaries: ['apt-get', 'cc', 'dbus-daemon', 'mkfifo', 'mount', 'prlimit', 'umount'],
};

export default config;

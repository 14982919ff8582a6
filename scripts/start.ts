/**
 * `npm start [-- --no-open]`: a real VS Code with the packaged extension in it, on a sample folder, in directories of its own
 * below the checkout (`--at DIR`: elsewhere). Ctrl-C ends everything that it started. Touches nothing else but the cache.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, root } from './build.ts';
import { say } from './cache.ts';
import { endDemoDaemon, listDaemonProcesses } from './demoDaemon.ts';
import { ensureDemoFolder } from './demoFolder.ts';
import { findDesktopEditor, openDesktopEditor } from './desktopEditor.ts';
import { installEditorServer, installExtension, startEditorServer } from './editorServer.ts';
import { packageFor } from './package.ts';
import { getOwnTarget } from './target.ts';

const { values } = parseArgs({
  options: {
    'no-open': { type: 'boolean', default: false },
    at: { type: 'string', default: join(root, '.waggle-demo') },
  },
});
const demo = resolve(values.at);
const home = join(demo, 'home');
const folder = join(demo, 'sample');

/** An editor that runs, whichever it is. */
interface RunningEditor {
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** What a terminal would have without npm around it, and the demo's own data directory. */
function demoEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|WAGGLE_|INIT_CWD$|NODE$)/i.test(name),
  );
  const isOfNpm = (path: string): boolean => /node_modules[/\\]\.bin$|node-gyp-bin$/.test(path);
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((one) => !isOfNpm(one));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    WAGGLE_HOME: home,
    WAGGLE_PORT: '0',
  };
}

async function startEditor(options: { vsix: string; isOpened: boolean }): Promise<RunningEditor> {
  const env = demoEnvironment();
  const command = options.isOpened ? findDesktopEditor(env) : undefined;
  if (command) {
    say(`opening ${command} in a window of its own …`);
    return openDesktopEditor({
      command,
      dataDir: join(demo, 'desktop'),
      vsix: options.vsix,
      folder,
      env,
    });
  }
  const dataDir = join(demo, 'server');
  await installEditorServer();
  say('installing the package into VS Code Server …');
  await installExtension(options.vsix, dataDir);
  say('starting VS Code Server …');
  const server = await startEditorServer({ dataDir, token: randomBytes(24).toString('hex'), env });
  const url = server.urlFor(folder);
  console.log(`\n  ${url}\n`);
  if (options.isOpened) openBrowser(url);
  return server;
}

/** Not being able to open one is no failure: the address has been printed. */
function openBrowser(url: string): void {
  const commands: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
    darwin: ['open', url],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
  };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => say(`open the address above in a browser ("${command}" was not found)`));
  child.unref();
}

/** Settles with the first signal; later ones are taken in too, because npm passes on what the terminal sent already. */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve());
  });
}

async function main(): Promise<void> {
  const interrupted = waitForSignal();
  say('building …');
  const { programDirectory } = await build();
  say('packaging the extension …');
  const vsix = await packageFor(getOwnTarget());
  mkdirSync(demo, { recursive: true });
  ensureDemoFolder(folder, process.env);
  const editor = await startEditor({ vsix, isOpened: !values['no-open'] });
  say('running; press Ctrl-C to end it with all its sessions');
  await Promise.race([interrupted, editor.exited]);
  const processes = listDaemonProcesses(home).length;
  say(
    `ending the editor${processes > 0 ? ', the daemon and every session that was started here' : ''} …`,
  );
  await editor.stop();
  await endDemoDaemon({ home, programDirectory, env: demoEnvironment() });
  say('all ended');
}

try {
  await main();
  process.exit(0);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

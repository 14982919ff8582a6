/** The second package, as it is installed: run as the editor runs it, with the editor's module and a notifier that writes down. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageCompanion } from '../../scripts/package.ts';
import { until } from './cliHome.ts';
import { extractZip } from './zip.ts';

/** An editor of one extension: hands over its module, runs the command with each order, keeps what is opened. */
const editor = `
const Module = require('node:module');
const { appendFileSync } = require('node:fs');
const [bundle, orders, opened] = process.argv.slice(2);
const commands = new Map();
const channel = { warn: (...words) => console.error(words.join(' ')), dispose() {} };
const vscode = {
  window: { createOutputChannel: () => channel },
  commands: {
    registerCommand(id, run) { commands.set(id, run); return { dispose() {} }; },
  },
  env: {
    uriScheme: 'vscode',
    openExternal: async (uri) => appendFileSync(opened, uri.text + '\\n'),
  },
  Uri: { parse: (text) => ({ text }) },
};
const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));
const context = { subscriptions: [] };
require(bundle).activate(context);
for (const order of JSON.parse(orders)) console.log(commands.get('waggleNotices.raise')(order));
`;

/** Says that it can answer, writes its arguments down, and is clicked at once. */
const notifier = `#!/bin/sh
if [ "$1" = --help ]; then echo '--action --wait'; exit 0; fi
for word in "$@"; do printf '%s\\n' "$word"; done >> "$NOTED"
echo default
`;

describe('the companion’s package', function () {
  this.timeout(120_000);
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-companion-'));
    extractZip(await packageCompanion(), directory);
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin', 'notify-send'), notifier, { mode: 0o755 });
    writeFileSync(join(directory, 'editor.cjs'), editor);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const path = (name: string): string => join(directory, name);
  const read = (name: string): string =>
    existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '';
  /** What the command answered to each order. */
  const run = async (...orders: object[]): Promise<string> => {
    const { PATH = '' } = process.env;
    const env = {
      PATH: `${path('bin')}:${PATH}`,
      NOTED: path('noted.txt'),
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${path('bus')}`,
    };
    const bundle = path('extension/companion.cjs');
    const args = [path('editor.cjs'), bundle, JSON.stringify(orders), path('opened.txt')];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await new Promise((resolve) => child.once('close', resolve));
    return said;
  };

  it('is small, and runs where the person sits', () => {
    const manifest: Record<string, unknown> = JSON.parse(read('extension/package.json'));
    const root: Record<string, unknown> = JSON.parse(
      readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
    );
    assert.deepEqual(manifest['extensionKind'], ['ui']);
    assert.equal(manifest['name'], 'waggle-notices');
    assert.equal(manifest['version'], root['version']);
    assert.ok(statSync(path('extension/companion.cjs')).size < 600_000);
    assert.ok(existsSync(path('extension/package.nls.json')));
  });

  it('raises a notice by the platform’s program, as arguments, and opens its link when it is clicked', async function () {
    if (process.platform !== 'linux') this.skip();
    const link = `vscode://waggle.waggle/notice?windowId=3&notice=${'a'.repeat(32)}`;
    const words = { title: 'fix-login', body: 'asks: $(rm) <b>', urgency: 'normal' };
    assert.equal(await run({ ...words, openLabel: 'Open', link }), 'true\n');
    await until(() => read('opened.txt') !== '');
    const noted = read('noted.txt').split('\n');
    assert.ok(noted.includes('--action=default=Open'), noted.join());
    assert.ok(noted.includes('fix-login'), noted.join());
    assert.ok(noted.includes('asks: $(rm) &lt;b&gt;'), noted.join());
    assert.equal(read('opened.txt'), `${link}\n`);
  });

  it('raises nothing for what is no order, and opens no foreign link', async function () {
    if (process.platform !== 'linux') this.skip();
    rmSync(path('noted.txt'), { force: true });
    rmSync(path('opened.txt'), { force: true });
    const order = { title: 'a', body: 'b', urgency: 'low', openLabel: 'Open' };
    assert.equal(await run({ nothing: true }, { ...order, link: 'file:///x' }), 'false\ntrue\n');
    assert.equal(
      read('noted.txt')
        .split('\n')
        .filter((word) => word === 'a').length,
      1,
    );
    assert.equal(read('opened.txt'), '');
  });
});

/** Learns the environment that the editor gives to its own terminals, from a hidden one that runs nothing but a report. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** How a terminal that nobody sees is opened; ends with the returned function. */
export type OpenHiddenTerminal = (program: {
  readonly path: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}) => () => void;

const reportMaxBytes = 4 * 1024 * 1024;
const variablesSchema = z.record(z.string(), z.string());
/** Ends without an error also when nobody listens any more: the editor tells the person of a terminal that ended with one. */
const reporter =
  'require("net").connect(process.argv[1]).on("error", () => {}).end(JSON.stringify(process.env))';

/**
 * The variables of a hidden terminal, or a WaggleError `timeout`. The report comes over a socket in a directory that only
 * this user can enter; nothing is written to a file.
 */
export async function readTerminalEnvironment(
  openHidden: OpenHiddenTerminal,
  limitMs: number,
): Promise<Record<string, string>> {
  const owned = new DisposableStore();
  try {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-environment-'));
    owned.add({ dispose: () => rmSync(directory, { recursive: true, force: true }) });
    const address =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\waggle-${randomUUID()}`
        : join(directory, 'report');
    const server = createServer();
    owned.add({ dispose: () => server.close() });
    const report = receiveOne(server, limitMs);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(address, resolve);
    });
    const environment =
      process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
    const close = openHidden({
      path: process.execPath,
      arguments: ['-e', reporter, address],
      environment,
    });
    owned.add({ dispose: close });
    return variablesSchema.parse(JSON.parse(await report));
  } finally {
    owned.dispose();
  }
}

function receiveOne(server: Server, limitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const give = (error: WaggleError): void => reject(error);
    const timer = setTimeout(
      () => give(new WaggleError('timeout', 'The terminal did not report its environment.')),
      limitMs,
    );
    server.once('connection', (socket) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > reportMaxBytes) socket.destroy(new Error('The report is too long.'));
        else chunks.push(chunk);
      });
      socket.on('error', (error) => give(new WaggleError('internal', error.message)));
      socket.on('end', () => {
        clearTimeout(timer);
        socket.end();
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
  });
}

/**
 * A server gives each terminal a socket of its own for `code`, which ends with it: with the hidden one here. The extension
 * host's own lives as long as the window.
 */
export function withLastingSocket(
  environment: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { VSCODE_IPC_HOOK_CLI: _ended, ...rest } = environment;
  const lasting = own['VSCODE_IPC_HOOK_CLI'];
  return lasting === undefined ? rest : { ...rest, VSCODE_IPC_HOOK_CLI: lasting };
}

const nameMax = 256;
const valueMax = 131_072;

/** Only what the protocol takes: names and values of a bounded length. */
export function toReportable(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[0] !== '' &&
      entry[0].length <= nameMax &&
      entry[1] !== undefined &&
      entry[1].length <= valueMax,
  );
  return Object.fromEntries(entries);
}

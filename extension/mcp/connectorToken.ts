import * as vscode from 'vscode';
import { z } from 'zod';
import type { DaemonConnection } from '../daemon/daemon.ts';

const keptSchema = z.object({ id: z.string(), token: z.string() });

/** The editor's own connector: made once per data directory, kept in its secret storage, made anew once it was revoked. */
export class ConnectorToken {
  readonly #connection: DaemonConnection;
  readonly #secrets: vscode.SecretStorage;
  #reading: Promise<string> | undefined;

  constructor(connection: DaemonConnection, secrets: vscode.SecretStorage) {
    this.#connection = connection;
    this.#secrets = secrets;
  }

  /** 64 hex digits. Starts the daemon when none runs; two at once make one. */
  read(): Promise<string> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<string> {
    const { id: daemonId } = await this.#connection.call('daemon/status', {});
    const key = `waggle.connector.${daemonId}`;
    const kept = parseKept(await this.#secrets.get(key));
    const { connectors } = await this.#connection.call('token/listConnectors', {});
    if (kept !== undefined && connectors.some(({ id }) => id === kept.id)) return kept.token;
    const name = vscode.env.appName.slice(0, 64) || 'VS Code';
    const made = await this.#connection.call('token/createConnector', { name });
    const stored = { id: made.connector.id, token: made.token };
    await this.#secrets.store(key, JSON.stringify(stored));
    return made.token;
  }
}

function parseKept(text: string | undefined): z.infer<typeof keptSchema> | undefined {
  if (text === undefined) return undefined;
  const parsed = keptSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/**
 * The daemon's tools for the agents of the editor itself, and what tools cost a session. The token is put in when the
 * editor starts the server and stands in no file. Deliberately knows no tool.
 */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import { ConnectorToken } from './connectorToken.ts';
import { followToolChoice } from './toolChoice.ts';

export type ToolCost = MethodResult<'mcp/describe'>;

export interface McpFeatureOptions {
  readonly connection: DaemonConnection;
  readonly secrets: vscode.SecretStorage;
  readonly log: Log;
}

export interface McpFeature extends Disposable {
  /** What its tools and notes add to the context of a session's agent; undefined where nobody can tell. Never rejects. */
  readonly readCost: (sessionId: SessionId) => Promise<ToolCost | undefined>;
}

const providerId = 'waggle.tools';

export function createMcpFeature({ connection, secrets, log }: McpFeatureOptions): McpFeature {
  const owned = new DisposableStore();
  const redefined = owned.add(new vscode.EventEmitter<void>());
  owned.add(connection.onDidConnect(() => redefined.fire()));
  owned.add(followToolChoice({ connection, log, onDidChoose: () => redefined.fire() }));
  const token = new ConnectorToken(connection, secrets);
  const describe = async (sessionId?: SessionId): Promise<ToolCost | undefined> => {
    try {
      const asked = sessionId === undefined ? {} : { sessionId };
      return await connection.link?.call('mcp/describe', asked);
    } catch (error) {
      const level = errorCodeOf(error) === 'methodNotFound' ? 'debug' : 'warn';
      log[level]('tools were not described', errorMessageOf(error));
      return undefined;
    }
  };
  // Forks of the editor lack it.
  if (typeof vscode.lm?.registerMcpServerDefinitionProvider === 'function') {
    owned.add(
      vscode.lm.registerMcpServerDefinitionProvider(providerId, {
        onDidChangeMcpServerDefinitions: redefined.event,
        provideMcpServerDefinitions: async () => toDefinitions(await describe()),
        resolveMcpServerDefinition: (server) => resolve(server, token),
      }),
    );
  }
  return { readCost: describe, dispose: () => owned.dispose() };
}

/** Without a port or a daemon there is no server to show. */
function toDefinitions(described: ToolCost | undefined): vscode.McpHttpServerDefinition[] {
  if (described === undefined || described.url === null || described.choice === 'off') return [];
  const uri = vscode.Uri.parse(described.url, true);
  const version = versionOf(described);
  return [new vscode.McpHttpServerDefinition(t('Waggle Memory and Tasks'), uri, {}, version)];
}

/** Another one when the list of tools is another one: the editor then asks for it again. */
function versionOf({ tools }: ToolCost): string {
  const words = JSON.stringify(tools.map(({ name, description }) => [name, description]));
  return createHash('sha256').update(words).digest('hex').slice(0, 12);
}

async function resolve(
  server: vscode.McpServerDefinition,
  token: ConnectorToken,
): Promise<vscode.McpServerDefinition> {
  if (!(server instanceof vscode.McpHttpServerDefinition)) return server;
  server.headers = { ...server.headers, Authorization: `Bearer ${await token.read()}` };
  return server;
}

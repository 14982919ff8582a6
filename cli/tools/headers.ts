/**
 * `waggle tools headers`: what an agent that speaks to the daemon itself sends with each request. Called by that agent,
 * by the entry in its file; prints one JSON object. The bearer is given for the daemon's own port and no other.
 */
import { dropHeldToken, findHeldToken, holdToken } from '../../link/access/access.ts';
import type { AccessAgentId } from '../../link/access/access.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { parseAgents } from './choosing.ts';
import { findStarterFolder } from './starterFolder.ts';

const names: Readonly<Record<AccessAgentId, string>> = {
  claude: 'Claude Code',
  codex: 'Codex',
  opencode: 'opencode',
  gemini: 'Gemini CLI',
  cursor: 'Cursor',
};

export interface HeadersOptions {
  readonly agent: string;
  /** The one in the entry's address. */
  readonly port: string;
}

export async function printHeaders(
  context: CommandContext,
  { agent, port }: HeadersOptions,
): Promise<number> {
  const [id] = parseAgents([agent]);
  const link = await context.connect();
  const { port: served } = readRuntimeFile(context.identity?.paths ?? context.paths) ?? {};
  if (id === undefined || served !== Number(port))
    throw new WaggleError(
      'conflict',
      `The daemon serves tools at another port than ${Number(port)} now.`,
      {
        fix: `waggle tools install ${agent}`,
      },
    );
  const token = sessionToken(context) ?? (await findToken(context, link, id));
  const headers = { Authorization: `Bearer ${token}`, ...folderHeader(context) };
  context.output.result(headers, () => [JSON.stringify(headers)]);
  return exitCodes.ok;
}

/** What is remembered belongs to a folder; of a session it is known. */
function folderHeader({ identity }: CommandContext): { 'Waggle-Folder'?: string } {
  const folder = identity === undefined ? findStarterFolder() : undefined;
  if (folder === undefined) return {};
  return { 'Waggle-Folder': `=?base64?${Buffer.from(folder).toString('base64')}?=` };
}

/** Inside a session the agent is that session: its token is what follows its id. */
function sessionToken({ identity }: CommandContext): string | undefined {
  return identity?.token.slice(identity.token.indexOf('.') + 1);
}

/** The one that is held, as long as the daemon counts it; else another is made. */
async function findToken(
  context: CommandContext,
  link: DaemonLink,
  id: AccessAgentId,
): Promise<string> {
  const held = findHeldToken(context.paths, id);
  const { connectors } = await link.call('token/listConnectors', {});
  if (held !== undefined && connectors.some((connector) => connector.id === held.id))
    return held.token;
  dropHeldToken(context.paths, id);
  const { connector, token } = await link.call('token/createConnector', {
    name: names[id],
    lifetime: 'untilRevoked',
  });
  holdToken(context.paths, id, { id: connector.id, token });
  return token;
}

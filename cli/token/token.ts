/** `waggle token …`: the tokens of agents that Waggle did not start, and what those in sessions may do beyond their own. */
import type { Connector, Grant } from '../../protocol/token/token.ts';
import { grantSchema } from '../../protocol/token/token.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Column } from '../output/output.ts';
import { findMeant } from '../session/session.ts';

const dayMs = 86_400_000;

export async function listConnectors(context: CommandContext): Promise<number> {
  const link = await context.connect();
  const { connectors } = await link.call('token/listConnectors', {});
  context.output.result({ connectors }, () =>
    connectors.length === 0
      ? ['There is none. Make one: waggle token create <name>']
      : lines(context, connectors),
  );
  return exitCodes.ok;
}

export async function createConnector(
  context: CommandContext,
  { name, days }: { readonly name: string; readonly days: number | undefined },
): Promise<number> {
  const link = await context.connect();
  const ends =
    days === undefined ? {} : { expiresAt: new Date(Date.now() + days * dayMs).toISOString() };
  const made = await link.call('token/createConnector', { name, ...ends });
  context.output.result(made, () => [
    made.token,
    ...(made.url === null
      ? []
      : [`For ${made.url}, as "Authorization: Bearer …". It is not shown again.`]),
  ]);
  return exitCodes.ok;
}

export async function revokeConnector(context: CommandContext, meant: string): Promise<number> {
  const link = await context.connect();
  const { connectors } = await link.call('token/listConnectors', {});
  const found = connectors.filter(({ id, name }) => id === meant || name === meant);
  const [connector] = found;
  if (connector === undefined)
    throw new WaggleError('notFound', `There is no token "${toPlainLine(meant, 64)}".`, {
      fix: 'waggle token list',
    });
  if (found.length > 1)
    throw new CommandError(
      'ambiguous',
      'Several have that name.',
      'Give the id: waggle token list',
    );
  await link.call('token/revokeConnector', { id: connector.id });
  context.output.result({ revoked: connector }, () => [
    `The token of "${toPlainLine(connector.name)}" counts no more.`,
  ]);
  return exitCodes.ok;
}

export interface GrantOptions {
  readonly reference: string;
  readonly grants: readonly string[];
  readonly none: boolean;
}

export async function grant(
  context: CommandContext,
  { reference, grants, none }: GrantOptions,
): Promise<number> {
  const wanted = parseGrants(grants);
  if (none && wanted.length > 0)
    throw new CommandError('usage', 'Those, or none?', 'waggle token grant --help');
  const { link, session } = await findMeant(context, reference);
  const change = none || wanted.length > 0 ? { grants: wanted } : {};
  const result = await link.call('token/grant', { sessionId: session.id, ...change });
  const name = toPlainLine(session.name);
  context.output.result(result, () => [
    result.grants.length === 0
      ? `The agent of "${name}" knows its own session only.`
      : `The agent of "${name}" may: ${result.grants.join(', ')}.`,
  ]);
  return exitCodes.ok;
}

function parseGrants(words: readonly string[]): Grant[] {
  return words.map((word) => {
    const parsed = grantSchema.safeParse(word);
    if (parsed.success) return parsed.data;
    throw new CommandError(
      'usage',
      `There is no grant "${toPlainLine(word, 64)}".`,
      `Known are ${grantSchema.options.join(' and ')}.`,
    );
  });
}

const columns: readonly Column[] = [
  { title: 'NAME', min: 12, max: 40 },
  { title: 'ID', min: 16, max: 16 },
  { title: 'LAST USED', min: 9, max: 9 },
  { title: 'EXPIRES', min: 10, max: 10 },
];

function lines({ output }: CommandContext, connectors: readonly Connector[]): string[] {
  const rows = connectors.map(({ id, name, lastUsedAt, expiresAt }) => [
    { text: toPlainLine(name) },
    { text: id },
    { text: lastUsedAt === undefined ? 'never' : agoText(lastUsedAt) },
    { text: expiresAt?.slice(0, 10) ?? 'never' },
  ]);
  return layOutTable({ columns, rows, width: output.columns, paint: output.paint });
}

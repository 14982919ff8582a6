/** The commands about what agents may call, and with which token. */
import { counted, option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./token/token.ts');

const ofToken: readonly CommandSpec[] = [
  {
    name: 'list',
    summary: 'list the tokens of agents and editors that Waggle did not start',
    run: async (context) => (await load()).listConnectors(context),
  },
  {
    name: 'create',
    summary: 'make one for an agent or editor; it is printed once',
    words: ['<name>'],
    options: [counted('--days <days>', 'how long it counts (default: until it is revoked)')],
    run: async (context, input) =>
      (await load()).createConnector(context, {
        name: input.getWord(0),
        days: input.findCount('days'),
      }),
  },
  {
    name: 'revoke',
    summary: 'make one worthless, by its id or its name',
    words: ['<token>'],
    run: async (context, input) => (await load()).revokeConnector(context, input.getWord(0)),
  },
  {
    name: 'grant',
    summary: 'let the agent of a session read, or write to, others of its repository',
    words: ['<session>', '[grants...]'],
    options: [option('--none', 'take everything back')],
    run: async (context, input) =>
      (await load()).grant(context, {
        reference: input.getWord(0),
        grants: input.listWords(1),
        none: input.has('none'),
      }),
  },
];

export const mcpCommands: readonly CommandSpec[] = [
  {
    name: 'mcp',
    summary: 'serve the tools over standard input and output, in place of HTTP',
    options: [option('--name <name>', 'who holds the token that it gets').default('waggle mcp')],
    run: async (context, input) =>
      (await import('./mcp/mcp.ts')).serveTools(context, {
        name: input.find('name') ?? 'waggle mcp',
        stdin: process.stdin,
        stdout: process.stdout,
      }),
  },
  { name: 'token', summary: 'what agents may do, and who has a token', commands: ofToken },
];

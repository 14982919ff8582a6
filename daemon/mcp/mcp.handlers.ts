import type { NounHandlers } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller, Principal } from '../feature.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { Catalogue } from './catalogue.ts';
import type { ToolChoices } from './choices.ts';
import { instructions } from './instructions.ts';
import type { McpNouns, ReadFacts } from './facts.ts';
import { toolsUrl } from './facts.ts';
import { versions } from './server.ts';
import { estimateTokens } from './tokens.ts';

interface HandlerParts {
  readonly catalogue: Catalogue;
  readonly choices: ToolChoices;
  readonly readFacts: ReadFacts;
  readonly nouns: McpNouns;
}

/** Any agent that Waggle did not start. */
const anyConnector: Principal = { id: 'any', kind: 'connector', right: 'self' };

export function createHandlers({
  catalogue,
  choices,
  readFacts,
  nouns,
}: HandlerParts): NounHandlers<'mcp', Caller> {
  return {
    async 'mcp/describe'({ sessionId }, { principal }) {
      const isOwn = sessionId === principal.sessionId;
      if (principal.right === 'self' && !isOwn) throw new WaggleError('forbidden');
      if (sessionId !== undefined && nouns.findSession(sessionId) === undefined)
        throw new WaggleError('notFound', 'There is no such session.');
      const agent: Principal =
        sessionId === undefined ? anyConnector : { ...anyConnector, kind: 'session', sessionId };
      const facts = await readFacts(agent, undefined);
      const offered = catalogue.list(facts);
      const sum = offered.reduce((all, { tokens }) => all + tokens, 0);
      return {
        url: toolsUrl(nouns.port()),
        versions,
        choice: facts.choice,
        tools: offered.map(({ listed: { name, description }, tokens }) => {
          return { name, description, tokens };
        }),
        tokens: offered.length === 0 ? 0 : sum + estimateTokens(instructions),
        ...(sessionId === undefined ? {} : { noteTokens: await nouns.countNotes(sessionId) }),
      };
    },
    async 'mcp/choose'({ folder, choice }) {
      const workspaceId = await nouns.locate(await resolveFolder(folder));
      if (choice === undefined) return { choice: choices.of(workspaceId) };
      return { choice: await choices.choose(workspaceId, choice) };
    },
  };
}

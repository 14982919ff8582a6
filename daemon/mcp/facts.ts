import type { SessionId, WorkspaceId } from '../../protocol/wire/brand.ts';
import { grantSchema } from '../../protocol/token/token.ts';
import type { Grant } from '../../protocol/token/token.ts';
import type { Clock } from '../context.ts';
import type { Principal, Resource, Tool } from '../feature.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { CallerFacts } from './calling.ts';
import type { ToolChoices } from './choices.ts';

export interface McpNouns {
  /** All tools of all nouns, in the order in which they are listed. */
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  /** Undefined: there is no such session. */
  readonly findSession: (
    id: SessionId,
  ) =>
    | { readonly workspaceId: WorkspaceId; readonly cwd: string; readonly isPrivate: boolean }
    | undefined;
  readonly grantsOf: (id: SessionId) => readonly Grant[];
  /** A lead sees and steers what members do. */
  readonly isLead: (id: SessionId) => boolean;
  readonly locate: (folder: string) => Promise<WorkspaceId>;
  /** What the notes in the prompt of a session's agent come to, estimated. */
  readonly countNotes: (id: SessionId) => Promise<number>;
  /** Replaces secrets that the daemon knows. */
  readonly redact: (text: string) => string;
  /** Of the daemon on 127.0.0.1; null: none could be had. */
  readonly port: () => number | null;
}

/** Null: no port could be had. */
export function toolsUrl(port: number | null): string | null {
  return port === null ? null : `http://127.0.0.1:${port}/mcp`;
}

/** What is said of a folder holds so long: an agent calls many times in a row, from the same place. */
const placeMs = 2000;
const placesMax = 64;

interface Place {
  readonly folder: string;
  readonly workspaceId: WorkspaceId;
}

/** Where connectors say that they work. What does not exist here says nothing, and is looked for again. */
class Places {
  readonly #locate: McpNouns['locate'];
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #known = new Map<string, { readonly place: Place; readonly untilMs: number }>();

  constructor(locate: McpNouns['locate'], clock: Pick<Clock, 'monotonicMs'>) {
    this.#locate = locate;
    this.#clock = clock;
  }

  async find(said: string): Promise<Place | undefined> {
    const now = this.#clock.monotonicMs();
    const known = this.#known.get(said);
    if (known !== undefined && known.untilMs > now) return known.place;
    const folder = await resolveFolder(said).catch(isNoFolder);
    if (folder === undefined) return undefined;
    const place = { folder, workspaceId: await this.#locate(folder) };
    if (this.#known.size >= placesMax) this.#known.clear();
    this.#known.set(said, { place, untilMs: now + placeMs });
    return place;
  }
}

export type ReadFacts = (principal: Principal, folder: string | undefined) => Promise<CallerFacts>;

/** Reads who calls as it is now. */
export function createFactReader(
  nouns: McpNouns,
  choices: ToolChoices,
  clock: Pick<Clock, 'monotonicMs'>,
): ReadFacts {
  const places = new Places(nouns.locate, clock);
  return async (principal, said) => {
    const { sessionId } = principal;
    const session = sessionId === undefined ? undefined : nouns.findSession(sessionId);
    const isElsewhere = session === undefined && said !== undefined;
    const place = isElsewhere ? await places.find(said) : undefined;
    const folder = session?.cwd ?? place?.folder;
    const workspaceId = session?.workspaceId ?? place?.workspaceId;
    const grants = sessionId === undefined ? [] : listGrants(nouns, sessionId);
    const choice = choices.of(workspaceId);
    // Whatever a person may do in that shell: through a tool it is an agent that asks.
    const agent: Principal = { ...principal, right: 'self' };
    const isPrivate = session?.isPrivate ?? false;
    return { principal: agent, sessionId, workspaceId, folder, grants, choice, isPrivate };
  };
}

function listGrants({ grantsOf, isLead }: McpNouns, id: SessionId): readonly Grant[] {
  return isLead(id) ? grantSchema.options : grantsOf(id);
}

/** What a connector says of where it works, and does not exist here, says nothing. */
function isNoFolder(): undefined {
  return undefined;
}

/** Real rows of sessions over a store in memory, and the entries that they put into "Needs you". */
import type { NeedFacts, NeedOwner } from '../../daemon/attention/attention.ts';
import type { FeatureContext } from '../../daemon/context.ts';
import { silentLogger } from '../../daemon/log/log.ts';
import type { SessionRow } from '../../daemon/session/row.ts';
import { Sessions } from '../../daemon/session/sessions.ts';

export interface PutNeed {
  readonly kind: string;
  readonly text: string;
  readonly facts: NeedFacts | undefined;
}

export interface MemorySessions {
  readonly sessions: Sessions;
  readonly needs: ReadonlyMap<string, PutNeed>;
  /** Ms since the epoch. */
  now: number;
  readonly daemon: FeatureContext;
}

/** `rows`: what an earlier daemon left. */
export async function createMemorySessions(
  rows: readonly SessionRow[],
  now = Date.UTC(2026, 10, 20, 9),
): Promise<MemorySessions> {
  const needs = new Map<string, PutNeed>();
  let revision = 0;
  const written = () => {
    revision += 1;
    return Promise.resolve({ revision, updatedAt: new Date(memory.now).toISOString() });
  };
  const store = {
    readRevision: () => Promise.resolve(0),
    list: () => Promise.resolve(rows),
    ...{ save: written, countChange: written, remove: written },
  };
  const given: unknown = {
    clock: { now: () => memory.now, monotonicMs: () => memory.now },
    log: silentLogger,
    openStore: () => store,
    publish: () => undefined,
  };
  const daemon = given as FeatureContext;
  const memory = { now, needs, daemon };
  const sessions = new Sessions(daemon, {
    register: (_owner: NeedOwner) => ({
      put: ({ id, kind, text }, facts) => void needs.set(id, { kind, text, facts }),
      remove: (id) => void needs.delete(id),
      forgetSession: async () => undefined,
    }),
  });
  await sessions.load();
  return Object.assign(memory, { sessions });
}

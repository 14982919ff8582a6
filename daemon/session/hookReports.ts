import { z } from 'zod';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Explainer } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { Route } from '../gateway/gateway.ts';
import type { HookAgent, HookReport } from '../signal/signal.ts';
import { hookAgents, readHook, toEvidence, toSignal } from '../signal/signal.ts';
import { findConversation } from '../transcript/transcript.ts';
import { addConversation } from './conversations.ts';
import { explain } from './evidence.ts';
import { ignoreReport, takeSignal } from './heard.ts';
import type { Heard } from './heard.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import type { RowPatch, Sessions } from './sessions.ts';

export interface HookReportsContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly sessions: Sessions;
}

interface Posted {
  readonly agent: HookAgent;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The process that reports; undefined when it does not say. */
  readonly generation: number | undefined;
}

interface Taken {
  readonly taken: boolean;
  readonly reason?: string;
}

const payloadSchema = z.record(z.string().max(128), z.unknown());

/** Takes what hooks of agents report, over HTTP and over the socket, and says why a session is in its state. */
export class HookReports {
  readonly #context: HookReportsContext;

  constructor(context: HookReportsContext) {
    this.#context = context;
  }

  readonly explainer: Explainer = {
    'attention/why': ({ sessionId }, { principal }) => {
      refuseOthers(principal, sessionId);
      return this.#explain(this.#context.sessions.get(sessionId));
    },
    'attention/hook': async ({ agent, payload, generation }, { principal }) => {
      const { sessionId } = principal;
      if (sessionId === undefined)
        throw new WaggleError('badRequest', 'A hook reports about the session that it runs in.');
      return this.#take(sessionId, { agent, payload, generation });
    },
  };

  /** `POST /hooks/<session>` with the session's own bearer. The agent waits for the answer, so nothing is waited for. */
  readonly route: Route = {
    method: 'POST',
    path: '/hooks/*',
    right: 'self',
    run: ({ head, principal, part, body }) => {
      const id = sessionIdSchema.safeParse(part);
      if (!id.success) return { status: 404, body: {} };
      if (principal?.sessionId !== id.data) return { status: 403, body: {} };
      const payload = payloadSchema.safeParse(body);
      if (!payload.success) return { status: 400, body: {} };
      const row = this.#context.sessions.find(id.data);
      const agent = hookAgents.find((known) => known === row?.agent);
      if (agent === undefined) return { status: 404, body: {} };
      const posted = { agent, payload: payload.data, generation: generationOf(head.target) };
      this.#take(id.data, posted).catch((error: unknown) => {
        this.#context.daemon.log.error('a report of a hook was lost', { sessionId: part, error });
      });
      return { status: 200, body: {} };
    },
  };

  #explain(row: SessionRow) {
    const now = new Date(this.#context.daemon.clock.now()).toISOString();
    const { chosen, outranked } = explain(row, now);
    return { attention: row.attention, chosen, outranked, ignored: [...row.heard.ignored] };
  }

  async #take(sessionId: SessionRow['id'], posted: Posted): Promise<Taken> {
    const { sessions } = this.#context;
    const row = sessions.get(sessionId);
    const report = readHook(posted.agent, posted.payload);
    const refusal = refusalOf(row, posted, report) ?? (await this.#refuseStrange(row, report));
    const evidence = report.isTaken ? report.reading.evidence : report.evidence;
    const at = new Date(this.#context.daemon.clock.now()).toISOString();
    if (refusal === undefined) {
      await sessions.change(sessionId, (current) => toPatch(current, report, at));
      return { taken: true };
    }
    this.#context.daemon.log.debug('a report of a hook was ignored', {
      sessionId,
      reason: refusal,
    });
    const ignored = {
      authority: 'hook' as const,
      reason: refusal,
      evidence: toEvidence(evidence),
      at,
    };
    await sessions.change(sessionId, ({ heard }) => {
      const after: Heard = ignoreReport(heard, ignored);
      return after === heard ? {} : { heard: after };
    });
    return { taken: false, reason: refusal };
  }

  /** What an agent runs inside (`claude -p` in a tool) has a talk of its own, and says nothing about the session. */
  async #refuseStrange(row: SessionRow, report: HookReport): Promise<string | undefined> {
    const { agent, agentDirectory: directory, pid, startTime, conversations } = row;
    if (!report.isTaken || report.conversationId === null || conversations.length === 0)
      return undefined;
    if (conversations.at(-1)?.id === report.conversationId) return undefined;
    const canLook = typeof directory === 'string' && pid !== null && startTime !== null;
    const own = canLook
      ? await findConversation({ agent, directory, pid, startTime })
      : report.conversationId;
    if (own === report.conversationId) return undefined;
    return 'Another conversation that runs inside the session reported it.';
  }
}

function refusalOf(row: SessionRow, posted: Posted, report: HookReport): string | undefined {
  if (!isLive(row.status)) return 'The session does not run any more.';
  if (posted.generation !== undefined && posted.generation !== row.generation)
    return 'An earlier process of the session said it.';
  if (posted.agent !== row.agent) return 'It is not the agent of the session.';
  return report.isTaken ? undefined : report.reason;
}

function toPatch(row: SessionRow, report: HookReport, at: string): RowPatch {
  if (!report.isTaken || !isLive(row.status)) return {};
  const moment = { at, generation: row.generation, seq: null };
  const known = row.heard.signals.find(({ authority }) => authority === 'hook');
  const isKnown = report.isReminder && holdsAlready(known?.state, report.reading.claim.state);
  const heard = isKnown
    ? row.heard
    : takeSignal(row.heard, toSignal('hook', report.reading, moment));
  const conversation = addConversation(row, report.conversationId ?? undefined, {
    at,
    source: 'hook',
  });
  return { ...conversation, ...(heard === row.heard ? {} : { heard }) };
}

/** An open question is told in its own words already, and a result is idle too. */
function holdsAlready(known: string | undefined, told: string): boolean {
  if (told === 'asking') return known === 'asking';
  return known === 'finished' || known === 'failed' || known === 'idle';
}

function refuseOthers({ right, sessionId }: Principal, id: SessionRow['id']): void {
  if (right === 'self' && sessionId !== id) throw new WaggleError('forbidden');
}

/** `?generation=2`, as we wrote it into the agent's settings. */
function generationOf(target: string): number | undefined {
  const told = /[?&]generation=(\d{1,9})(?:&|$)/.exec(target)?.[1];
  return told === undefined ? undefined : Number(told);
}

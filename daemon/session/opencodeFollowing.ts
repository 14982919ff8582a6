import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Reading } from '../signal/signal.ts';
import { EventLines, OpencodeTalks, toSignal } from '../signal/signal.ts';
import { takeSignal } from './heard.ts';
import type { Hooks } from './hooks.ts';
import { findServedPort } from './hookSettings.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';

export interface OpencodeFollowingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly sessions: Sessions;
  readonly hooks: Pick<Hooks, 'passwordOf'>;
}

interface Followed {
  readonly generation: number;
  readonly stop: AbortController;
}

interface Server {
  readonly port: number;
  readonly authorization: string;
  readonly signal: AbortSignal;
}

const againAfterMs = [250, 500, 1000, 2000, 5000, 10_000];
const answerLimitMs = 5000;
const answerMaxBytes = 1024 * 1024;
/** It sends a heartbeat more often than this. */
const silenceLimitMs = 120_000;

/** Follows what running opencodes say of their state, for as long as their processes run. */
export class OpencodeFollowing implements Disposable {
  readonly #context: OpencodeFollowingContext;
  readonly #followed = new Map<SessionRow['id'], Followed>();
  readonly #owned = new DisposableStore();

  constructor(context: OpencodeFollowingContext) {
    this.#context = context;
  }

  /** After the rows are loaded. */
  begin(): void {
    const { sessions } = this.#context;
    this.#owned.add(sessions.onDidChange((row) => this.#see(row)));
    for (const row of sessions.rows()) this.#see(row);
  }

  dispose(): void {
    this.#owned.dispose();
    for (const { stop } of this.#followed.values()) stop.abort();
    this.#followed.clear();
  }

  #see(row: SessionRow): void {
    if (row.agent !== 'opencode') return;
    const known = this.#followed.get(row.id);
    const isRunning = row.status === 'running';
    if (isRunning && known?.generation === row.generation) return;
    known?.stop.abort();
    this.#followed.delete(row.id);
    const port = findServedPort(row.argv);
    if (!isRunning || port === undefined) return;
    const stop = new AbortController();
    this.#followed.set(row.id, { generation: row.generation, stop });
    void this.#follow(row, { port, signal: stop.signal });
  }

  /** Never rejects: whatever happens it tries again, until the process is gone. */
  async #follow(row: SessionRow, place: Pick<Server, 'port' | 'signal'>): Promise<void> {
    const { signal } = place;
    for (let turn = 0; !signal.aborted; turn += 1) {
      try {
        const password = this.#context.hooks.passwordOf(row);
        const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
        await this.#readEvents(row, { ...place, authorization }, () => (turn = 0));
      } catch (error) {
        if (signal.aborted) return;
        const told = { sessionId: row.id, turn, reason: errorMessageOf(error) };
        this.#context.daemon.log.debug('the events of an opencode are not there', told);
      }
      const waitMs = againAfterMs[Math.min(turn, againAfterMs.length - 1)];
      await delay(waitMs, undefined, { ref: false, signal }).catch(stopped);
    }
  }

  /** Ends when the stream does. */
  async #readEvents(row: SessionRow, server: Server, onBegin: () => void): Promise<void> {
    const stream = await get(server, '/event');
    try {
      stream.setEncoding('utf8');
      const talks = new OpencodeTalks();
      const lines = new EventLines();
      const statuses = await getJson(server, '/session/status');
      const permissions = await getJson(server, '/permission');
      onBegin();
      await this.#hear(row, talks.begin(statuses, permissions));
      for await (const text of stream)
        for (const event of lines.push(String(text)))
          await this.#hear(row, talks.follow(parseJson(event)));
    } finally {
      stream.destroy();
    }
  }

  async #hear(row: SessionRow, reading: Reading | undefined): Promise<void> {
    if (reading === undefined) return;
    const { sessions, daemon } = this.#context;
    const at = new Date(daemon.clock.now()).toISOString();
    const signal = toSignal('hook', reading, { at, generation: row.generation, seq: null });
    await sessions.change(row.id, (current) => {
      if (current.generation !== row.generation) return {};
      const heard = takeSignal(current.heard, signal);
      return heard === current.heard ? {} : { heard };
    });
  }
}

class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

function get({ port, authorization, signal }: Server, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: authorization };
    const asked = request({ host: '127.0.0.1', port, path, headers, signal });
    // One that still starts takes a question that it never answers.
    const unanswered = setTimeout(
      () => asked.destroy(new Error('it does not answer')),
      answerLimitMs,
    );
    asked.setTimeout(silenceLimitMs, () => asked.destroy(new Error('it is silent')));
    asked.on('close', () => clearTimeout(unanswered));
    asked.on('error', reject);
    asked.on('response', (response) => {
      clearTimeout(unanswered);
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new RefusedError(`it answers ${response.statusCode}`));
    });
    asked.end();
  });
}

/** Undefined when this version has no such list. Rejects when it does not answer in time: it is only busy. */
async function getJson(server: Server, path: string): Promise<unknown> {
  const signal = AbortSignal.any([server.signal, AbortSignal.timeout(answerLimitMs)]);
  try {
    const answer = await get({ ...server, signal }, path);
    answer.setEncoding('utf8');
    let text = '';
    for await (const part of answer) {
      text += String(part);
      if (text.length > answerMaxBytes) return undefined;
    }
    return parseJson(text);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

/** The process is gone, or the daemon ends. */
function stopped(): undefined {
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

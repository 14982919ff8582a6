/**
 * A model on loopback that does what the prompt says (`script.ts`), for real agent CLIs. One per test or per worker, on a
 * port of its own; tests run in parallel because each carries its script with it. Holds no expectations: it tells what it
 * was asked, and tests judge.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { anthropicMessages } from './anthropicMessages.ts';
import { untilTold } from './deadline.ts';
import type { Answer, Dialect, ModelRequest, ModelTurn } from './dialect.ts';
import { playResponse, Stage } from './playback.ts';
import { geminiContents } from './geminiContents.ts';
import { openaiResponses } from './openaiResponses.ts';
import type { Step } from './script.ts';
import { listResponses, parseScript, ScriptError } from './script.ts';

const dialects: readonly Dialect[] = [anthropicMessages, openaiResponses, geminiContents];

/** One request as it came. `turn` is missing for what no script answers; `isKnown` is false for what got a 404. */
export interface RecordedRequest extends ModelRequest {
  readonly turn?: ModelTurn;
  readonly isKnown: boolean;
}

export interface ModelServer {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** Everything asked so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** The first request, past or coming, that matches. Rejects after `deadlineMs` (30 s). */
  untilRequest(
    matches: (request: RecordedRequest) => boolean,
    deadlineMs?: number,
  ): Promise<RecordedRequest>;
  /** Resolves when a response stands at `[[wait gate]]`. Rejects after `deadlineMs` (30 s). */
  untilWaiting(gate: string, deadlineMs?: number): Promise<void>;
  /** Lets `[[wait gate]]` pass, now and later. */
  release(gate: string): void;
  /** Answers have these headers from now on. */
  sendHeaders(headers: Readonly<Record<string, string>>): void;
  /** Cuts every connection and closes the port. */
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startModelServer(): Promise<ModelServer> {
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  const requests: RecordedRequest[] = [];
  const stage = new Stage(tell);
  let extra = new Headers();
  const server = createServer((incoming, response) => {
    response.setHeaders(extra);
    const record = (request: RecordedRequest): void => {
      requests.push(request);
      tell();
    };
    serve(incoming, response, { stage, record }).catch((error: unknown) =>
      response.destroy(asError(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    untilRequest: (matches, deadlineMs) =>
      untilTold(listeners, () => requests.find(matches), {
        what: 'a matching request',
        deadlineMs,
      }),
    untilWaiting: async (gate, deadlineMs) => {
      const isThere = (): true | undefined => stage.isWaiting(gate) || undefined;
      await untilTold(listeners, isThere, { what: `a response waiting at "${gate}"`, deadlineMs });
    },
    release: (gate) => stage.release(gate),
    sendHeaders: (headers) => {
      extra = new Headers(headers);
    },
    stop: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Service {
  readonly stage: Stage;
  record(request: RecordedRequest): void;
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  service: Service,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const request = await readRequest(incoming);
  for (const dialect of dialects) {
    const answer = findAnswer(dialect, request, response);
    if (answer === 'refused') return service.record({ ...request, isKnown: true });
    if (!answer) continue;
    service.record({
      ...request,
      isKnown: true,
      ...(answer.kind === 'turn' && { turn: answer.turn }),
    });
    if (answer.kind === 'turn')
      return playTurn({ answer, dialect, response, stage: service.stage }, gone.signal);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.value));
    return;
  }
  service.record({ ...request, isKnown: false });
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: request.path } }),
  );
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
  const body = await text(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname,
    headers: incoming.headers,
    body: body === '' ? undefined : parseJson(body),
  };
}

/** A body that is no JSON stays text, for the record and for the dialect to refuse. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}

function findAnswer(
  dialect: Dialect,
  request: ModelRequest,
  response: ServerResponse,
): Answer | 'refused' | undefined {
  try {
    return dialect.findAnswer(request);
  } catch (error) {
    dialect.writeFailure(response, {
      status: 400,
      type: 'invalid_request_error',
      message: `the model server cannot read this request: ${asError(error).message}`,
    });
    return 'refused';
  }
}

interface TurnAtHand {
  readonly answer: Extract<Answer, { kind: 'turn' }>;
  readonly dialect: Dialect;
  readonly response: ServerResponse;
  readonly stage: Stage;
}

async function playTurn(turnAtHand: TurnAtHand, gone: AbortSignal): Promise<void> {
  const { answer, dialect, response, stage } = turnAtHand;
  const { turn } = answer;
  let steps: readonly Step[];
  try {
    steps = listSteps(turn);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    dialect.writeFailure(response, {
      status: 400,
      type: 'invalid_request_error',
      message: error.message,
    });
    return;
  }
  const place = JSON.stringify([turn.conversation, turn.promptIndex, turn.prompt, turn.answered]);
  await playResponse(steps, { reply: answer.createReply(response), stage, place }, gone);
}

/** Without a script, and after its end, the answer is a sentence that depends on the prompt alone. */
function listSteps(turn: ModelTurn): readonly Step[] {
  const responses = listResponses(parseScript(turn.prompt));
  const firstLine = turn.prompt.split('\n', 1)[0] ?? '';
  const fallback =
    responses.length > 0 ? 'The script is over.' : `No script in: ${firstLine.slice(0, 80)}`;
  return responses[turn.answered] ?? [{ kind: 'say', text: fallback }];
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

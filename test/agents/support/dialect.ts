/**
 * What a wire format of a model vendor is to the model server. A new one (OpenAI Responses, Gemini) is one file with one
 * `Dialect`, added to the list in `modelServer.ts`. Knows no vendor.
 */
import type { ServerResponse } from 'node:http';
import type { ModelFailure, Reply } from './playback.ts';

/** What an agent asks the model for, whatever the format. */
export interface ModelTurn {
  /** Stable over the requests of one conversation, unique among those of one server. */
  readonly conversation: string;
  readonly model: string;
  /** What the person (or the calling agent) wrote last, reminders left out; the script stands here. */
  readonly prompt: string;
  /** Position of that prompt among the messages, so that the same words twice are two prompts. */
  readonly promptIndex: number;
  /** How many responses to this prompt ended in tool calls whose results are back. */
  readonly answered: number;
}

/** How one request is answered: by the script of a turn, or at once with a JSON value. */
export type Answer =
  | {
      readonly kind: 'turn';
      readonly turn: ModelTurn;
      createReply(response: ServerResponse): Reply;
    }
  | { readonly kind: 'value'; readonly value: unknown };

export interface ModelRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Dialect {
  /** Undefined when the request is none of this format. Throws when it is one but cannot be read. */
  findAnswer(request: ModelRequest): Answer | undefined;
  writeFailure(response: ServerResponse, failure: ModelFailure): void;
}

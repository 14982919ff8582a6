import { WaggleError } from '../../protocol/wire/errors.ts';
import type { ErrorCode } from '../../protocol/wire/errors.ts';

/**
 * Why there is no vector. `address`, `key`, `model`, `package`, `dimension`: the settings are wrong. `text`: this text is
 * refused, others may not be. `network`, `timeout`, `busy`, `answer`: it may pass.
 */
export type EmbeddingFailureKind =
  | 'address'
  | 'key'
  | 'model'
  | 'package'
  | 'dimension'
  | 'text'
  | 'network'
  | 'timeout'
  | 'busy'
  | 'answer';

const codes: Readonly<Record<EmbeddingFailureKind, ErrorCode>> = {
  address: 'badRequest',
  key: 'unauthenticated',
  model: 'notFound',
  package: 'notFound',
  dimension: 'conflict',
  text: 'badRequest',
  network: 'launchFailed',
  timeout: 'timeout',
  busy: 'rateLimited',
  answer: 'badFrame',
};

export interface EmbeddingFailureOptions {
  readonly fix?: string;
  readonly cause?: unknown;
  /** The service asked for so much patience. */
  readonly retryAfterMs?: number;
}

/** A typed reason with what a person can do; holds neither the key nor a text. */
export class EmbeddingFailure extends WaggleError {
  readonly kind: EmbeddingFailureKind;
  readonly retryAfterMs: number | undefined;

  constructor(kind: EmbeddingFailureKind, message: string, options: EmbeddingFailureOptions = {}) {
    const { fix, cause } = options;
    super(codes[kind], message, {
      ...(fix === undefined ? {} : { fix }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.name = 'EmbeddingFailure';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

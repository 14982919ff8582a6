/** What memory works with while no provider and no files are joined to it. */
import type { EmbeddingStatus } from '../protocol/memory/memory.ts';
import { Emitter } from '../protocol/wire/emitter.ts';
import { WaggleError } from '../protocol/wire/errors.ts';
import type { Embedding } from './embedding/embedding.ts';
import type { Exchange } from './exchange/exchange.ts';

const status: EmbeddingStatus = {
  settings: { provider: 'off', url: null, model: null, hasKey: false },
  state: 'off',
  dimension: null,
  done: 0,
  total: 0,
  problem: null,
  retryAt: null,
};

export function withoutEmbedding(): Embedding {
  const changed = new Emitter<EmbeddingStatus>();
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    embed: () => Promise.resolve(undefined),
    factsChanged: () => undefined,
    status: () => status,
    configure: () => Promise.reject(new WaggleError('methodNotFound')),
    onDidChangeStatus: changed.event,
    dispose: () => changed.dispose(),
  };
}

export function withoutFiles(): Exchange {
  const refuse = (): never => {
    throw new WaggleError('methodNotFound');
  };
  return { findImports: refuse, parseMarkdown: refuse, toMarkdown: refuse, writeSection: refuse };
}

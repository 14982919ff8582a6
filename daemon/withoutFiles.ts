/** What memory works with while no files are joined to it. */
import { WaggleError } from '../protocol/wire/errors.ts';
import type { Exchange } from './exchange/exchange.ts';

export function withoutFiles(): Exchange {
  const refuse = (): never => {
    throw new WaggleError('methodNotFound');
  };
  return { findImports: refuse, parseMarkdown: refuse, toMarkdown: refuse, writeSection: refuse };
}

/** Addresses of notes and facts as documents: a name for the tab, and the id that counts. Knows no editor. */
import type { Block, Fact } from '../../protocol/memory/memory.ts';
import type { BlockId, FactId } from '../../protocol/wire/brand.ts';
import { blockIdSchema, factIdSchema } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

export const memoryScheme = 'waggle-memory';

export interface MemoryAddress {
  readonly scheme: typeof memoryScheme;
  readonly path: string;
  readonly query: string;
}

export type MemoryRef =
  | { readonly kind: 'note'; readonly id: BlockId }
  | { readonly kind: 'fact'; readonly id: FactId };

/** `folder`: of whom it is; the editor shows it where two tabs have one name. */
export function noteAddress({ id, label }: Block, folder: string): MemoryAddress {
  const path = `/${toSegment(folder, 60)}/${toSegment(label, 40)}.md`;
  return { scheme: memoryScheme, path, query: `block=${id}` };
}

export function factAddress({ id, text }: Fact, folder: string): MemoryAddress {
  const path = `/${toSegment(folder, 60)}/${toSegment(text, 40)}.md`;
  return { scheme: memoryScheme, path, query: `fact=${id}` };
}

/** Undefined: a folder. */
export function readAddress({ query }: Pick<MemoryAddress, 'query'>): MemoryRef | undefined {
  const parameters = new URLSearchParams(query);
  const block = blockIdSchema.safeParse(parameters.get('block'));
  if (block.success) return { kind: 'note', id: block.data };
  const fact = factIdSchema.safeParse(parameters.get('fact'));
  return fact.success ? { kind: 'fact', id: fact.data } : undefined;
}

function toSegment(text: string, maxChars: number): string {
  const segment = toPlainLine(text, maxChars).replaceAll(/[\s/\\:*?"<>|#%]+/g, ' ');
  return segment.replace(/^[. ]+|[. ]+$/g, '') || '-';
}

/** The rows of the Memory view, and what a command finds in the one that it was called on. */
import type { Block, Fact } from '../../protocol/memory/memory.ts';
import { blockIdSchema, factIdSchema, roleIdSchema } from '../../protocol/wire/brand.ts';
import type { FactGroup, OtherRepository, RoleShelf } from './shelf.ts';

export type MemoryNode =
  | { readonly kind: 'notes'; readonly id: string; notes: readonly Block[] }
  | { readonly kind: 'note'; readonly id: string; block: Block; isMixed: boolean }
  | { readonly kind: 'group'; readonly id: string; group: FactGroup }
  | { readonly kind: 'fact'; readonly id: string; fact: Fact }
  | { readonly kind: 'more'; readonly id: string; of: string }
  | { readonly kind: 'others'; readonly id: string; others: readonly OtherRepository[] }
  | { readonly kind: 'other'; readonly id: string; other: OtherRepository }
  | { readonly kind: 'roles'; readonly id: string; roles: readonly RoleShelf[] }
  | { readonly kind: 'role'; readonly id: string; role: RoleShelf }
  | {
      readonly kind: 'review';
      readonly id: string;
      quarantined: number;
      unreviewed: number;
    };

/** `argument`: a row, an id, or the address of an open document. */
export function readFactId(argument: unknown): Fact['id'] | undefined {
  const parsed = factIdSchema.safeParse(readId(argument, 'fact'));
  return parsed.success ? parsed.data : undefined;
}

export function readBlockId(argument: unknown): Block['id'] | undefined {
  const parsed = blockIdSchema.safeParse(readId(argument, 'block'));
  return parsed.success ? parsed.data : undefined;
}

export function readRoleId(argument: unknown): RoleShelf['role']['id'] | undefined {
  const parsed = roleIdSchema.safeParse(readId(readKey(argument, 'role') ?? argument, 'role'));
  return parsed.success ? parsed.data : undefined;
}

/** The facts of all selected rows; the one that the command was called on when it is not among them. */
export function readFactIds(argument: unknown, selection: unknown): Fact['id'][] {
  const own = readFactId(argument);
  const selected = Array.isArray(selection)
    ? selection.flatMap((one: unknown) => readFactId(one) ?? [])
    : [];
  if (own === undefined) return selected;
  return selected.includes(own) ? selected : [own];
}

export function readGroup(argument: unknown): FactGroup | undefined {
  return isNode(argument) && argument.kind === 'group' ? argument.group : undefined;
}

function isNode(argument: unknown): argument is MemoryNode {
  return typeof argument === 'object' && argument !== null && 'kind' in argument;
}

function readId(argument: unknown, key: 'fact' | 'block' | 'role'): unknown {
  if (typeof argument === 'string') return argument;
  const query = readKey(argument, 'query');
  if (typeof query === 'string') return new URLSearchParams(query).get(key);
  return readKey(readKey(argument, key), 'id');
}

function readKey(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key];
}

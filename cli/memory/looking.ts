/** `waggle memory list`, `show`, `search`, `recall`: what is remembered, and where it is from. */
import type { MethodParams } from '../../protocol/protocol.ts';
import { factScopes, factTypes } from '../../protocol/memory/memory.ts';
import type { Block, Fact, FactHit } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, agoText, exitCodes } from '../output/output.ts';
import { factLines, factTable, noteTable, sourceText } from './describe.ts';
import type { PlaceOptions } from './place.ts';
import { findByIds, findPlace, readFacts } from './place.ts';

export interface FactFilterOptions extends PlaceOptions {
  readonly scopes: readonly string[];
  readonly types: readonly string[];
}

export interface ListOptions extends FactFilterOptions {
  /** Only what waits for a review. */
  readonly review: boolean;
}

type Filter = Pick<MethodParams<'memory/search'>, 'scopes' | 'types'>;

/** Words of a closed list, as the wire wants them. @throws CommandError `usage`. */
export function toOneOf<T extends string>(word: string, known: readonly T[], what: string): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw new CommandError('usage', `"${toPlainLine(word, 40)}" is no ${what}.`, known.join(', '));
}

function toFilter({ scopes, types }: FactFilterOptions): Filter {
  return {
    ...(scopes.length === 0
      ? {}
      : { scopes: scopes.map((word) => toOneOf(word, factScopes, 'scope')) }),
    ...(types.length === 0 ? {} : { types: types.map((word) => toOneOf(word, factTypes, 'type')) }),
  };
}

export async function listMemory(context: CommandContext, options: ListOptions): Promise<number> {
  const { output } = context;
  const filter = toFilter(options);
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const waiting = options.review ? { unreviewed: true } : {};
  const facts = await readFacts(link, { place, ...filter, ...waiting });
  const isFiltered = options.review || options.scopes.length + options.types.length > 0;
  const { blocks } = isFiltered ? { blocks: [] } : await link.call('memory/listBlocks', { place });
  output.result({ notes: blocks, facts }, () => [
    ...(blocks.length === 0 ? [] : [...noteTable(blocks, output), '']),
    ...(facts.length === 0 ? [] : factTable(facts, output)),
  ]);
  const held = facts.filter((fact) => fact.state === 'quarantined').length;
  if (blocks.length + facts.length === 0)
    output.hint('Nothing is remembered here. waggle memory save "…" remembers a fact.');
  else if (held > 0) output.hint(`${held} wait for you: waggle memory review`);
  return exitCodes.ok;
}

export async function searchFacts(
  context: CommandContext,
  options: FactFilterOptions & { readonly query: string; readonly limit: number | undefined },
): Promise<number> {
  const { output } = context;
  const filter = toFilter(options);
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const found = await link.call('memory/search', {
    query: options.query,
    place,
    ...filter,
    ...limit,
  });
  output.result(found, () => (found.hits.length === 0 ? [] : hitLines(found.hits, output)));
  if (found.hits.length > 0) return exitCodes.ok;
  output.note('Nothing is remembered about that.');
  return exitCodes.notFound;
}

function hitLines(hits: readonly FactHit[], output: CommandContext['output']): string[] {
  return factTable(
    hits.map(({ fact }) => fact),
    output,
  );
}

export async function recallFacts(
  context: CommandContext,
  options: PlaceOptions & { readonly query: string; readonly limit: number | undefined },
): Promise<number> {
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const found = await link.call('memory/recall', { query: options.query, place, ...limit });
  context.output.result(found, () => [toVisibleText(found.text)]);
  return exitCodes.ok;
}

/** A fact or a note by an id, or a note by its label. */
export async function showRemembered(
  context: CommandContext,
  { reference, ...options }: PlaceOptions & { readonly reference: string },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const found = await findRemembered(link, place, reference);
  if (found.kind === 'note') {
    const block = { blockId: found.block.id };
    const { versions } = await link.call('memory/blockHistory', { block });
    output.result({ note: found.block, versions }, () => noteLines(found.block, versions.length));
    return exitCodes.ok;
  }
  const shown = await link.call('memory/getFact', { factId: found.fact.id });
  output.result(shown, () => [
    ...factLines(shown.fact, Date.now()),
    ...shown.related.map((fact) => `Related   ${fact.id}  ${toPlainLine(fact.text, 120)}`),
    ...shown.changes.map(
      ({ id, kind, at, by }) => `Change    ${id}  ${kind} by ${sourceText(by)}, ${agoText(at)} ago`,
    ),
  ]);
  return exitCodes.ok;
}

function noteLines(block: Block, versions: number): string[] {
  return [
    toVisibleText(block.text),
    '',
    `Id        ${block.id}`,
    `Label     ${toPlainLine(block.label)}`,
    ...(block.description === '' ? [] : [`Holds     ${toPlainLine(block.description, 500)}`]),
    `Size      ${block.text.length} of ${block.limit} characters`,
    `Changed   ${agoText(block.updatedAt)} ago by ${sourceText(block.updatedBy)}; ${versions} earlier texts`,
  ];
}

export type Remembered =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'note'; readonly block: Block };

type Link = Awaited<ReturnType<CommandContext['connect']>>;

/** A label of a note here comes first, then ids of notes and facts anywhere. */
export async function findRemembered(
  link: Link,
  place: NonNullable<MethodParams<'memory/listBlocks'>['place']>,
  reference: string,
): Promise<Remembered> {
  const here = await link.call('memory/listBlocks', { place });
  const wanted = reference.toLowerCase();
  const block = here.blocks.findLast(({ label }) => label.toLowerCase() === wanted);
  if (block !== undefined) return { kind: 'note', block };
  const { blocks } = await link.call('memory/listBlocks', {});
  const facts = await readFacts(link, { superseded: true });
  const [found] = findByIds<Block | Fact>([...blocks, ...facts], [reference]);
  if (found === undefined) throw new WaggleError('notFound');
  return 'label' in found ? { kind: 'note', block: found } : { kind: 'fact', fact: found };
}

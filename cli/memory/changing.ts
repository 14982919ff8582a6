/** What a person does with facts, one act each; every one says how it is undone. */
import { resolve } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { factScopes, factTypes } from '../../protocol/memory/memory.ts';
import type { Fact } from '../../protocol/memory/memory.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import { memoryChangeIdSchema } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, agoText, exitCodes } from '../output/output.ts';
import { reasonWords, sourceText } from './describe.ts';
import { toOneOf } from './looking.ts';
import type { PlaceOptions } from './place.ts';
import { findByIds, findPlace, readFacts, shortId } from './place.ts';

export interface SaveOptions extends PlaceOptions {
  readonly text: string;
  readonly type: string | undefined;
  readonly scope: string | undefined;
  readonly worktree: boolean;
  /** From the web, another program, another agent. */
  readonly outside: boolean;
  readonly supersedes: string | undefined;
}

export async function saveFact(context: CommandContext, options: SaveOptions): Promise<number> {
  const { type, scope, supersedes } = options;
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const [replaced] =
    supersedes === undefined ? [] : findByIds(await readFacts(link, {}), [supersedes]);
  const saved = await link.call('memory/save', {
    text: options.text,
    place,
    worktreeOnly: options.worktree,
    from: options.outside ? 'outside' : 'work',
    ...(type === undefined ? {} : { type: toOneOf(type, factTypes, 'type') }),
    ...(scope === undefined ? {} : { scope: toOneOf(scope, factScopes, 'scope') }),
    ...(replaced === undefined ? {} : { supersedes: replaced.id }),
  });
  context.output.result(saved, () => savedLines(saved));
  return exitCodes.ok;
}

function savedLines({ outcome, fact, replaced }: MethodResult<'memory/save'>): string[] {
  const old = replaced.map((row) => `  was ${shortId(row.id)}: ${toPlainLine(row.text, 200)}`);
  const heads = {
    saved: `Remembered ${shortId(fact.id)}.`,
    merged: `Said nearly so before: ${shortId(fact.id)} is now "${toPlainLine(fact.text, 200)}".`,
    superseded: `Remembered ${shortId(fact.id)}, instead of:`,
    known: `Known already: ${shortId(fact.id)} "${toPlainLine(fact.text, 200)}".`,
  };
  const waits = fact.reasons.map((reason) => reasonWords[reason]).join('; ');
  const held = fact.state === 'quarantined' ? [`  waits for a review: ${waits}`] : [];
  return [heads[outcome], ...old, ...held];
}

async function findFacts(
  context: CommandContext,
  references: readonly string[],
): Promise<{ readonly link: DaemonLink; readonly facts: Fact[] }> {
  if (references.length === 0)
    throw new CommandError('usage', 'Which fact?', 'waggle memory list shows the ids.');
  const link = await context.connect();
  return { link, facts: findByIds(await readFacts(link, { superseded: true }), references) };
}

export async function forgetFacts(
  context: CommandContext,
  { references, forever }: { readonly references: readonly string[]; readonly forever: boolean },
): Promise<number> {
  const { link, facts } = await findFacts(context, references);
  const factIds = facts.map((fact) => fact.id);
  const done = await link.call('memory/forget', { factIds, forever });
  context.output.result(done, () => [
    forever
      ? `Forgot ${done.forgotten.length} for ever.`
      : `Forgot ${done.forgotten.length}. waggle memory undo ${done.changeId ?? ''} brings them back for 30 days.`,
  ]);
  return exitCodes.ok;
}

export async function pinFacts(
  context: CommandContext,
  { references, off }: { readonly references: readonly string[]; readonly off: boolean },
): Promise<number> {
  const { link, facts } = await findFacts(context, references);
  const factIds = facts.map((fact) => fact.id);
  const done = await link.call('memory/pin', { factIds, pinned: !off });
  const what = off ? 'not pinned any more' : 'pinned: first, and never forgotten by itself';
  context.output.result(done, () => done.facts.map((fact) => `${shortId(fact.id)} is ${what}.`));
  return exitCodes.ok;
}

export async function promoteFacts(
  context: CommandContext,
  options: PlaceOptions & { readonly references: readonly string[]; readonly to: string },
): Promise<number> {
  const scope = toOneOf(options.to, factScopes, 'scope');
  const { link, facts } = await findFacts(context, options.references);
  const place = await findPlace(context, link, options);
  const factIds = facts.map((fact) => fact.id);
  const done = await link.call('memory/promote', { factIds, scope, place });
  context.output.result(done, () =>
    done.facts.map((fact) => `${shortId(fact.id)} holds for: ${fact.scope}.`),
  );
  return exitCodes.ok;
}

export async function settleWorktree(
  context: CommandContext,
  { worktree, keep }: { readonly worktree: string; readonly keep: boolean },
): Promise<number> {
  const link = await context.connect();
  const done = await link.call('memory/settleWorktree', { worktree: resolve(worktree), keep });
  const count = done.factIds.length;
  const undo = done.changeId === null ? '' : ` waggle memory undo ${done.changeId} takes it back.`;
  context.output.result(done, () => [
    count === 0
      ? 'No facts hold in that worktree alone.'
      : `${count} ${keep ? 'hold in the whole repository now' : 'were dropped'}.${undo}`,
  ]);
  return exitCodes.ok;
}

export async function undoChange(
  context: CommandContext,
  reference: string | undefined,
): Promise<number> {
  const link = await context.connect();
  const changeId = reference === undefined ? undefined : await findChange(link, reference);
  const done = await link.call('memory/undo', changeId === undefined ? {} : { changeId });
  context.output.result(done, () => [
    `Took back: ${done.undone.kind} "${toPlainLine(done.undone.summary, 160)}". waggle memory undo ${done.changeId} does it again.`,
  ]);
  return exitCodes.ok;
}

async function findChange(link: DaemonLink, reference: string) {
  const whole = memoryChangeIdSchema.safeParse(reference.toLowerCase());
  if (whole.success) return whole.data;
  const { changes } = await link.call('memory/listChanges', { limit: 500 });
  return findByIds(changes, [reference])[0]?.id;
}

export async function listChanges(
  context: CommandContext,
  limit: number | undefined,
): Promise<number> {
  const link = await context.connect();
  const found = await link.call('memory/listChanges', limit === undefined ? {} : { limit });
  context.output.result(found, () =>
    found.changes.map(({ id, kind, at, by, summary, undoneBy }) => {
      const undone = undoneBy === null ? '' : ' (undone)';
      const what = `${kind}${undone} by ${sourceText(by)}: ${toPlainLine(summary, 120)}`;
      return `${shortId(id)}  ${agoText(at).padStart(6)}  ${what}`;
    }),
  );
  if (found.changes.length === 0) context.output.hint('Nothing changed in the last 30 days.');
  return exitCodes.ok;
}

/** `waggle memory export`, `import`, `write-section`: memory into files and out of them. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { factScopes } from '../../protocol/memory/memory.ts';
import type { ImportCandidate } from '../../protocol/memory/memory.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { toOneOf } from './looking.ts';
import type { PlaceOptions } from './place.ts';
import { findPlace } from './place.ts';

type Link = Awaited<ReturnType<CommandContext['connect']>>;

export async function exportMemory(
  context: CommandContext,
  options: PlaceOptions & { readonly file: string | undefined; readonly scopes: readonly string[] },
): Promise<number> {
  const { output } = context;
  const scopes = options.scopes.map((word) => toOneOf(word, factScopes, 'scope'));
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const pages: string[] = [];
  const counts = { facts: 0, notes: 0 };
  for (let after: string | null | undefined; after !== null;) {
    const page = await link.call('memory/export', {
      place,
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(after === undefined ? {} : { after }),
    });
    pages.push(page.markdown.trimEnd());
    counts.facts += page.facts;
    counts.notes += page.notes;
    after = page.next;
  }
  const markdown = `${pages.join('\n\n')}\n`;
  if (options.file === undefined) {
    output.result({ markdown, ...counts }, () => [markdown.trimEnd()]);
    return exitCodes.ok;
  }
  const file = resolve(options.file);
  try {
    writeFileSync(file, markdown, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const message = `Cannot write ${toPlainLine(file)}: ${errorMessageOf(error)}`;
    throw new CommandError('usage', message, 'Name a file that does not exist yet.');
  }
  output.result({ file, ...counts }, () => [
    `Wrote ${counts.notes} notes and ${counts.facts} facts to ${file}.`,
  ]);
  return exitCodes.ok;
}

export interface ImportOptions extends PlaceOptions {
  /** Empty: the files of instructions of this place. */
  readonly files: readonly string[];
  readonly scope: string | undefined;
  /** Takes them over; else they are only listed. */
  readonly yes: boolean;
  /** The person has read them: nothing waits for a review. */
  readonly accept: boolean;
}

export async function importMemory(
  context: CommandContext,
  options: ImportOptions,
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const found = await findCandidates(link, place, options);
  const fresh = found.candidates.filter((candidate) => !candidate.known);
  if (!options.yes) {
    output.result(found, () => [
      ...fresh.map(candidateLine),
      ...found.problems.map(
        ({ path, problem }) => `! ${toPlainLine(path)}: ${toPlainLine(problem)}`,
      ),
    ]);
    const known = found.candidates.length - fresh.length;
    output.note(
      fresh.length === 0
        ? `Nothing new (${known} known already).`
        : `${fresh.length} would be taken over (${known} known already). Do it: waggle memory import --yes`,
    );
    return exitCodes.ok;
  }
  const totals = { facts: 0, notes: 0, known: 0, quarantined: 0 };
  const refused: { text: string; problem: string }[] = [];
  const changeIds: string[] = [];
  const scope =
    options.scope === undefined ? {} : { scope: toOneOf(options.scope, factScopes, 'scope') };
  let settled = 0;
  const importId = await followImport(link, (done) =>
    output.note(`${settled + done} of ${fresh.length}…`),
  );
  for (const part of pagesOf(fresh)) {
    const request = { place, candidates: part.map(toTaken), accept: options.accept, importId };
    const done = await link.call('memory/import', { ...request, ...scope }, { timeoutMs: 0 });
    settled += part.length;
    totals.facts += done.facts;
    totals.notes += done.notes;
    totals.known += done.known;
    totals.quarantined += done.quarantined;
    refused.push(...done.refused);
    if (done.changeId !== null) changeIds.push(done.changeId);
  }
  output.result({ ...totals, refused, changeIds }, () => [
    `Took over ${totals.notes} notes and ${totals.facts} facts; ${totals.known} were known, ${totals.quarantined} wait for a review.`,
    ...refused.map(({ text, problem }) => `! ${toPlainLine(text, 80)}: ${toPlainLine(problem)}`),
    ...changeIds.map((id) => `waggle memory undo ${id} takes it back.`),
  ]);
  return exitCodes.ok;
}

/** Told each time so many more are settled: what is quick is not told at all. */
const toldEach = 100;

/** The id to import under. */
async function followImport(link: Link, tell: (done: number) => void): Promise<string> {
  const id = randomUUID();
  await link.call('memory/subscribe', {});
  link.onEvent('memory/importAdvanced', ({ importId, done, total }) => {
    if (importId === id && done < total && done % toldEach === 0) tell(done);
  });
  return id;
}

type Candidates = MethodParams<'memory/import'>['candidates'];

function toTaken({ path, kind, as, label, type, text }: ImportCandidate): Candidates[number] {
  return { path, kind, as, label, type, text };
}

async function findCandidates(
  link: Link,
  place: NonNullable<MethodParams<'memory/findImports'>['place']>,
  { files }: ImportOptions,
) {
  if (files.includes('-'))
    return link.call('memory/findImports', { place, markdown: readFileSync(0, 'utf8') });
  const paths = files.map((file) => resolve(file));
  return link.call('memory/findImports', paths.length === 0 ? { place } : { place, paths });
}

const pageCharacters = 400_000;
const pageCandidates = 1000;

/** As much as one message holds. */
function pagesOf(candidates: readonly ImportCandidate[]): ImportCandidate[][] {
  const pages: ImportCandidate[][] = [];
  let room = 0;
  for (const candidate of candidates) {
    const page = pages.at(-1);
    room -= candidate.text.length;
    if (page === undefined || room < 0 || page.length >= pageCandidates) {
      pages.push([candidate]);
      room = pageCharacters - candidate.text.length;
    } else page.push(candidate);
  }
  return pages;
}

function candidateLine({ as, label, type, text, path, line, suspicious }: ImportCandidate): string {
  const what = as === 'note' ? `note ${toPlainLine(label ?? '')}` : type;
  const waits = suspicious.length > 0 ? ' [reads like instructions to agents]' : '';
  return `${what}: ${toPlainLine(text, 160)} (${toPlainLine(path)}:${line})${waits}`;
}

export async function writeSection(
  context: CommandContext,
  options: PlaceOptions & {
    readonly file: string;
    readonly remove: boolean;
    readonly yes: boolean;
  },
): Promise<number> {
  const { output } = context;
  const files = ['AGENTS.md', 'CLAUDE.md', 'GEMINI.md'] as const;
  const file = toOneOf(options.file, files, 'file that agents read');
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const change = await link.call('memory/writeSection', {
    place,
    file,
    remove: options.remove,
    preview: !options.yes,
  });
  const isSame = change.before === change.after;
  output.result(change, () => (options.yes || isSame ? [] : [change.after.trimEnd()]));
  if (isSame) output.note(`${change.path} is so already.`);
  else if (options.yes) output.note(`Wrote ${change.path}.`);
  else
    output.note(`That would be ${change.path}. Do it: waggle memory write-section ${file} --yes`);
  return exitCodes.ok;
}

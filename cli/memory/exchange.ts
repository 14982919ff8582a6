/** `waggle memory export`, `import`, `write-section`: memory into files and out of them. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ImportCandidates } from '../../link/memory/memory.ts';
import { importPages } from '../../link/memory/memory.ts';
import { factScopes } from '../../protocol/memory/memory.ts';
import type { ImportCandidate } from '../../protocol/memory/memory.ts';
import type { MethodParams, MethodResult } from '../../protocol/protocol.ts';
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
    output.result(found, () => [...fresh.map(candidateLine), ...found.problems.map(problemLine)]);
    const known = found.candidates.length - fresh.length;
    output.note(
      fresh.length === 0
        ? `Nothing new (${known} known already).`
        : `${fresh.length} would be taken over (${known} known already). Do it: waggle memory import --yes`,
    );
    return codeOf(found, options);
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
  for (const part of importPages(fresh.map(toTaken))) {
    const request = { place, candidates: part, accept: options.accept, importId };
    const done = await link.call('memory/import', { ...request, ...scope }, { timeoutMs: 0 });
    settled += part.length;
    totals.facts += done.facts;
    totals.notes += done.notes;
    totals.known += done.known;
    totals.quarantined += done.quarantined;
    refused.push(...done.refused);
    if (done.changeId !== null) changeIds.push(done.changeId);
  }
  const { problems } = found;
  output.result({ ...totals, refused, problems, changeIds }, () => [
    `Took over ${totals.notes} notes and ${totals.facts} facts; ${totals.known} were known, ${totals.quarantined} wait for a review.`,
    ...refused.map(({ text, problem }) => `! ${toPlainLine(text, 80)}: ${toPlainLine(problem)}`),
    ...problems.map(problemLine),
    ...changeIds.map((id) => `waggle memory undo ${id} takes it back.`),
  ]);
  return codeOf(found, options);
}

type Found = MethodResult<'memory/findImports'>;

/** What was named and could not be read, or not whole, is a failure. */
function codeOf({ problems }: Found, { files }: ImportOptions): number {
  return files.length > 0 && problems.length > 0 ? exitCodes.failure : exitCodes.ok;
}

function problemLine({ path, problem }: Found['problems'][number]): string {
  return `! ${toPlainLine(path)}: ${toPlainLine(problem)}`;
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

function toTaken({ path, kind, as, label, type, text }: ImportCandidate): ImportCandidates[number] {
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

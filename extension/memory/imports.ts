/** Taking over what files of instructions, agents' own memory and exports of ours hold: a list first, then what is ticked. */
import * as vscode from 'vscode';
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { ImportCandidates } from '../../link/memory/memory.ts';
import { importPages } from '../../link/memory/memory.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { ImportCandidate } from '../../protocol/memory/memory.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { nameType } from './factRow.ts';
import { listFolders } from './library.ts';
import type { MemoryParts } from './parts.ts';
import { tellDone } from './undo.ts';

type Found = MethodResult<'memory/findImports'>;

interface CandidatePick extends vscode.QuickPickItem {
  readonly candidate?: ImportCandidate;
}

/** CLAUDE.md, AGENTS.md, GEMINI.md and what agents keep themselves, of this window's folder. */
export async function importInstructions(parts: MemoryParts): Promise<void> {
  const place = await chooseFolder();
  const looked = parts.connection.call('memory/findImports', { place });
  const found = await whileLooking(t('Looking for what agents know…'), looked);
  await takeOver(parts, found, place);
}

/** A file that the person names: an export of ours, or any Markdown. */
export async function importFile(parts: MemoryParts): Promise<void> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Import Memory from Markdown'),
      openLabel: t('Import'),
      filters: { [t('Markdown')]: ['md', 'markdown'] },
    })) ?? [];
  if (file === undefined) return;
  const place = await chooseFolder();
  const read = parts.connection.call('memory/findImports', { place, paths: [file.fsPath] });
  await takeOver(parts, await whileLooking(t('Reading the file…'), read), place);
}

type Place = { readonly folder?: string };

async function chooseFolder(): Promise<Place> {
  const folders = listFolders();
  const [only] = folders;
  if (folders.length <= 1) return only === undefined ? {} : { folder: only };
  const rows = folders.map((folder) => ({ folder, label: basename(folder), description: folder }));
  const placeHolder = t('For which folder?');
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder });
  if (chosen === undefined) throw new vscode.CancellationError();
  return { folder: chosen.folder };
}

async function takeOver(parts: MemoryParts, found: Found, place: Place): Promise<void> {
  const chosen = await pickCandidates(found);
  if (chosen === undefined || chosen.length === 0) return;
  const candidates = chosen.map(({ path, kind, as, label, type, text }) => ({
    ...{ path, kind, as, label, type, text },
  }));
  const { changeIds, facts, notes, known, refused } = await importAll(parts, place, candidates);
  const said = [
    t('Taken over: {0} facts, {1} notes.', facts, notes),
    ...(known > 0 ? [t('{0} were known.', known)] : []),
    ...[...found.problems, ...refused].slice(0, 2).map(({ problem }) => toPlainLine(problem, 120)),
  ];
  tellDone(parts.connection, said.join(' '), changeIds);
}

type Done = MethodResult<'memory/import'>;

interface Taken extends Pick<Done, 'facts' | 'notes' | 'known' | 'refused'> {
  readonly changeIds: NonNullable<Done['changeId']>[];
}

/** The library of this window is subscribed to memory: how far it is comes along. */
function importAll(
  { connection }: MemoryParts,
  place: Place,
  candidates: ImportCandidates,
): Thenable<Taken> {
  const location = vscode.ProgressLocation.Window;
  return vscode.window.withProgress({ location, title: t('Importing…') }, async (progress) => {
    const id = randomUUID();
    let settled = 0;
    const link = await connection.require();
    const following = link.onEvent('memory/importAdvanced', ({ importId, done, total }) => {
      if (importId !== id) return;
      progress.report({
        message: t('{0} of {1}', settled + done, Math.max(total, candidates.length)),
      });
    });
    const taken: Taken = { changeIds: [], facts: 0, notes: 0, known: 0, refused: [] };
    try {
      for (const page of importPages(candidates)) {
        const request = { place, candidates: page, accept: true, importId: id };
        const done = await link.call('memory/import', request, { timeoutMs: 0 }).catch((error) => {
          // What was taken before stays, and is told with the way to take it back.
          if (taken.changeIds.length === 0) throw error;
          taken.refused.push({ text: '', problem: errorMessageOf(error) });
        });
        if (done === undefined) break;
        settled += page.length;
        for (const count of ['facts', 'notes', 'known'] as const) taken[count] += done[count];
        taken.refused.push(...done.refused);
        if (done.changeId !== null) taken.changeIds.push(done.changeId);
      }
      return taken;
    } finally {
      following.dispose();
    }
  });
}

/** What is known is left out; what reads like instructions to break rules is not ticked. */
async function pickCandidates({
  candidates,
  problems,
  searched,
}: Found): Promise<readonly ImportCandidate[] | undefined> {
  if (candidates.length === 0) {
    const [problem] = problems;
    const said =
      problem === undefined
        ? t('Nothing was found to take over. {0} places were looked at.', searched.length)
        : t('Nothing was taken over: {0}', toPlainLine(problem.problem, 200));
    await vscode.window.showInformationMessage(said, {
      detail: searched.join('\n'),
    });
    return undefined;
  }
  const files = [...new Set(candidates.map(({ path }) => path))];
  const rows = files.flatMap((path): CandidatePick[] => [
    { label: toPlainLine(basename(path), 60), kind: vscode.QuickPickItemKind.Separator },
    ...candidates.filter((one) => one.path === path).map(toRow),
  ]);
  const chosen = await vscode.window.showQuickPick(rows, {
    title: t('Take Over into Memory'),
    placeHolder: t('Enter takes over what is ticked.'),
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.flatMap(({ candidate }) => candidate ?? []);
}

function toRow(candidate: ImportCandidate): CandidatePick {
  const { as, label, type, text, line, known, suspicious } = candidate;
  const kind = as === 'note' ? t('note') : nameType(type, t);
  const warning = suspicious.map((part) => `“${toPlainLine(part, 80)}”`).join(' ');
  const description = [kind, t('line {0}', line), known ? t('known already') : ''];
  const detail = [
    as === 'note' ? toPlainLine(text, 160) : '',
    warning === '' ? '' : t('reads like instructions: {0}', warning),
  ];
  return {
    candidate,
    label: toPickLabel(toPlainLine(as === 'note' ? (label ?? text) : text, 120)),
    description: toPickLabel(description.filter(Boolean).join(' · ')),
    detail: toPickLabel(detail.filter(Boolean).join(' · ')),
    picked: !known && suspicious.length === 0,
  };
}

export function whileLooking<T>(title: string, work: Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Window, title };
  return vscode.window.withProgress(options, () => work);
}

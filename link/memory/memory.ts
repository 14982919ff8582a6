/** What is taken over into memory, in messages that the daemon takes. */
import type { MethodParams } from '../../protocol/protocol.ts';

export type ImportCandidates = MethodParams<'memory/import'>['candidates'];

/** A message has at most 1 MiB. */
const pageBytes = 700_000;
const pageCandidates = 1000;

export function importPages(candidates: ImportCandidates): ImportCandidates[] {
  const pages: ImportCandidates[] = [];
  let room = 0;
  for (const candidate of candidates) {
    const page = pages.at(-1);
    const bytes = Buffer.byteLength(JSON.stringify(candidate));
    room -= bytes;
    if (page === undefined || room < 0 || page.length >= pageCandidates) {
      pages.push([candidate]);
      room = pageBytes - bytes;
    } else page.push(candidate);
  }
  return pages;
}

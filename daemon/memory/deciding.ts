/** What becomes of a fact that somebody saves beside what is known already. Pure. */
import type { SimilarFact } from '../recall/recall.ts';
import type { FactRow } from './rows.ts';

export interface SimilarRow {
  readonly row: FactRow;
  readonly kind: SimilarFact['kind'];
}

export interface SaveCase {
  /** Screened: state and reasons are set. */
  readonly draft: FactRow;
  /** Best first. */
  readonly similar: readonly SimilarRow[];
  /** What the saver says that it holds instead of. */
  readonly supersedes: FactRow | undefined;
}

export type Decision =
  /** It is known as it is; `row` is what holds. */
  | { readonly kind: 'known'; readonly row: FactRow }
  /** Into a fact that says nearly the same. */
  | { readonly kind: 'merge'; readonly into: FactRow; readonly merged: FactRow }
  | { readonly kind: 'insert'; readonly row: FactRow; readonly superseded: readonly FactRow[] };

/**
 * A person's word holds: it takes the place of what says nearly the same or denies it. An agent's never changes what a
 * person looked at, nor what was not learned by its own session and says otherwise: then it waits.
 */
export function decideSave(save: SaveCase): Decision {
  const { draft, similar, supersedes } = save;
  if (supersedes === undefined) {
    const same = similar.find(({ row, kind }) => kind === 'same' && isAsTrusted(row, draft));
    if (same !== undefined) return known(same.row, draft);
  }
  const denied = similar
    .filter(({ row, kind }) => kind === 'contradicts' && row.state === 'accepted')
    .map(({ row }) => row)
    .filter(({ id }) => id !== supersedes?.id);
  const isPerson = draft.source.by === 'person';
  const mayDeny = isPerson || denied.every((row) => isOwnUnseen(row, draft));
  // Also who replaces something of its own: that gives no right to deny what others hold.
  if (denied.length > 0 && (draft.state !== 'accepted' || !mayDeny))
    return { kind: 'insert', row: contradict(draft, denied), superseded: [] };
  if (supersedes !== undefined)
    return { kind: 'insert', row: draft, superseded: [supersedes, ...denied] };
  const near = similar.find(({ row, kind }) => kind === 'near' && isAsTrusted(row, draft));
  if (near !== undefined) return mergeNear(near.row, draft);
  return { kind: 'insert', row: draft, superseded: denied };
}

/** What waits never meets what holds: neither can be laundered by the other. Except by a person, who has read it. */
function isAsTrusted(row: FactRow, draft: FactRow): boolean {
  return row.state === draft.state || draft.source.by === 'person';
}

function isSeen(row: FactRow): boolean {
  return row.reviewedAt !== null || row.pinned || row.source.by === 'person';
}

function isOwnUnseen(row: FactRow, draft: FactRow): boolean {
  const own = draft.source.sessionId;
  return own !== null && own !== undefined && row.source.sessionId === own && !isSeen(row);
}

/** Who says it again has not looked at it, unless it is a person; but then it is no leftover. */
function known(row: FactRow, draft: FactRow): Decision {
  if (draft.source.by !== 'person') {
    if (row.expiresAt === null || draft.expiresAt === null || draft.expiresAt <= row.expiresAt)
      return { kind: 'known', row };
    return { kind: 'known', row: { ...row, expiresAt: draft.expiresAt } };
  }
  if (row.state === 'accepted' && row.reviewedAt !== null) return { kind: 'known', row };
  return { kind: 'merge', into: row, merged: accepted(row, draft) };
}

function mergeNear(row: FactRow, draft: FactRow): Decision {
  if (draft.source.by === 'person')
    return {
      kind: 'merge',
      into: row,
      merged: { ...accepted(row, draft), ...saidBy(draft) },
    };
  if (isSeen(row)) return { kind: 'known', row };
  // The longer one says more; both were learned without a person.
  if (draft.text.length <= row.text.length) return known(row, draft);
  const reasons = [...new Set([...row.reasons, ...draft.reasons])];
  return { kind: 'merge', into: row, merged: { ...row, ...saidBy(draft), reasons } };
}

/** Whose text it is stands with the text. */
function saidBy({ text, type, suspicious, source }: FactRow): Partial<FactRow> {
  return { text, type, suspicious, source };
}

/** By the word of a person. */
function accepted(row: FactRow, { reviewedAt }: FactRow): FactRow {
  return { ...row, state: 'accepted', reasons: [], reviewedAt, expiresAt: null };
}

function contradict(draft: FactRow, denied: readonly FactRow[]): FactRow {
  const reasons = new Set([...draft.reasons, 'contradiction' as const]);
  return {
    ...draft,
    state: 'quarantined',
    reasons: [...reasons],
    contradicts: denied.map((row) => row.id),
  };
}

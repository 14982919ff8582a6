/** The tables of memory, as the stores of this folder see them. */
import type { Kysely } from 'kysely';

interface Dated {
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  revision: number;
}

export interface FactTable extends Dated {
  id: string;
  owner_daemon_id: string;
  type: string;
  text: string;
  scope: string;
  workspace_id: string | null;
  worktree: string | null;
  role_id: string | null;
  state: string;
  pinned: number;
  /** The session that learned it. */
  learned_session: string | null;
  reviewed_at: string | null;
  expires_at: string | null;
  superseded_by: string | null;
  uses: number;
  last_used_at: string | null;
  /** The whole fact as JSON; the columns above are what is asked for, and hold where they differ. */
  value: string;
}

export interface BlockTable extends Dated {
  id: string;
  owner_daemon_id: string;
  owner_kind: string;
  owner_id: string;
  /** In lower case: what makes a label unique. */
  label_key: string;
  value: string;
}

export interface ChangeTable {
  id: string;
  kind: string;
  at: string;
  author: string;
  summary: string;
  undone_by: string | null;
  /** Of the call that made it, with who called. */
  idempotency_key: string | null;
  /** JSON of the source. */
  by: string;
  revision: number;
}

export interface ChangeRowTable {
  change_id: string;
  target: string;
  target_id: string;
  /** The row before, as JSON; null when it did not exist. */
  before: string | null;
  /** Of the row after it; null when it did not exist then. */
  after_revision: number;
}

export interface MemoryTables {
  memory_fact: FactTable;
  memory_block: BlockTable;
  memory_change: ChangeTable;
  memory_change_row: ChangeRowTable;
}

export type MemoryDb = Kysely<MemoryTables>;

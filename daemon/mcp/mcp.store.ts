import type { Kysely } from 'kysely';
import type { ToolChoice } from '../../protocol/mcp/mcp.ts';
import { defineStore } from '../store/store.ts';

interface ToolChoiceTable {
  workspace_id: string;
  choice: ToolChoice;
  updated_at: string;
}

interface ToolCallTable {
  /** Digests: nothing of what was asked can be read from them. */
  key: string;
  input: string;
  principal_id: string;
  /** JSON; null until it is done. */
  result: string | null;
  begun_at: string;
}

export interface McpTables {
  tool_choice: ToolChoiceTable;
  tool_call: ToolCallTable;
}

export interface ToolChoiceRow {
  readonly workspaceId: string;
  readonly choice: ToolChoice;
}

/** How long a repeat is known for one. */
const keptMs = 24 * 3_600_000;

/** Which tools the agents of a repository are offered, where a person said it; and which calls were made with a key. */
export const mcpStore = defineStore<McpTables>()({
  name: 'mcp',
  migrations: [
    { version: 260, up: createTable },
    { version: 261, up: createCalls },
  ],
  methods: {
    async list(db, _params: Record<string, never>): Promise<ToolChoiceRow[]> {
      return db
        .selectFrom('tool_choice')
        .select(['workspace_id as workspaceId', 'choice'])
        .execute();
    },

    /** Null: what is so by default. */
    async choose(db, params: { workspaceId: string; choice: ToolChoice | null }, context) {
      const { workspaceId, choice } = params;
      await db.deleteFrom('tool_choice').where('workspace_id', '=', workspaceId).execute();
      if (choice === null) return;
      await db
        .insertInto('tool_choice')
        .values({ workspace_id: workspaceId, choice, updated_at: context.now })
        .execute();
    },

    /** What is kept of an earlier one with this key; undefined: this one is noted as begun. */
    async beginCall(
      db,
      { key, input, principalId }: { key: string; input: string; principalId: string },
      context,
    ): Promise<{ readonly input: string; readonly result: string | null } | undefined> {
      const oldest = new Date(Date.parse(context.now) - keptMs).toISOString();
      await db.deleteFrom('tool_call').where('begun_at', '<', oldest).execute();
      const known = await db
        .selectFrom('tool_call')
        .select(['input', 'result'])
        .where('key', '=', key)
        .executeTakeFirst();
      if (known !== undefined) return known;
      const call = { key, input, principal_id: principalId, result: null };
      await db
        .insertInto('tool_call')
        .values({ ...call, begun_at: context.now })
        .execute();
      return undefined;
    },

    /** False: it is not known. */
    async finishCall(db, { key, result }: { key: string; result: string }): Promise<boolean> {
      const found = await db
        .updateTable('tool_call')
        .set({ result })
        .where('key', '=', key)
        .returning('key')
        .executeTakeFirst();
      return found !== undefined;
    },

    async dropCall(db, { key }: { key: string }): Promise<void> {
      await db.deleteFrom('tool_call').where('key', '=', key).execute();
    },

    /** All of a caller who will not come back. */
    async dropCallsOf(db, { principalId }: { principalId: string }): Promise<void> {
      await db.deleteFrom('tool_call').where('principal_id', '=', principalId).execute();
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tool_choice')
    .addColumn('workspace_id', 'text', (column) => column.primaryKey())
    .addColumn('choice', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
}

async function createCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tool_call')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('input', 'text', (column) => column.notNull())
    .addColumn('principal_id', 'text', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('begun_at', 'text', (column) => column.notNull())
    .execute();
  for (const column of ['begun_at', 'principal_id'])
    await db.schema.createIndex(`tool_call_${column}`).on('tool_call').column(column).execute();
}

import type { Kysely } from 'kysely';
import type { ToolChoice } from '../../protocol/mcp/mcp.ts';
import { defineStore } from '../store/store.ts';

interface ToolChoiceTable {
  workspace_id: string;
  choice: ToolChoice;
  updated_at: string;
}

export interface McpTables {
  tool_choice: ToolChoiceTable;
}

export interface ToolChoiceRow {
  readonly workspaceId: string;
  readonly choice: ToolChoice;
}

/** Which tools the agents of a repository are offered, where a person said it. */
export const mcpStore = defineStore<McpTables>()({
  name: 'mcp',
  migrations: [{ version: 260, up: createTable }],
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

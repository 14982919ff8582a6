import type { Kysely } from 'kysely';
import type { CustomAgent } from '../../protocol/agent/agent.ts';
import { defineStore } from '../store/store.ts';

interface CustomAgentTable {
  id: string;
  place: number;
  /** JSON. */
  value: string;
  updated_at: string;
}

export interface AgentTables {
  custom_agent: CustomAgentTable;
}

/** Agents that a person named, in their order. */
export const agentStore = defineStore<AgentTables>()({
  name: 'agent',
  migrations: [{ version: 450, up: createTable }],
  methods: {
    async list(db, _params: Record<string, never>): Promise<CustomAgent[]> {
      const rows = await db.selectFrom('custom_agent').select('value').orderBy('place').execute();
      return rows.map(({ value }) => JSON.parse(value) as CustomAgent);
    },

    async replace(db, { agents }: { readonly agents: readonly CustomAgent[] }, context) {
      await db.deleteFrom('custom_agent').execute();
      for (const [place, agent] of agents.entries()) {
        const row = { id: agent.id, place, value: JSON.stringify(agent), updated_at: context.now };
        await db.insertInto('custom_agent').values(row).execute();
      }
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('custom_agent')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
}

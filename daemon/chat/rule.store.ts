import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ChatSettings } from '../../protocol/chat/chat.ts';
import type { Rule } from '../../protocol/chat/permission.ts';
import { ruleSchema } from '../../protocol/chat/permission.ts';
import { defineStore } from '../store/store.ts';

interface RuleTable {
  id: string;
  session_id: string | null;
  /** JSON. */
  value: string;
  uses: number;
}

interface SettingTable {
  key: string;
  value: string;
}

export interface RuleTables {
  chat_rule: RuleTable;
  chat_setting: SettingTable;
}

/** What is allowed without asking, and how chats run. */
export const ruleStore = defineStore<RuleTables>()({
  name: 'chatRule',
  migrations: [{ version: 410, up: createTables }],
  methods: {
    async load(
      db,
      _params: Record<string, never>,
    ): Promise<{ rules: Rule[]; settings: Partial<ChatSettings> }> {
      const rows = await db.selectFrom('chat_rule').selectAll().orderBy('id').execute();
      const row = await db
        .selectFrom('chat_setting')
        .select('value')
        .where('key', '=', 'settings')
        .executeTakeFirst();
      const settings: Partial<ChatSettings> = row === undefined ? {} : JSON.parse(row.value);
      const rules = rows.flatMap(({ value, uses }): Rule[] => {
        const kept: object = JSON.parse(value);
        const parsed = ruleSchema.safeParse({ ...kept, uses });
        // What an other version wrote and this one does not understand allows nothing.
        return parsed.success ? [parsed.data] : [];
      });
      return { rules, settings };
    },

    async save(db, rule: Rule): Promise<void> {
      const values = { session_id: rule.sessionId, value: JSON.stringify(rule), uses: rule.uses };
      await db
        .insertInto('chat_rule')
        .values({ id: rule.id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },

    async remove(db, { id }: { readonly id: string }): Promise<void> {
      await db.deleteFrom('chat_rule').where('id', '=', id).execute();
    },

    async removeSession(db, { sessionId }: { readonly sessionId: string }, context): Promise<void> {
      context.forget();
      await db.deleteFrom('chat_rule').where('session_id', '=', sessionId).execute();
    },

    async saveSettings(db, settings: ChatSettings): Promise<void> {
      const value = JSON.stringify(settings);
      await db
        .insertInto('chat_setting')
        .values({ key: 'settings', value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
  },
});

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`create table chat_rule (
    id text primary key, session_id text, value text not null, uses integer not null)`.execute(db);
  await sql`create table chat_setting (key text primary key, value text not null)`.execute(db);
}

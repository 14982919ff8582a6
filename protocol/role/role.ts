/** Roles: who works. One default row until somebody makes a second; views hide the word until then. */
import { z } from 'zod';
import { roleIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

export const roleSchema = z.object({ id: roleIdSchema, name: z.string(), isDefault: z.boolean() });
export type Role = z.infer<typeof roleSchema>;

export const role = defineNoun({
  methods: {
    'role/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'Lists roles.',
      params: z.strictObject({}),
      result: z.object({ roles: z.array(roleSchema) }),
    },
  },
  events: {},
});

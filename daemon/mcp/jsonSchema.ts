import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema that clients are shown of a tool's input. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // The name of a format says it in fewer words.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return rest;
}

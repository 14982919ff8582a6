/** Writes a JSON Schema as one short line that reads like a TypeScript type, for the tables of `docs/protocol.md`. */

/** The keywords that zod emits and the document shows; everything else (patterns, bounds) stays in the schema file. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly default?: unknown;
  readonly description?: string;
}

export function schemaText(schema: JsonSchema): string {
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(schemaText))].join(' | ');
  if (schema.allOf) return schema.allOf.map(schemaText).join(' & ');
  if (schema.type === 'array') return arrayText(schema);
  if (schema.type === 'object' || schema.properties) return objectText(schema);
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  return typeof schema.type === 'string' ? schema.type : 'any';
}

function arrayText(schema: JsonSchema): string {
  if (schema.prefixItems) return `[${schema.prefixItems.map(schemaText).join(', ')}]`;
  const inner = schemaText(schema.items ?? {});
  return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
}

function objectText(schema: JsonSchema): string {
  const { additionalProperties: rest } = schema;
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => `${name}${isRequired(schema, name) ? '' : '?'}: ${schemaText(field)}`,
  );
  if (typeof rest === 'object' && Object.keys(rest).length > 0) {
    fields.push(`[name]: ${schemaText(rest)}`);
  }
  return fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`;
}

/** A field with a default may be left out by the sender. */
export function isRequired(schema: JsonSchema, name: string): boolean {
  return (schema.required ?? []).includes(name);
}

/**
 * Whether values that one JSON Schema describes fit another. Knows the parts of the language that the recorded protocol
 * uses; anything else that changed is reported, so that a blind spot shows as a finding and not as silence.
 */

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
}

export interface Described {
  readonly schema: Schema;
  readonly definitions: Readonly<Record<string, Schema>>;
}

const narrowing = ['maxLength', 'maxItems', 'maximum'] as const;
const widening = ['minLength', 'minItems', 'minimum'] as const;

/** Why a value of `from` may be refused under `to`, one sentence each with its path; empty when every one fits. */
export function findMisfits(from: Described, to: Described, path = ''): string[] {
  const left = resolve(from);
  const right = resolve(to);
  const options = left.anyOf ?? left.oneOf;
  if (options)
    return options.flatMap((option) => misfitsOfOption({ ...from, schema: option }, to, path));
  const targets = right.anyOf ?? right.oneOf;
  if (targets) return misfitsOfOption(from, to, path);
  return [
    ...misfitsOfType(left, right, path),
    ...misfitsOfValues(left, right, path),
    ...misfitsOfProperties({ ...from, schema: left }, { ...to, schema: right }, path),
    ...(left.items && right.items
      ? findMisfits({ ...from, schema: left.items }, { ...to, schema: right.items }, `${path}[]`)
      : []),
  ];
}

function resolve({ schema, definitions }: Described): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.split('/').at(-1) ?? '';
  const definition = definitions[name];
  if (definition === undefined)
    throw new Error(`The schema refers to ${schema.$ref}, which is not there`);
  return definition;
}

/** Fits when at least one alternative of the target takes it. */
function misfitsOfOption(from: Described, to: Described, path: string): string[] {
  const right = resolve(to);
  const targets = right.anyOf ?? right.oneOf ?? [right];
  const tries = targets.map((target) => findMisfits(from, { ...to, schema: target }, path));
  return tries.some((misfits) => misfits.length === 0)
    ? []
    : [`${path}: no alternative takes it (${tries[0]?.[0]})`];
}

function typesOf(schema: Schema): readonly string[] {
  if (schema.type === undefined) return [];
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return types.includes('number') ? [...types, 'integer'] : types;
}

function misfitsOfType(left: Schema, right: Schema, path: string): string[] {
  if (right.type === undefined) return [];
  const accepted = typesOf(right);
  const refused = typesOf(left).filter((type) => !accepted.includes(type) && type !== 'number');
  return refused.length > 0 || left.type === undefined
    ? [`${path}: ${refused.join(', ') || 'anything'} is not ${accepted.join(' or ')}`]
    : [];
}

function misfitsOfValues(left: Schema, right: Schema, path: string): string[] {
  const misfits: string[] = [];
  const accepted = right.enum ?? (right.const === undefined ? undefined : [right.const]);
  const given = left.enum ?? (left.const === undefined ? undefined : [left.const]);
  if (accepted && !given) misfits.push(`${path}: only ${JSON.stringify(accepted)} is taken`);
  for (const value of given ?? []) {
    if (accepted && !accepted.includes(value))
      misfits.push(`${path}: ${JSON.stringify(value)} is not taken`);
  }
  for (const key of narrowing) {
    const [was, is] = [left[key] ?? Infinity, right[key] ?? Infinity];
    if (was > is) misfits.push(`${path}: ${key} is ${is}, was ${was}`);
  }
  for (const key of widening) {
    const [was, is] = [left[key] ?? -Infinity, right[key] ?? -Infinity];
    if (was < is) misfits.push(`${path}: ${key} is ${is}, was ${was}`);
  }
  if (right.pattern !== undefined && right.pattern !== left.pattern)
    misfits.push(`${path}: the pattern changed`);
  return misfits;
}

function misfitsOfProperties(from: Described, to: Described, path: string): string[] {
  const { properties: left = {}, required: given = [] } = from.schema;
  const { properties: right = {}, required: needed = [], additionalProperties } = to.schema;
  const missing = needed
    .filter((name) => !given.includes(name))
    .map((name) => `${path}.${name}: is required`);
  const unknown =
    additionalProperties === false ? Object.keys(left).filter((name) => !(name in right)) : [];
  const inner = Object.entries(left).flatMap(([name, schema]) => {
    const target = right[name];
    return target
      ? findMisfits({ ...from, schema }, { ...to, schema: target }, `${path}.${name}`)
      : [];
  });
  return [...missing, ...unknown.map((name) => `${path}.${name}: is not known`), ...inner];
}

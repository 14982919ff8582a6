/**
 * Generates `docs/protocol.md` and `docs/protocol.schema.json` from the zod schemas in `protocol/`: run
 * `node scripts/protocolDocument.ts` after a change of the contract. The document carries the hash of the contract;
 * `npm run check` generates both again and compares.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { NounDefinition } from '../protocol/wire/define.ts';
import type { FrameKind } from '../protocol/wire/frame.ts';
import { isRequired, type JsonSchema, schemaText } from './schemaText.ts';

/** The modules of the contract, loaded from the tree that is documented. */
interface Contract {
  readonly nouns: Readonly<Record<string, NounDefinition>>;
  readonly host: NounDefinition;
  readonly define: typeof import('../protocol/wire/define.ts');
  readonly hello: typeof import('../protocol/wire/hello.ts');
  readonly frame: typeof import('../protocol/wire/frame.ts');
  readonly errors: typeof import('../protocol/wire/errors.ts');
}

interface CallSchema {
  readonly summary: string;
  readonly introducedIn: number;
  readonly right?: string;
  readonly params: JsonSchema;
  readonly result?: JsonSchema;
}

/** What stands in `protocol.schema.json`: every `params` and `result` is a JSON Schema (draft 2020-12) of its own. */
interface ContractSchema {
  readonly title: string;
  readonly protocolVersion: number;
  /** Shapes that results and events refer to as `#/$defs/Name`. */
  readonly $defs: Readonly<Record<string, JsonSchema>>;
  readonly handshake: Readonly<Record<string, CallSchema>>;
  readonly methods: Readonly<Record<string, CallSchema>>;
  readonly events: Readonly<Record<string, CallSchema>>;
  readonly hostMethods: Readonly<Record<string, CallSchema>>;
  readonly hostEvents: Readonly<Record<string, CallSchema>>;
  readonly frameKinds: readonly FrameKind[];
  readonly errors: Readonly<Record<string, string>>;
  readonly closeCodes: Readonly<Record<string, number>>;
}

/** Path below the root → text, of both generated files. */
export type ProtocolFiles = Readonly<Record<string, string>>;

export const DOCUMENT_PATH = 'docs/protocol.md';
export const SCHEMA_PATH = 'docs/protocol.schema.json';

async function loadContract(root: string): Promise<Contract> {
  const at = (path: string): string => pathToFileURL(join(root, 'protocol', path)).href;
  const { nouns }: typeof import('../protocol/protocol.ts') = await import(at('protocol.ts'));
  const { host }: typeof import('../protocol/host/host.ts') = await import(at('host/host.ts'));
  const define: Contract['define'] = await import(at('wire/define.ts'));
  const hello: Contract['hello'] = await import(at('wire/hello.ts'));
  const frame: Contract['frame'] = await import(at('wire/frame.ts'));
  const errors: Contract['errors'] = await import(at('wire/errors.ts'));
  return { nouns, host, define, hello, frame, errors };
}

/** What a client sends: closed, and written out in full. */
function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    metadata: z.registry<{ id: string }>(),
    unrepresentable: 'any',
  });
  const plain: JsonSchema = JSON.parse(JSON.stringify(rest));
  return plain;
}

/** What a client receives: open, so a later version may add fields; named shapes are references. */
function outputSchema(schema: z.ZodType, shapes: Shapes): JsonSchema {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, {
    metadata: shapes.registry,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  for (const [name, shape] of Object.entries($defs)) {
    const { id: _id, ...plain }: JsonSchema & { id?: string } = JSON.parse(JSON.stringify(shape));
    shapes.used.set(name, plain);
  }
  const plain: JsonSchema = JSON.parse(JSON.stringify(rest));
  return plain;
}

/** The exported object schemas of the nouns, `sessionSchema` as `Session`, so that results can refer to them. */
interface Shapes {
  readonly registry: z.core.$ZodRegistry<{ id: string }>;
  readonly used: Map<string, JsonSchema>;
}

async function loadShapes(root: string, nouns: readonly string[]): Promise<Shapes> {
  const registry = z.registry<{ id: string }>();
  const names = new Set<string>();
  for (const noun of nouns) {
    const url = pathToFileURL(join(root, 'protocol', noun, `${noun}.ts`)).href;
    const module: Record<string, unknown> = await import(url);
    for (const [name, value] of Object.entries(module)) {
      const id = name.charAt(0).toUpperCase() + name.slice(1).replace(/Schema$/, '');
      if (!name.endsWith('Schema') || !(value instanceof z.ZodObject) || names.has(id)) continue;
      registry.add(value, { id });
      names.add(id);
    }
  }
  return { registry, used: new Map() };
}

function describeMethods(noun: NounDefinition, shapes: Shapes): Record<string, CallSchema> {
  const calls: Record<string, CallSchema> = {};
  for (const [name, method] of Object.entries(noun.methods)) {
    calls[name] = {
      summary: method.summary,
      introducedIn: method.introducedIn,
      right: method.right,
      params: inputSchema(method.params),
      result: outputSchema(method.result, shapes),
    };
  }
  return calls;
}

function describeEvents(noun: NounDefinition, shapes: Shapes): Record<string, CallSchema> {
  const calls: Record<string, CallSchema> = {};
  for (const [name, event] of Object.entries(noun.events)) {
    calls[name] = {
      summary: event.summary,
      introducedIn: event.introducedIn,
      params: outputSchema(event.params, shapes),
    };
  }
  return calls;
}

function describeHandshake(hello: Contract['hello'], shapes: Shapes): Record<string, CallSchema> {
  return {
    [hello.helloMethod]: {
      summary:
        'First message: names the token to be used, without sending it. Answered by a proof.',
      introducedIn: 1,
      params: inputSchema(hello.helloParamsSchema),
      result: outputSchema(hello.helloResultSchema, shapes),
    },
    [hello.authMethod]: {
      summary: 'Second message, after the proof was checked: the token itself.',
      introducedIn: 1,
      params: inputSchema(hello.authParamsSchema),
      result: outputSchema(hello.authResultSchema, shapes),
    },
  };
}

function describeContract(contract: Contract, shapes: Shapes): ContractSchema {
  const nouns = Object.values(contract.nouns);
  const calls = {
    handshake: describeHandshake(contract.hello, shapes),
    methods: Object.assign({}, ...nouns.map((noun) => describeMethods(noun, shapes))),
    events: Object.assign({}, ...nouns.map((noun) => describeEvents(noun, shapes))),
    hostMethods: describeMethods(contract.host, shapes),
    hostEvents: describeEvents(contract.host, shapes),
  };
  return {
    title: 'Waggle protocol',
    protocolVersion: contract.define.protocolVersion,
    $defs: Object.fromEntries([...shapes.used].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...calls,
    frameKinds: contract.frame.frameKinds,
    errors: contract.errors.errorCatalog,
    closeCodes: contract.hello.closeCodes,
  };
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function fieldRows(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const need = isRequired(schema, name) ? 'yes' : 'no';
    return `| \`${name}\` | \`${cell(schemaText(field))}\` | ${need} |`;
  });
}

function callSection([name, call]: [string, CallSchema]): string {
  const facts = [
    ...(call.right ? [`right: \`${call.right}\``] : []),
    `since version ${call.introducedIn}`,
  ];
  const rows = fieldRows(call.params);
  const table = ['| field | type | required |', '|---|---|---|', ...rows].join('\n');
  return [
    `### \`${name}\``,
    `${call.summary} (${facts.join(', ')})`,
    ...(rows.length > 0 ? [table] : ['No fields.']),
    ...(call.result ? [`Result: \`${schemaText(call.result)}\``] : []),
  ].join('\n\n');
}

function shapeSection([name, shape]: [string, JsonSchema]): string {
  const rows = Object.entries(shape.properties ?? {}).map(
    ([field, type]) => `| \`${field}\` | \`${cell(schemaText(type))}\` |`,
  );
  return [`### ${name}`, ['| field | type |', '|---|---|', ...rows].join('\n')].join('\n\n');
}

function callSections(calls: Readonly<Record<string, CallSchema>>): string {
  return Object.entries(calls).map(callSection).join('\n\n');
}

/** What each kind carries; a kind without a line does not compile. */
const PAYLOADS: Readonly<Record<FrameKind, string>> = {
  call: "JSON-RPC 2.0 in UTF-8, answers included; on a host's socket only",
  output: 'bytes of the program, from seq on',
  input: "bytes for the program; seq is the client's own number, a repeat is dropped",
  inputAnswer: 'u8: what became of that number, in the order of `inputOutcomes`',
  resize: 'u16 columns, u16 rows',
  gap: 'f64: the first byte that follows; seq is the first that is missing',
  snapshot: 'the stored checkpoint: the screen at seq, opaque to the host',
  exit: 'JSON: code, signal, processes of the session that still run',
  ack: 'nothing; seq is the cursor up to which the client has read',
  lease: 'JSON: who may type; from a client what it wants',
  live: 'nothing; below this seq a client swallows its replies to queries',
};

const FRAME_TEXT = `## The binary frame

One header for all transports, 24 bytes, integers and the float little-endian, then the payload of at most 256 KiB. On
a WebSocket one frame per binary message; on a socket the frames follow each other.

| offset | field | type | meaning |
|--:|---|---|---|
| 0 | magic | u8 | 0x57 |
| 1 | version | u8 | 1 |
| 2 | kind | u8 | number of the kind, below |
| 3 | flags | u8 | 0 unless the kind says otherwise |
| 4 | length | u32 | payload bytes |
| 8 | channel | u32 | the number that \`attach\` returned, unique per connection |
| 12 | generation | u32 | of the session's process |
| 16 | seq | f64 | byte offset in the output of that generation; in \`input\` and \`inputAnswer\` the client's number, in \`ack\` the cursor |`;

/** The document's text. `hash` is that of the schema file, so that a change of the contract cannot pass unseen. */
function renderDocument(schema: ContractSchema, hash: string): string {
  const kinds = schema.frameKinds.map(
    (kind, index) => `| ${index + 1} | \`${kind}\` | ${PAYLOADS[kind]} |`,
  );
  const errors = Object.entries(schema.errors).map(([code, text]) => `| \`${code}\` | ${text} |`);
  const codes = Object.entries(schema.closeCodes).map(([name, code]) => `| ${code} | ${name} |`);
  return [
    `<!-- Generated by scripts/protocolDocument.ts; do not edit. contract sha256: ${hash} -->`,
    '# The protocol',
    `Version ${schema.protocolVersion}. JSON-RPC 2.0 in text messages (methods \`noun/verb\`, events \`noun/pastParticiple\`), one
binary frame for the stream; over a WebSocket at \`/ws\`, the daemon's own socket, and, with the methods of the last
chapter, a pty host's socket. Requests are closed: an unknown field is an error. Results and events are open: unknown
fields are dropped, unknown events ignored. The same contract as JSON Schema: \`protocol.schema.json\`.`,
    '## Handshake',
    'Both messages within 2 s and 4 KiB, on every transport.',
    callSections(schema.handshake),
    FRAME_TEXT,
    ['| kind | name | payload |', '|--:|---|---|', ...kinds].join('\n'),
    '## Methods of the daemon',
    callSections(schema.methods),
    '## Events of the daemon',
    callSections(schema.events),
    '## Methods of a pty host',
    callSections(schema.hostMethods),
    '## Events of a pty host',
    callSections(schema.hostEvents),
    '## Shapes',
    'What results and events name. Fields may be added by later versions.',
    ...Object.entries(schema.$defs).map(shapeSection),
    '## Errors',
    'The `data.code` of a JSON-RPC error, one of a closed set.',
    ['| code | meaning |', '|---|---|', ...errors].join('\n'),
    '## WebSocket close codes',
    ['| code | name |', '|--:|---|', ...codes].join('\n'),
    '',
  ].join('\n\n');
}

/** Both files as they must stand for the contract of the tree at `root`. Writes nothing. */
export async function createProtocolFiles(root: string): Promise<ProtocolFiles> {
  const contract = await loadContract(root);
  const shapes = await loadShapes(root, [...Object.keys(contract.nouns), 'host']);
  const schema = describeContract(contract, shapes);
  const schemaJson = `${JSON.stringify(schema, null, 2)}\n`;
  const hash = createHash('sha256').update(schemaJson).digest('hex');
  return { [DOCUMENT_PATH]: renderDocument(schema, hash), [SCHEMA_PATH]: schemaJson };
}

if (import.meta.main) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  for (const [path, text] of Object.entries(await createProtocolFiles(root))) {
    writeFileSync(join(root, path), text);
  }
}

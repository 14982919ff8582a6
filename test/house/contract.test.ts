/**
 * Version 1 of the protocol is recorded. Clients of that version must be understood, and must understand what they get:
 * requests of then fit the schemas of today, results and events of today fit the schemas of then.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Schema } from './schemaCompatibility.ts';
import { findMisfits } from './schemaCompatibility.ts';

interface MethodSchema {
  readonly params: Schema;
  readonly result: Schema;
}

interface RecordedProtocol {
  readonly $defs: Readonly<Record<string, Schema>>;
  readonly methods: Readonly<Record<string, MethodSchema>>;
  readonly events: Readonly<Record<string, { readonly params: Schema }>>;
  readonly hostMethods: Readonly<Record<string, MethodSchema>>;
  readonly hostEvents: Readonly<Record<string, { readonly params: Schema }>>;
  readonly frameKinds: unknown;
  readonly closeCodes: Readonly<Record<string, number>>;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path: string): RecordedProtocol =>
  JSON.parse(readFileSync(join(root, path), 'utf8')) as RecordedProtocol;
const then = read('test/fixtures/protocol-v1.json');
const today = read('docs/protocol.schema.json');

function methodMisfits(table: 'methods' | 'hostMethods', now: RecordedProtocol): string[] {
  return Object.entries(then[table]).flatMap(([name, old]) => {
    const current = now[table][name];
    if (!current) return [`${name}: is gone`];
    const request = findMisfits(
      { schema: old.params, definitions: then.$defs },
      { schema: current.params, definitions: now.$defs },
      `${name} params`,
    );
    const answer = findMisfits(
      { schema: current.result, definitions: now.$defs },
      { schema: old.result, definitions: then.$defs },
      `${name} result`,
    );
    return [...request, ...answer];
  });
}

function eventMisfits(table: 'events' | 'hostEvents', now: RecordedProtocol): string[] {
  return Object.entries(then[table]).flatMap(([name, old]) => {
    const current = now[table][name];
    if (!current) return [`${name}: is gone`];
    return findMisfits(
      { schema: current.params, definitions: now.$defs },
      { schema: old.params, definitions: then.$defs },
      name,
    );
  });
}

function allMisfits(now: RecordedProtocol): string[] {
  return [
    ...methodMisfits('methods', now),
    ...methodMisfits('hostMethods', now),
    ...eventMisfits('events', now),
    ...eventMisfits('hostEvents', now),
  ];
}

/** Today's protocol with one change, to prove that the comparison sees it. */
function changed(
  change: (copy: {
    methods: Record<
      string,
      {
        params: { properties: Record<string, unknown>; required?: string[] };
        result: { properties: Record<string, unknown>; required: string[] };
      }
    >;
  }) => void,
): string[] {
  const copy = structuredClone(today) as never;
  change(copy);
  return allMisfits(copy);
}

describe('contract of version 1', () => {
  it('serves clients of version 1 and the hosts that still run', () => {
    assert.deepEqual(allMisfits(today), []);
  });

  it('keeps the numbers of frames and close codes', () => {
    const recorded = Array.isArray(then.frameKinds)
      ? then.frameKinds
      : Object.entries(then.frameKinds as object);
    const current = Array.isArray(today.frameKinds)
      ? today.frameKinds
      : Object.entries(today.frameKinds as object);
    assert.deepEqual(
      [current.slice(0, recorded.length), { ...today.closeCodes, ...then.closeCodes }],
      [recorded, today.closeCodes],
    );
  });

  it('sees a new required parameter, a missing result, a lost parameter and a narrower one', () => {
    const findings = [
      changed(({ methods }) => methods['session/rename']?.params.required?.push('reason')),
      changed(({ methods }) => {
        const result = methods['session/list']?.result;
        if (result) result.required = result.required.filter((name) => name !== 'revision');
      }),
      changed(({ methods }) => delete methods['session/send']?.params.properties['take']),
      changed(({ methods }) => {
        const params = methods['session/send']?.params;
        if (params) params.properties['text'] = { type: 'string', maxLength: 10 };
      }),
    ];
    assert.deepEqual(
      findings.map((misfits) => misfits[0]),
      [
        'session/rename params.reason: is required',
        'session/list result.revision: is required',
        'session/send params.take: is not known',
        'session/send params.text: maxLength is 10, was 1000000',
      ],
    );
  });
});

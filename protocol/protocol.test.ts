import assert from 'node:assert/strict';
import { host } from './host/host.ts';
import { findEvent, findMethod, nouns } from './protocol.ts';
import type { MethodDefinition } from './wire/define.ts';

const methods: [string, MethodDefinition][] = [...Object.values(nouns), host].flatMap((noun) =>
  Object.entries<MethodDefinition>(noun.methods),
);

describe('protocol', () => {
  it('names every method of a noun noun/verb', () => {
    const misnamed = Object.entries(nouns).flatMap(([noun, { methods: table }]) =>
      Object.keys(table).filter((name) => !new RegExp(`^${noun}/[a-z][A-Za-z]*$`).test(name)),
    );
    assert.deepEqual(misnamed, []);
  });

  it('closes the requests of every method: an unknown key is an error', () => {
    const open = methods.filter(([, { params }]) => {
      const result = params.safeParse({ unknownKeyOfNobody: 1 });
      return (
        result.success || !result.error.issues.some((issue) => issue.code === 'unrecognized_keys')
      );
    });
    assert.deepEqual(
      open.map(([name]) => name),
      [],
    );
  });

  it('drops unknown keys of results and events', () => {
    const parsed = nouns.workspace.methods['workspace/list'].result.parse({
      workspaces: [],
      fromTheFuture: 1,
    });
    assert.deepEqual(parsed, { workspaces: [] });
  });

  it('finds methods and events by name, and nothing by names of the object prototype', () => {
    assert.deepEqual(
      [
        findMethod('session/open') !== undefined,
        findEvent('session/changed') !== undefined,
        findMethod('toString'),
        findEvent('__proto__'),
      ],
      [true, true, undefined, undefined],
    );
  });
});

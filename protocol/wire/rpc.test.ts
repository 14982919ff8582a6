import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WaggleError, wrapError } from './errors.ts';
import { findStructuralFault, fromRpcFailure, parseRpc, toRpcFailure } from './rpc.ts';

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe('rpc', () => {
  it('tells requests, notifications, results and failures apart', () => {
    const texts = [
      '{"jsonrpc":"2.0","id":1,"method":"session/list","params":{}}',
      '{"jsonrpc":"2.0","method":"session/changed","params":{}}',
      '{"jsonrpc":"2.0","id":1,"result":{}}',
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}',
      '{"jsonrpc":"2.0","id":"1","method":"x"}',
      '{"jsonrpc":"1.0","id":1,"method":"x"}',
      '[1,2]',
      'null',
      '{',
    ];
    assert.deepEqual(
      texts.map((text) => parseRpc(text).role),
      [
        'request',
        'notification',
        'success',
        'failure',
        'invalid',
        'invalid',
        'invalid',
        'invalid',
        'invalid',
      ],
    );
  });

  it('refuses keys of a request that the envelope does not know', () => {
    assert.equal(parseRpc('{"jsonrpc":"2.0","id":1,"method":"x","role":"owner"}').role, 'invalid');
  });

  it('refuses prototype keys and deep nesting anywhere in a message', () => {
    assert.deepEqual(
      [
        findStructuralFault(JSON.parse('{"a":{"__proto__":{"x":1}}}')),
        findStructuralFault({ a: [{ constructor: 1 }] }),
        findStructuralFault(nested(31)),
        findStructuralFault(nested(40)),
      ],
      ['forbidden key __proto__', 'forbidden key constructor', undefined, 'nested deeper than 32'],
    );
  });

  it('parses any text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(typeof parseRpc(text).role, 'string');
      }),
    );
  });

  it('carries code, fix, log id and details of an error over the wire', () => {
    const error = new WaggleError('permissionsTooOpen', 'The folder is open.', {
      fix: 'chmod 700 folder',
      logId: 'a1',
      details: { mode: '755' },
    });
    const { code, message, fix, logId, details } = fromRpcFailure(toRpcFailure(7, error));
    assert.deepEqual(
      { code, message, fix, logId, details },
      {
        code: 'permissionsTooOpen',
        message: 'The folder is open.',
        fix: 'chmod 700 folder',
        logId: 'a1',
        details: { mode: '755' },
      },
    );
  });

  it('takes a code it does not know for an internal error', () => {
    const parsed = parseRpc(
      '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m","data":{"code":"fromTheFuture"}}}',
    );
    assert.ok(parsed.role === 'failure');
    assert.equal(fromRpcFailure(parsed.message).code, 'internal');
  });

  it('says what was being done when it wraps an error, and keeps the cause', () => {
    const cause = new WaggleError('hostGone');
    const wrapped = wrapError('attach session s-12', cause);
    assert.deepEqual(
      [wrapped.code, wrapped.message, wrapped.cause],
      [
        'hostGone',
        'Failed to attach session s-12: The process that held the session is gone.',
        cause,
      ],
    );
  });
});

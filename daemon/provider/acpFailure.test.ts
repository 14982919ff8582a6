import assert from 'node:assert/strict';
import { readFailure } from './acpFailure.ts';

describe('the failure of an ACP agent', () => {
  it('is told in the words of the model’s server, however deep they lie', () => {
    const inner = JSON.stringify({ error: { code: 429, message: 'Quota exceeded' } });
    const outer = JSON.stringify({ error: { message: inner } });
    const reasons = [inner, outer, 'Internal error: no such model', '{"error":', '{}'].map(
      (message) => readFailure({ message }).reason,
    );
    assert.deepEqual(reasons, [
      ...['Quota exceeded', 'Quota exceeded', 'Internal error: no such model', '{"error":', '{}'],
    ]);
  });

  it('says that a person has to log in when it does by its number, its name or its words', () => {
    const needs = [
      { message: 'Authentication required', code: -32_000 },
      { message: 'denied', code: 401 },
      { message: 'Internal error', code: -32_603, data: { errorName: 'ProviderAuthError' } },
      { message: 'Internal error: invalid x-api-key' },
      { message: 'Internal error: Incorrect API key provided: sk-…' },
      { message: 'Internal error: Unauthorized' },
    ];
    const others = [
      { message: 'Internal error: 429 Too Many Requests', code: -32_603 },
      { message: 'Internal error: the author of 1401 lines', data: { errorName: 'APIError' } },
      { message: 'Internal error: invalid_request_error', data: 'text' },
    ];
    assert.ok(needs.every((failure) => readFailure(failure).needsSignIn));
    assert.ok(others.every((failure) => !readFailure(failure).needsSignIn));
  });
});

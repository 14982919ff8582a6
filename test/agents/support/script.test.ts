import assert from 'node:assert/strict';
import { listResponses, parseScript, ScriptError } from './script.ts';

describe('the script of a scripted model', () => {
  it('reads every step', () => {
    const prompt =
      'please [[think hmm]] [[say hi\\nyou \\u0041]] [[tool Bash {"command":"ls"}]][[tool Read]] text ' +
      '[[delay 20]] [[wait gate]] [[max]] [[hang]] [[drop]] [[drop 2]] [[error 400]] ' +
      '[[error 529 overloaded_error 2]] [[error 400 invalid_request_error 1 too long, really]]';
    assert.deepEqual(parseScript(prompt), [
      { kind: 'think', text: 'hmm' },
      { kind: 'say', text: 'hi\nyou A' },
      { kind: 'tool', name: 'Bash', input: { command: 'ls' } },
      { kind: 'tool', name: 'Read', input: {} },
      { kind: 'delay', delayMs: 20 },
      { kind: 'wait', gate: 'gate' },
      { kind: 'max' },
      { kind: 'hang' },
      { kind: 'drop', times: Infinity },
      { kind: 'drop', times: 2 },
      error({ status: 400, type: 'api_error', message: 'scripted api_error', times: Infinity }),
      error({
        status: 529,
        type: 'overloaded_error',
        message: 'scripted overloaded_error',
        times: 2,
      }),
      error({ status: 400, type: 'invalid_request_error', message: 'too long, really', times: 1 }),
    ]);
  });

  it('reads tool input that holds closing brackets, quotes and steps', () => {
    const input = { nested: [[1, [2]]], text: 'a ]] "b" [[say c]]' };
    assert.deepEqual(parseScript(`[[tool T ${JSON.stringify(input)}]] [[say d]]`), [
      { kind: 'tool', name: 'T', input },
      { kind: 'say', text: 'd' },
    ]);
  });

  it('finds nothing in a prompt without a script', () => {
    assert.deepEqual(parseScript('if [[ -f x ]]; then [ y ]; fi'), []);
  });

  for (const broken of [
    '[[sya hi]]',
    '[[say hi',
    '[[tool]]',
    '[[tool T [1]]]',
    '[[tool T {]]',
    '[[tool T {x}]]',
    '[[delay soon]]',
    '[[wait]]',
    '[[error oops]]',
  ]) {
    it(`refuses ${broken}`, () => {
      assert.throws(() => parseScript(broken), ScriptError);
    });
  }

  it('puts tools in a row into one response and starts the next at the first step after them', () => {
    const steps = parseScript(
      '[[say a]] [[tool T]] [[tool U]] [[think b]] [[say c]] [[tool V]] [[say d]]',
    );
    const kinds = listResponses(steps).map((response) => response.map((step) => step.kind));
    assert.deepEqual(kinds, [['say', 'tool', 'tool'], ['think', 'say', 'tool'], ['say']]);
  });

  it('keeps tools that open a script in their own response', () => {
    const responses = listResponses(parseScript('[[tool T]] [[say a]]'));
    assert.equal(responses.length, 2);
  });
});

function error(fields: object): object {
  return { kind: 'error', ...fields };
}

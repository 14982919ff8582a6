import assert from 'node:assert/strict';
import type { Permission } from '../../protocol/chat/permission.ts';
import { complete, filterChoices, findTrigger } from './completion.ts';
import { showControls } from './controls.ts';
import { listLines } from './diffLines.ts';
import {
  describeConfirmation,
  describeInput,
  expiresAt,
  isObject,
  toAnswers,
} from './permissionText.ts';

describe('what a permission is about', () => {
  it('is shown whole, with what hides or turns text around made visible', () => {
    const input = JSON.stringify({
      command: 'rm \u202Ecod.exe\u200B',
      description: 'x',
      timeout: 5,
    });
    const { command, rest } = describeInput(input);
    assert.equal(command, 'rm \\u{202e}cod.exe\\u{200b}');
    assert.deepEqual(JSON.parse(rest), { description: 'x', timeout: 5 });
    assert.equal(describeInput(JSON.stringify({ command: 'ls', description: 'x' }), 'x').rest, '');
    assert.match(describeInput(JSON.stringify({ command: 'ls', description: 'x' }), 'y').rest, /x/);
    const long = 'y'.repeat(10_000);
    assert.equal(describeInput(JSON.stringify({ command: long })).command, long);
    assert.deepEqual(describeInput('no JSON \u0007'), { command: '', rest: 'no JSON \\u{7}' });
  });

  it('is said also where there is nothing to fill in: as the agent says it, else all that is given', () => {
    const form = { questions: [], description: 'Delete \u202Eit?', input: '{"type":"object"}' };
    assert.equal(describeConfirmation(form), 'Delete \\u{202e}it?');
    const silent = { ...form, description: ' ' };
    assert.deepEqual(JSON.parse(describeConfirmation(silent)), { type: 'object' });
    assert.equal(describeConfirmation({ ...silent, input: 'no JSON' }), 'no JSON');
    const question = { id: 'a', text: 'Delete it?', header: '', multiple: false, options: [] };
    assert.equal(describeConfirmation({ ...form, questions: [question] }), '');
  });

  it('can be answered when every question has an answer', () => {
    const question = { text: '?', header: '', multiple: true, options: [] };
    const permission = {
      questions: [
        { ...question, id: 'a' },
        { ...question, id: 'b' },
      ],
    } as unknown as Permission;
    assert.equal(toAnswers(permission, new Map([['a', ['x']]]), new Map()), undefined);
    const chosen = new Map([['a', ['x', 'y']]]);
    const written = new Map([['b', ' own ']]);
    assert.deepEqual(toAnswers(permission, chosen, written), { a: 'x, y', b: 'own' });
  });

  it('is edited as an object, and a rule ends when it was said to', () => {
    assert.deepEqual([isObject('{"a":1}'), isObject('[1]'), isObject('{')], [true, false, false]);
    assert.equal(expiresAt('never', 0), null);
    assert.equal(expiresAt('hour', 0), '1970-01-01T01:00:00.000Z');
  });
});

describe('text of others', () => {
  it('shows what turns it around, and keeps what emoji are made of', () => {
    assert.equal(showControls('a\u202Eb'), 'a\\u{202e}b');
    assert.equal(showControls('👩\u200D💻\u0000'), '👩\u200D💻\\u{0}');
  });
});

describe('a change of a file', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const before = `${lines.join('\n')}\n`;
  const change = { path: 'a', before, after: before.replace('line 15\n', 'new\n') };

  it('shows every line where it is to be permitted', () => {
    const shown = listLines(change, true);
    assert.equal(shown.length, 31);
    assert.deepEqual(
      shown.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => `${kind} ${text}`),
      ['removed line 15', 'added new'],
    );
  });

  it('says how many lines it leaves out elsewhere', () => {
    const shown = listLines(change, false);
    assert.deepEqual(
      [shown.length, shown[0], shown.at(-1)],
      [10, { kind: 'skipped', text: '12' }, { kind: 'skipped', text: '11' }],
    );
    assert.deepEqual(listLines({ path: 'a', before: null, after: '' }, true), []);
  });
});

describe('completion', () => {
  it('begins with a command alone or a mention at the beginning of a word', () => {
    assert.deepEqual(findTrigger('/comp', 5), { kind: 'command', query: 'comp', from: 0 });
    assert.deepEqual(findTrigger('see @src/a', 10), { kind: 'mention', query: 'src/a', from: 4 });
    assert.equal(findTrigger('mail a@b', 8), undefined);
    assert.equal(findTrigger('x /comp', 7), undefined);
  });

  it('puts what was chosen where it was begun, and the cursor behind it', () => {
    const trigger = { kind: 'mention', query: 'sr', from: 4 } as const;
    assert.deepEqual(complete('see @sr now', trigger, '@src/a.ts'), {
      text: 'see @src/a.ts now',
      cursor: 13,
    });
    assert.deepEqual(complete('see @sr', trigger, ''), { text: 'see ', cursor: 4 });
  });

  it('offers what begins like it before what only holds it', () => {
    const choices = ['recompact', 'compact', 'help'].map((id) => ({ id, label: '' }));
    assert.deepEqual(
      filterChoices(choices, 'comp').map(({ id }) => id),
      ['compact', 'recompact'],
    );
  });
});

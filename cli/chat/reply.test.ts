import assert from 'node:assert/strict';
import type { Permission } from '../../protocol/chat/permission.ts';
import { linesOfAsked } from './entryLines.ts';
import { parseReply } from './reply.ts';

const plain = (text: string): string => text;

function asked(over: Partial<Permission> = {}): Permission {
  return {
    ...{ permissionId: '0'.repeat(32), hash: '0'.repeat(64), state: 'open', generation: 0 },
    ...{ createdAt: '2026-11-20T08:00:00.000Z', expiresAt: null, ask: 'tool', tool: 'Bash' },
    ...{ line: '$ npm test', description: '', input: '{"command":"npm test"}', cwd: '/home/dev' },
    ...{ changes: [], questions: [], canEdit: true, pattern: 'npm test', answer: null },
    ...over,
  };
}

function question(text: string, multiple = false): Permission['questions'][number] {
  const options = ['Red', 'Blue'].map((label) => ({ label, description: '' }));
  return { id: text, text, header: '', multiple, options };
}

describe('what is typed below a question', () => {
  it('allows, denies with a reason, allows always, or is no answer', () => {
    const permission = asked();
    assert.deepEqual(
      ['y', 'n', 'n use yarn', 'stop', 'always', 'always npm *', 'maybe', ''].map((typed) =>
        parseReply(permission, typed),
      ),
      [
        { behavior: 'allow' },
        { behavior: 'deny', interrupt: false },
        { behavior: 'deny', interrupt: false, message: 'use yarn' },
        { behavior: 'deny', interrupt: true },
        {
          behavior: 'allow',
          always: { scope: 'repository', pattern: 'npm test', expiresAt: null },
        },
        { behavior: 'allow', always: { scope: 'repository', pattern: 'npm *', expiresAt: null } },
        'Type y, n, n and why, always (this, in this repository), or stop.',
        'Type y, n, n and why, always (this, in this repository), or stop.',
      ],
    );
  });

  it('chooses by number or says something else, one answer for each question', () => {
    const one = asked({ ask: 'question', questions: [question('Colour?', true)] });
    const two = asked({ ask: 'question', questions: [question('Colour?'), question('Size?')] });
    assert.deepEqual(
      [
        parseReply(one, '1, 2'),
        parseReply(one, 'Green'),
        parseReply(two, '2; large'),
        parseReply(two, '2'),
      ],
      [
        { behavior: 'allow', answers: { 'Colour?': 'Red, Blue' } },
        { behavior: 'allow', answers: { 'Colour?': 'Green' } },
        { behavior: 'allow', answers: { 'Colour?': 'Blue', 'Size?': 'large' } },
        'There are 2 questions: separate their answers with a semicolon.',
      ],
    );
  });

  it('stands below all of what is asked, and nothing in that is hidden', () => {
    const input = JSON.stringify({ command: 'echo a\u202eb\nrm -rf ~' });
    assert.deepEqual(linesOfAsked(asked({ input }), plain), [
      'May it use Bash in /home/dev?',
      '  command: echo a\\u{202e}b',
      '    rm -rf ~',
    ]);
  });
});

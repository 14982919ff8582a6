import assert from 'node:assert/strict';
import { describeTool } from './toolText.ts';

describe('a call of a tool in one line', () => {
  it('says what it is about, whichever way its arguments were written down', () => {
    const calls: readonly (readonly [string, string, string])[] = [
      ['Bash', '{"command":"npm test","description":"runs them"}', '$ npm test'],
      ['exec_command', '{"cmd":"git status"}', '$ git status'],
      ['shell', '{"command":["bash","-lc","ls | wc -l"]}', '$ ls | wc -l'],
      ['shell', '{"command":["git","log"]}', '$ git log'],
      ['shell', '{"command":[]}', 'shell'],
      ['Read', '{"file_path":"/src/main.ts"}', 'Read /src/main.ts'],
      ['TaskCreate', '{"subject":"Mend it","description":"at its root"}', 'TaskCreate Mend it'],
      [
        'apply_patch',
        '*** Begin Patch\n*** End Patch',
        'apply_patch *** Begin Patch *** End Patch',
      ],
      ['wait', '', 'wait'],
      ['list', '[1]', 'list [1]'],
    ];
    for (const [name, input, title] of calls) assert.equal(describeTool(name, input).title, title);
  });

  it('tells what it changes', () => {
    const edit = { file_path: '/a', old_string: 'one', new_string: 'two' };
    assert.deepEqual(describeTool('Edit', JSON.stringify(edit)).changes, [
      { path: '/a', before: 'one', after: 'two' },
    ]);
    assert.deepEqual(describeTool('Read', '{"file_path":"/a"}').changes, []);
  });
});

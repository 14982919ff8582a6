import assert from 'node:assert/strict';
import { readLine } from './said.ts';

const say = (agent: string, value: unknown) => readLine(agent, JSON.stringify(value))?.said;

describe('lines of a transcript', () => {
  it('tell what a person and Claude Code said and did', () => {
    const user = (content: unknown) => ({ type: 'user', message: { content } });
    assert.deepEqual(say('claude', user('do it')), [{ who: 'person', text: 'do it' }]);
    const blocks = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'yes' },
      { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
    ];
    assert.deepEqual(say('claude', { type: 'assistant', message: { content: blocks } }), [
      { who: 'agent', text: 'yes' },
      { who: 'tool', text: 'Bash {"command":"ls"}' },
    ]);
    const result = [{ type: 'tool_result', content: [{ type: 'text', text: 'a.ts' }] }];
    assert.deepEqual(say('claude', user(result)), [{ who: 'result', text: 'a.ts' }]);
  });

  it('leave out what programs put in, and what an agent inside said', () => {
    const put = [
      { type: 'user', message: { content: '<command-name>/clear</command-name>' } },
      { type: 'user', isMeta: true, message: { content: 'Caveat: x' } },
      { type: 'assistant', isSidechain: true, message: { content: [{ type: 'text', text: 'x' }] } },
      { type: 'attachment', attachment: {} },
    ];
    for (const value of put) assert.deepEqual(say('claude', value), []);
  });

  it('tell what Codex said and did', () => {
    const item = (payload: unknown) => ({ type: 'response_item', payload });
    const message = (role: string, text: string) =>
      item({ type: 'message', role, content: [{ type: 'input_text', text }] });
    assert.deepEqual(say('codex', message('user', 'hello')), [{ who: 'person', text: 'hello' }]);
    assert.deepEqual(say('codex', message('user', '<environment_context>x')), []);
    assert.deepEqual(say('codex', message('developer', 'rules')), []);
    assert.deepEqual(
      say('codex', item({ type: 'function_call', name: 'shell', arguments: '{"a":1}' })),
      [{ who: 'tool', text: 'shell {"a":1}' }],
    );
    const meta = { type: 'session_meta', payload: { id: 'x', cwd: '/a' } };
    const read = readLine('codex', JSON.stringify(meta));
    assert.deepEqual([read?.id, read?.directory], ['x', '/a']);
  });

  it('tell when, with which model and in which mode, as far as that is known', () => {
    const about = (agent: string, value: unknown) => {
      const { at, mode, model } = readLine(agent, JSON.stringify(value)) ?? {};
      return [at, mode, model];
    };
    const at = '2026-11-28T12:00:00.000Z';
    const user = { type: 'user', timestamp: at, permissionMode: 'plan', message: { content: 'x' } };
    const said = (model: string) => ({ type: 'assistant', message: { content: [], model } });
    assert.deepEqual(about('claude', user), [at, 'plan', undefined]);
    assert.deepEqual(about('claude', said('opus')), [undefined, undefined, 'opus']);
    assert.deepEqual(about('claude', said('<synthetic>')), [undefined, undefined, undefined]);
    const turn = (approval_policy: string, type: string) => ({
      ...{ type: 'turn_context', timestamp: at },
      payload: { approval_policy, sandbox_policy: { type }, model: 'gpt' },
    });
    const modes = [
      ['on-request', 'read-only'],
      ['on-request', 'workspace-write'],
      ['untrusted', 'workspace-write'],
      ['never', 'danger-full-access'],
    ].map(([asks = '', sandbox = '']) => about('codex', turn(asks, sandbox))[1]);
    assert.deepEqual(modes, ['readOnly', 'workspace', 'ask', 'danger-full-access never']);
    assert.deepEqual(about('codex', turn('never', 'x')).at(-1), 'gpt');
  });

  it('are none when they are no JSON, no object, or of nobody', () => {
    for (const line of ['{"type":"user","mess', '[]', '1', 'null', '{}']) {
      assert.equal(readLine('claude', line), undefined, line);
      assert.equal(readLine('codex', line), undefined, line);
    }
    assert.equal(readLine('gemini', '{"type":"user"}'), undefined);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const use = `{"type":"tool_use","name":"x","input":${deep}}`;
    const line = `{"type":"assistant","message":{"content":[${use}]}}`;
    assert.equal(readLine('claude', line), undefined, 'deep');
  });
});

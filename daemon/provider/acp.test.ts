import assert from 'node:assert/strict';
import { listAgentRecordings, readAgentRecording } from '../../test/support/agentRecording.ts';
import { createAcpProvider } from './acp.ts';
import type { ProviderState, Step } from './adapter.ts';
import type { ChatEvent } from './event.ts';

const provider = createAcpProvider({ agent: 'gemini', label: 'Gemini CLI', oldestVersion: null });
const start = {
  cwd: '/home/dev/work/a1',
  conversationId: null,
  model: null,
  mode: null,
  forkOf: null,
  tools: null,
};

const names: Readonly<Record<string, string>> = {
  initialize: 'initialize',
  'session/new': 'open',
  'session/load': 'open',
  'session/resume': 'open',
  'session/prompt': 'prompt',
};

/** What it means to us; the questions of the recording's host are ours, by their methods. */
function replay(name: string): ChatEvent[] {
  let state: ProviderState = provider.begin(start).state;
  return readAgentRecording(name).flatMap(({ way, text }) => {
    const message = JSON.parse(text) as { id?: number; method?: string };
    if (way === 'in') {
      const known = names[message.method ?? ''] ?? 'other';
      const isLoading = message.method === 'session/load';
      if (message.method === undefined || message.id === undefined) return [];
      state = { ...state, pending: { [message.id]: known }, isLoading };
      return [];
    }
    const step = provider.read(state, text);
    state = JSON.parse(JSON.stringify(step.state)) as ProviderState;
    return step.events;
  });
}

function read(state: ProviderState, message: object): Step {
  return provider.read(state, JSON.stringify({ jsonrpc: '2.0', ...message }));
}

describe('an ACP agent as a provider', () => {
  it('knows everything that any recording holds', () => {
    const recordings = listAgentRecordings('acp');
    const unknown = recordings.flatMap((name) =>
      replay(name).flatMap((event) => (event.type === 'unknown' ? [`${name}: ${event.what}`] : [])),
    );
    assert.deepEqual([recordings.length, unknown], [11, []]);
  });

  it('tells text, thinking, tools and how turns ended, of every agent alike', () => {
    const shown = ['acp-gemini', 'acp-opencode-ask', 'acp-claude'].map((name) => {
      const events = replay(name);
      const ends = events.flatMap((event) => (event.type === 'turnEnded' ? [event.outcome] : []));
      const texts = events.flatMap((event) => (event.type === 'text' ? [event.delta ?? ''] : []));
      return [ends.slice(0, 2), texts.join('').startsWith('Hello over ACP streaming.')];
    });
    assert.deepEqual(
      shown,
      Array.from({ length: 3 }, () => [['completed', 'completed'], true]),
    );
  });

  it('allows once, never always, and cancels what it waits for with the turn', () => {
    const options = [
      { optionId: 'a', kind: 'allow_always', name: 'Always' },
      { optionId: 'o', kind: 'allow_once', name: 'Once' },
      { optionId: 'r', kind: 'reject_once', name: 'No' },
    ];
    const toolCall = {
      toolCallId: 't',
      kind: 'execute',
      title: 'touch x',
      rawInput: { command: 'touch x' },
    };
    const opened = { ...provider.begin(start).state, sessionId: 's' };
    const request = { id: 7, method: 'session/request_permission', params: { toolCall, options } };
    const { state, events } = read(opened, request);
    const asked = events.flatMap((event) => (event.type === 'asked' ? [event.request] : []))[0];
    assert.ok(asked);
    const outcome = (...given: Parameters<typeof provider.answer>): unknown =>
      provider.answer(...given).writes.map((line): unknown => JSON.parse(line));
    const answered = (chosen: object) => [{ jsonrpc: '2.0', id: 7, result: { outcome: chosen } }];
    assert.deepEqual(
      [
        outcome(state, asked, { behavior: 'allow' }),
        outcome(state, asked, { behavior: 'deny', interrupt: false }),
        provider
          .command(state, { type: 'interrupt' })
          ?.writes.map((line): unknown => JSON.parse(line)),
      ],
      [
        answered({ outcome: 'selected', optionId: 'o' }),
        answered({ outcome: 'selected', optionId: 'r' }),
        [
          { jsonrpc: '2.0', method: 'session/cancel', params: { sessionId: 's' } },
          ...answered({ outcome: 'cancelled' }),
        ],
      ],
    );
  });

  it('refuses what it is asked beyond that, and reads garbage without an error', () => {
    const refused = read(
      {},
      { id: 3, method: 'fs/read_text_file', params: { path: '/etc/passwd' } },
    );
    assert.match(refused.writes[0] ?? '', /-32601/);
    for (const line of ['', 'Segmentation fault', '[]', 'null'])
      assert.deepEqual(
        provider.read({}, line).events.map(({ type }) => type),
        ['unknown'],
      );
  });

  it('holds a mode when it was taken, not when it was wished for', () => {
    const opened = { ...provider.begin(start).state, sessionId: 's', nextId: 5 };
    const wished = provider.command(opened, { type: 'setMode', name: 'm', mode: 'plan' });
    assert.ok(wished);
    const types = (message: object): unknown[] =>
      read(wished.state, message).events.map(({ type }) => type);
    assert.deepEqual(
      [
        wished.events,
        types({ id: 5, result: {} }),
        types({ id: 5, error: { code: 1, message: 'no' } }),
      ],
      [[], ['described', 'replied'], ['replied']],
    );
  });

  it('is told where our tools are when it takes them, and says how to log in', () => {
    const tools = { url: 'http://127.0.0.1:1/mcp', bearer: 'stands-for-it' };
    const begun = provider.begin({ ...start, tools }).state;
    const initialized = (can: object) =>
      read(begun, { id: 1, result: { agentCapabilities: can, authMethods: [{ name: 'Log in' }] } });
    const paramsOf = ({ writes }: Step): { mcpServers?: unknown } =>
      (JSON.parse(writes[0] ?? '{}') as { params: { mcpServers?: unknown } }).params;
    const able = initialized({ mcpCapabilities: { http: true } });
    const headers = [{ name: 'Authorization', value: 'Bearer stands-for-it' }];
    assert.deepEqual(
      [paramsOf(able).mcpServers, paramsOf(initialized({})).mcpServers],
      [[{ type: 'http', name: 'waggle', url: tools.url, headers }], []],
    );
    const refused = read(able.state, { id: 2, error: { code: -32_000, message: 'Auth required' } });
    assert.deepEqual(refused.events, [
      {
        type: 'error',
        text: 'Auth required It offers: Log in.',
        isFatal: true,
        needsSignIn: true,
      },
    ]);
  });

  it('begins a new conversation when it forgot the old one, and says so', () => {
    const begun = provider.begin({ ...start, conversationId: 'old' }).state;
    const opening = read(begun, { id: 1, result: { agentCapabilities: { loadSession: true } } });
    assert.match(opening.writes[0] ?? '', /session\/load.*"old"/);
    const forgot = read(opening.state, { id: 2, error: { code: -32_603, message: 'gone' } });
    assert.match(forgot.writes[0] ?? '', /session\/new/);
    assert.deepEqual(
      forgot.events.map(({ type }) => type),
      ['notice'],
    );
    const opened = read(forgot.state, { id: 3, result: { sessionId: 'new' } });
    assert.deepEqual(
      opened.events.filter(({ type }) => type !== 'described'),
      [{ type: 'conversation', id: 'new' }, { type: 'ready' }],
    );
    const never = read(forgot.state, { id: 3, error: { code: -32_603, message: 'gone' } });
    assert.equal(never.events[0]?.type, 'error');
  });

  it('tells nothing again that it hears of an old conversation after that was opened', () => {
    const begun = provider.begin({ ...start, conversationId: 'old' }).state;
    const opening = read(begun, { id: 1, result: { agentCapabilities: { loadSession: true } } });
    const told = {
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: 'before' },
    };
    const update = { method: 'session/update', params: { sessionId: 'old', update: told } };
    const during = read(opening.state, update);
    assert.deepEqual(during.events, []);
    const answered = read(during.state, { id: 2, result: {} });
    assert.match(answered.writes[0] ?? '', /_waggle\/loaded/);
    const late = read(answered.state, update);
    assert.deepEqual([answered.events, late.events], [[], []]);
    const ready = read(late.state, { id: 3, error: { code: -32_601, message: 'unknown' } });
    assert.deepEqual(
      ready.events.filter(({ type }) => type !== 'described'),
      [{ type: 'conversation', id: 'old' }, { type: 'ready' }],
    );
    assert.equal(read(ready.state, update).events[0]?.type, 'text');
  });
});

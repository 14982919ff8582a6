import assert from 'node:assert/strict';
import { readAgentRecording } from '../../test/support/agentRecording.ts';
import type { ProviderState } from './adapter.ts';
import { codexProvider } from './codex.ts';
import { changesOf, innerCommand } from './codexItem.ts';
import type { ChatEvent } from './event.ts';

const cwd = '/home/dev/work/x1';
const begun = codexProvider.begin({
  ...{ cwd, conversationId: null, model: null, mode: null, forkOf: null, tools: null },
});

/** Reads what the agent wrote; questions of the recording's host are known as ours. */
function replay(): { readonly events: ChatEvent[]; readonly state: ProviderState } {
  const turns = [3, 4, 5, 6, 7, 8, 9].map((id) => [String(id), 'turn']);
  const others = { '1': 'initialize', '2': 'thread', '12': 'models' };
  const pending = { ...others, ...Object.fromEntries(turns) };
  let state: ProviderState = { ...begun.state, pending };
  const events = readAgentRecording('codex-appserver')
    .filter(({ way }) => way === 'out')
    .flatMap(({ text }) => {
      const step = codexProvider.read(state, text);
      // What it opens itself has other numbers than the recording's host used.
      const kept = JSON.parse(JSON.stringify(step.state)) as ProviderState;
      state = { ...kept, nextId: 100, pending };
      return step.events;
    });
  return { events, state };
}

describe('Codex as a provider', () => {
  it('knows everything that the recording holds', () => {
    const unknown = replay().events.filter(({ type }) => type === 'unknown');
    assert.deepEqual(unknown, []);
  });

  it('opens a thread, and tells its turns and what they used', () => {
    const { events } = replay();
    const ends = events.flatMap((event) => (event.type === 'turnEnded' ? [event] : []));
    assert.deepEqual(
      ends.map(({ outcome }) => outcome),
      [...Array.from({ length: 6 }, () => 'completed'), 'interrupted'],
    );
    assert.deepEqual(ends[0]?.usage, {
      ...{ inputTokens: 10_156, outputTokens: 9, cachedTokens: 0, costUsd: null },
    });
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'conversation' ? [event.id] : [])),
      ['01a1f7da-6cc5-7dd3-b8b7-3ea2584d5a75'],
    );
    assert.equal(events.filter(({ type }) => type === 'ready').length, 1);
  });

  it('tells text and thinking in pieces, and whole in the end', () => {
    const texts = replay().events.flatMap((event) =>
      event.type === 'text' || event.type === 'thinking' ? [event] : [],
    );
    const [thinking] = texts.filter(({ type, isDone }) => type === 'thinking' && isDone === true);
    const first = texts.filter(({ type, key }) => type === 'text' && key.startsWith('msg_fa38'));
    assert.deepEqual(
      [thinking?.full, first.map(({ delta }) => delta ?? '').join(''), first.at(-1)?.full],
      ['hmm', 'Hello from app-server streaming', 'Hello from app-server streaming'],
    );
  });

  it('asks with the whole command, with the changes of files, and for tools of others', () => {
    const asked = replay().events.flatMap((event) =>
      event.type === 'asked' ? [event.request] : [],
    );
    assert.deepEqual(
      asked.map(({ ask, tool, input, changes }) => [ask, tool, input, changes.length]),
      [
        ['tool', 'shell', '{"command":"touch approved-by-host && echo yes"}', 0],
        ['tool', 'shell', '{"command":"touch declined-by-host"}', 0],
        ['tool', 'edit', `{"paths":["${cwd}/as.txt"]}`, 1],
        ['tool', 'mcp__dh__write_note', '{"text":"as"}', 0],
        ['tool', 'mcp__dh__elicit', '{"q":"why"}', 0],
        ['question', 'dh:form', '{"properties":{"answer":{"type":"string"}}}', 0],
      ],
    );
  });

  it('shows every line of a change, also one that looks like the header of a diff', () => {
    const lines = [
      ...['diff --git a/x.lua b/x.lua', '--- a/x.lua', '+++ b/x.lua', '@@ -1,3 +1,3 @@'],
      ...[' a', '--- x', '+++i; evil();', '-\\ b', '+\\ c', '\\ No newline at end of file'],
    ];
    const sidesOf = (diff: string) => {
      const change = { path: 'x.lua', kind: { type: 'update' }, diff };
      return changesOf({ type: 'fileChange', id: 'i', changes: [change] });
    };
    assert.deepEqual(sidesOf(lines.join('\n')), [
      { path: 'x.lua', before: 'a\n-- x\n\\ b', after: 'a\n++i; evil();\n\\ c' },
    ]);
    // Without a hunk nothing is a header.
    assert.deepEqual(sidesOf('--- x\n+++ y'), [{ path: 'x.lua', before: '-- x', after: '++ y' }]);
  });

  it('answers as the recorded host did', () => {
    const asked = { requestId: 'n0', ask: 'tool', tool: 'shell', input: '{}' } as const;
    const state = { ...begun.state, asked: { n0: 'command', n5: 'form' } };
    const lineOf = (...given: Parameters<typeof codexProvider.answer>): unknown =>
      JSON.parse(codexProvider.answer(...given).writes[0] ?? '');
    const form = { ...asked, requestId: 'n5', ask: 'question' } as const;
    assert.deepEqual(
      [
        lineOf(state, asked, { behavior: 'allow' }),
        lineOf(state, asked, { behavior: 'deny', interrupt: false }),
        lineOf(state, asked, { behavior: 'deny', interrupt: true }),
        lineOf(state, form, { behavior: 'allow', answers: { answer: 'x' } }),
      ],
      [
        { jsonrpc: '2.0', id: 0, result: { decision: 'accept' } },
        { jsonrpc: '2.0', id: 0, result: { decision: 'decline' } },
        { jsonrpc: '2.0', id: 0, result: { decision: 'cancel' } },
        {
          jsonrpc: '2.0',
          id: 5,
          result: { action: 'accept', content: { answer: 'x' }, _meta: null },
        },
      ],
    );
  });

  it('says the reason of a denial into the turn', () => {
    const state = { ...begun.state, threadId: 't', turnId: 'u', asked: { n0: 'command' } };
    const asked = { requestId: 'n0', ask: 'tool', tool: 'shell', input: '{}' } as const;
    const deny = { behavior: 'deny', message: 'use f3', interrupt: false } as const;
    const { writes } = codexProvider.answer(state, asked, deny);
    assert.match(writes[1] ?? '', /"method":"turn\/steer".*"expectedTurnId":"u".*use f3/);
  });

  it('tells its questions and its plan, and answers with what was chosen', () => {
    const read = (message: object) =>
      codexProvider.read(begun.state, JSON.stringify({ jsonrpc: '2.0', ...message }));
    const options = [{ label: 'Red', description: 'r' }, { label: 'Blue' }];
    const questions = [{ id: 'q1', header: 'Color', question: 'Which color?', options }];
    const params = { itemId: 'i', questions };
    const asking = read({ id: 'x', method: 'item/tool/requestUserInput', params });
    const asked = asking.events.flatMap((event) =>
      event.type === 'asked' ? event.request : [],
    )[0];
    assert.ok(asked);
    const [question] = asked.questions;
    assert.deepEqual(
      [asked.ask, question?.text, question?.options.map(({ label }) => label)],
      ['question', 'Which color?', ['Red', 'Blue']],
    );
    const given = codexProvider.answer(asking.state, asked, {
      ...{ behavior: 'allow', answers: { q1: 'Blue' } },
    });
    assert.deepEqual(JSON.parse(given.writes[0] ?? ''), {
      ...{ jsonrpc: '2.0', id: 'x', result: { answers: { q1: { answers: ['Blue'] } } } },
    });
    const plan = [
      { step: 'look', status: 'completed' },
      { step: 'change', status: 'inProgress' },
      { step: 'check', status: 'pending' },
    ];
    const { events } = read({ method: 'turn/plan/updated', params: { turnId: 'u', plan } });
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'plan' ? event.steps : [])),
      plan.map(({ step, status }) => ({ text: step, status })),
    );
  });

  it('takes a command out of the quotes of a shell only where that is exact', () => {
    assert.deepEqual(
      [
        innerCommand("/bin/bash -lc 'npm test'"),
        innerCommand("/bin/bash -lc 'a' 'b'"),
        innerCommand('npm test'),
      ],
      ['npm test', "/bin/bash -lc 'a' 'b'", 'npm test'],
    );
  });

  it('asks for everything in a mode that it does not know', () => {
    const { writes } = codexProvider.prompt(
      { threadId: 't', mode: 'yolo' },
      { text: 'x', attachments: [] },
    );
    assert.match(writes[0] ?? '', /"approvalPolicy":"untrusted"/);
  });
});

import assert from 'node:assert/strict';
import type { HookAgent, HookPayload } from './hook.ts';
import { readHook } from './hook.ts';

const id = '01a1f7db-fa2f-7e12-95f4-6c0c7e60d6b5';

/** The claim, or why it was not taken. */
function told(agent: HookAgent, payload: HookPayload): string {
  const report = readHook(agent, payload);
  if (!report.isTaken) return report.reason;
  const { state, kind, sentence } = report.reading.claim;
  return kind === null ? state : `${kind}: ${sentence}`;
}

describe('what hooks report', () => {
  it('of Claude Code, becomes states and questions in the words of the catalogue', () => {
    const claude = (event: string, more: HookPayload = {}): string =>
      told('claude', { hook_event_name: event, session_id: id, ...more });
    const question = { questions: [{ question: 'Which color?' }] };
    assert.deepEqual(
      [
        claude('UserPromptSubmit'),
        claude('PreToolUse', { tool_name: 'Bash' }),
        claude('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'npm\ntest' } }),
        claude('PermissionRequest', { tool_name: 'Edit', tool_input: {} }),
        claude('PreToolUse', { tool_name: 'AskUserQuestion', tool_input: question }),
        claude('Notification', { notification_type: 'permission_prompt' }),
        claude('Notification', { notification_type: 'idle_prompt' }),
        claude('PostToolUse'),
        claude('Stop'),
        claude('SessionEnd'),
      ],
      [
        'working',
        'working',
        'permission: wants to run `npm test`',
        'permission: wants to use Edit',
        'question: asks: Which color?',
        'permission: needs your permission',
        'idle',
        'working',
        'finished',
        'unknown',
      ],
    );
  });

  it('of Codex, is the end of a turn, but not of the one that names the conversation', () => {
    const turn = { type: 'agent-turn-complete', 'thread-id': id };
    const naming = 'Generate a concise, single-line task title for this';
    assert.equal(told('codex', { ...turn, 'input-messages': ['hi'] }), 'finished');
    assert.match(told('codex', { ...turn, 'input-messages': [naming] }), /naming/);
    const report = readHook('codex', turn);
    assert.equal(report.isTaken && report.conversationId, id);
  });

  it('of Gemini CLI, is a turn, its tools and its questions', () => {
    const gemini = (event: string, more: HookPayload = {}): string =>
      told('gemini', { hook_event_name: event, ...more });
    assert.deepEqual(
      [
        gemini('BeforeAgent'),
        gemini('Notification', { notification_type: 'ToolPermission' }),
        gemini('AfterTool'),
        gemini('AfterAgent'),
        gemini('SessionEnd'),
      ],
      ['working', 'permission: needs your permission', 'working', 'finished', 'unknown'],
    );
  });

  it('is never believed for its form alone: strange values claim nothing and name no conversation', () => {
    const strange: HookPayload[] = [
      {},
      { hook_event_name: 7 },
      { hook_event_name: ['Stop'] },
      { type: 'agent-turn-begin' },
      { hook_event_name: 'constructor' },
      { hook_event_name: 'Notification', notification_type: 'other' },
    ];
    for (const agent of ['claude', 'codex', 'gemini'] as const)
      for (const payload of strange) assert.equal(readHook(agent, payload).isTaken, false);
    const odd = readHook('claude', {
      hook_event_name: 'PermissionRequest',
      session_id: '--resume',
      tool_name: { toString: 'x' },
      tool_input: 'rm -rf /',
    });
    assert.deepEqual(odd.isTaken && [odd.conversationId, odd.reading.claim.sentence], [
      null,
      'needs your permission',
    ]);
  });

  it('is cut and cleaned before it is shown', () => {
    const command = `echo ${'x'.repeat(10_000)}\u202E\u001b[2J`;
    const report = readHook('claude', {
      hook_event_name: 'PermissionRequest',
      tool_name: 'Bash',
      tool_input: { command },
    });
    assert.ok(report.isTaken && report.reading.claim.sentence.length <= 256);
  });
});

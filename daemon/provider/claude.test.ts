import assert from 'node:assert/strict';
import { listAgentRecordings, readAgentRecording } from '../../test/support/agentRecording.ts';
import type { ProviderState } from './adapter.ts';
import { claudeProvider } from './claude.ts';
import type { ChatEvent } from './event.ts';

const begun = claudeProvider.begin({
  ...{ cwd: '/home/dev/work/p1', conversationId: null },
  ...{ model: null, mode: null, forkOf: null, tools: null },
});

/** Reads what the agent wrote; requests of the recording's host are known as ours. */
function replay(name: string): ChatEvent[] {
  let state: ProviderState = { ...begun.state, pending: { c1: 'initialize', c2: 'c2' } };
  return readAgentRecording(name)
    .filter(({ way }) => way === 'out')
    .flatMap(({ text }) => {
      const step = claudeProvider.read(state, text);
      // It is kept as JSON between two lines.
      state = JSON.parse(JSON.stringify(step.state)) as ProviderState;
      return step.events;
    });
}

function endsOf(name: string): unknown[] {
  return replay(name).flatMap((event) =>
    event.type === 'turnEnded' ? [[event.outcome, event.reason ?? '']] : [],
  );
}

/** What stands in the end under each key of a kind. */
function textsOf(name: string, type: 'text' | 'thinking'): string[] {
  const texts = new Map<string, string>();
  for (const event of replay(name))
    if (event.type === type)
      texts.set(event.key, event.full ?? (texts.get(event.key) ?? '') + (event.delta ?? ''));
  return [...texts.values()];
}

describe('Claude Code as a provider', () => {
  it('knows everything that any recording holds', () => {
    const names = listAgentRecordings('claude');
    const unknown = names.flatMap((name) =>
      replay(name).flatMap((event) => (event.type === 'unknown' ? [`${name}: ${event.what}`] : [])),
    );
    assert.ok(names.length > 35, `${names.length} recordings`);
    assert.deepEqual(unknown, []);
  });

  it('tells each text once, streamed or whole', () => {
    assert.deepEqual(textsOf('claude-headless-basic', 'text').length, 1);
    assert.deepEqual(textsOf('claude-stdio-1', 'text').slice(0, 4), [
      'done1',
      'done2',
      'done3',
      'done3b',
    ]);
    assert.deepEqual(
      textsOf('claude-stdio-1', 'text').filter((text) => text.includes('-done')),
      ['five-done', 'six-done', 'seven-done'],
    );
  });

  it('tells a turn’s end by what the event says', () => {
    assert.deepEqual(
      ['claude-err400', 'claude-drop', 'claude-SIGINT-midstream', 'claude-SIGTERM-midstream'].map(
        endsOf,
      ),
      [
        [['failed', 'API Error: 400 fake invalid_request_error']],
        [
          [
            'failed',
            'API Error: Connection lost mid-response. The response above may be incomplete.',
          ],
        ],
        [['interrupted', '']],
        [],
      ],
    );
    assert.deepEqual(endsOf('claude-resume-invalid'), [
      ['failed', 'No conversation found with session ID: 00000000-0000-4000-8000-000000000000'],
    ]);
  });

  it('tells what is asked with all its arguments, and how the tool ended', () => {
    const events = replay('claude-stdio-1');
    const [first] = events.flatMap((event) => (event.type === 'asked' ? [event.request] : []));
    assert.deepEqual(
      [first?.ask, first?.tool, first?.input, first?.canEdit],
      ['tool', 'Bash', '{"command":"touch f1","description":"d"}', true],
    );
    const statuses = new Map<string, (string | undefined)[]>();
    for (const event of events)
      if (event.type === 'tool')
        statuses.set(event.key, [...(statuses.get(event.key) ?? []), event.status]);
    assert.deepEqual([...statuses.values()].slice(0, 3), [
      ['preparing', 'running', 'done'],
      ['preparing', 'running', 'denied'],
      ['preparing', 'running', 'denied'],
    ]);
  });

  it('tells questions with their options, a plan with its text, a form with its fields', () => {
    const asked = replay('claude-stdio-2').flatMap((event) =>
      event.type === 'asked' && event.request.ask !== 'tool' ? [event.request] : [],
    );
    assert.deepEqual(
      asked.map(({ ask, questions, input }) => [ask, ask === 'plan' ? input : questions]),
      [
        [
          'question',
          [
            {
              ...{ id: 'Which color?', text: 'Which color?', header: 'Color', multiple: false },
              options: [
                { label: 'Red', description: 'r' },
                { label: 'Blue', description: 'b' },
              ],
            },
          ],
        ],
        ['plan', '# Plan\n1. do it'],
        [
          'question',
          [{ id: 'answer', text: 'meaning?', header: 'answer', multiple: false, options: [] }],
        ],
      ],
    );
  });

  it('answers as the recorded host did', () => {
    const told = readAgentRecording('claude-stdio-1')
      .filter(({ way, text }) => way === 'in' && text.includes('control_response'))
      .map(({ text }): unknown => JSON.parse(text));
    const input = '{"command":"touch f1","description":"d"}';
    const asked = { requestId: '7fb28667-0f82-426f-b556-c2ab7f386c6a', ask: 'tool', tool: 'Bash' };
    const edited = '{"command":"touch f1 && echo edited-by-host","description":"d"}';
    const { writes } = claudeProvider.answer(
      begun.state,
      { ...asked, ask: 'tool', input },
      { behavior: 'allow', input: edited },
    );
    assert.deepEqual(
      writes.map((line): unknown => JSON.parse(line)),
      told.slice(0, 1),
    );
  });

  it('costs what a turn cost, not everything since the start', () => {
    const costs = replay('claude-stdio-1').flatMap((event) =>
      event.type === 'turnEnded' ? [event.usage?.costUsd ?? 0] : [],
    );
    const sum = costs.reduce((left, right) => left + right, 0);
    assert.ok(Math.abs(sum - 0.713035) < 1e-6, `${sum}`);
  });

  it('says when a limit is reset that refused the turn, and not of one that did not', () => {
    const read = (...lines: object[]): ChatEvent | undefined => {
      let { state } = begun;
      let last: ChatEvent | undefined;
      for (const line of lines) {
        const step = claudeProvider.read(state, JSON.stringify(line));
        [state, last] = [step.state, step.events.at(-1)];
      }
      return last;
    };
    const limit = (status: string) => ({
      type: 'rate_limit_event',
      rate_limit_info: { status, resetsAt: 1_796_000_000 },
    });
    const refused = { type: 'result', is_error: true, api_error_status: 429, result: 'limit' };
    const ended = read(limit('rejected'), refused);
    assert.ok(ended?.type === 'turnEnded');
    assert.equal(ended.limitResetsAt, '2026-11-30T00:53:20.000Z');
    for (const lines of [
      [limit('allowed_warning'), refused],
      [limit('rejected'), limit('allowed'), refused],
      [limit('rejected'), { ...refused, api_error_status: 500, result: 'overloaded' }],
    ]) {
      const other = read(...lines);
      assert.ok(other?.type === 'turnEnded' && other.limitResetsAt === undefined);
    }
  });

  it('tells how much of the plan is used, of all windows that it is told', () => {
    const read = (info: object): unknown => {
      const line = { type: 'rate_limit_event', rate_limit_info: info };
      return claudeProvider.read(begun.state, JSON.stringify(line)).events;
    };
    const recorded = JSON.parse(
      `{"status":"allowed_warning","resetsAt":1796000000,"rateLimitType":"five_hour","utilization":0.92,
        "isUsingOverage":false,"surpassedThreshold":0.9,"unifiedWindows":{
        "five_hour":{"utilization":0.92,"resetsAt":1796000000,"status":"allowed_warning","surpassedThreshold":0.9},
        "seven_day":{"utilization":0.31,"resetsAt":1796400000,"status":"allowed"}}}`,
    ) as object;
    const resetsAt = '2026-11-30T00:53:20.000Z';
    const week = { name: '7 days', usedPercent: 31, resetsAt: '2026-12-04T16:00:00.000Z' };
    const hours = (usedPercent: number) => ({ name: '5 hours', usedPercent, resetsAt });
    const single = { status: 'rejected', resetsAt: 1_796_000_000, rateLimitType: 'five_hour' };
    assert.deepEqual(
      [recorded, single, { ...single, utilization: 0.5 }, { status: 'allowed' }].map(read),
      [
        [{ type: 'limits', limits: [hours(92), week] }],
        [{ type: 'limits', limits: [hours(100)] }],
        [{ type: 'limits', limits: [hours(50)] }],
        [],
      ],
    );
    const strange = { rateLimitType: 'new_one', utilization: 1.02, resetsAt: 1e300 };
    const told = [{ name: 'new one', usedPercent: 102, resetsAt: null }];
    assert.deepEqual(read(strange), [{ type: 'limits', limits: told }]);
    assert.deepEqual(read({ unifiedWindows: { a: { utilization: 'x' }, b: 7 } }), []);
  });

  it('says that the person has to log in', () => {
    const refused = {
      type: 'result',
      ...{ is_error: true, api_error_status: 401, terminal_reason: 'api_error' },
      result: 'Invalid API key · Please run /login',
    };
    const [ended] = claudeProvider.read(begun.state, JSON.stringify(refused)).events;
    assert.deepEqual(ended?.type === 'turnEnded' && ended.needsSignIn, true);
  });

  it('reads garbage without an error', () => {
    for (const line of ['', 'Segmentation fault', '{"type":', '[]', 'null', '{"type":"neu"}'])
      assert.deepEqual(
        claudeProvider.read(begun.state, line).events.map(({ type }) => type),
        ['unknown'],
      );
  });
});

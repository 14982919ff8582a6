import assert from 'node:assert/strict';
import type { ModelServer } from './modelServer.ts';
import { startModelServer } from './modelServer.ts';

type Message = { role: string; content: unknown };

describe('the model server', () => {
  let server: ModelServer;

  beforeEach(async () => {
    server = await startModelServer();
  });
  afterEach(() => server.stop());

  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'x-claude-code-session-id': 'c1' },
      body: JSON.stringify(body),
    });
  const ask = (...messages: Message[]): Promise<Response> =>
    post('/v1/messages?beta=true', {
      model: 'm',
      stream: true,
      max_tokens: 100,
      messages,
      tools: [{}],
    });
  const user = (content: unknown): Message => ({ role: 'user', content });
  const assistant = (content: unknown): Message => ({ role: 'assistant', content });
  const results = user([
    { type: 'tool_result', tool_use_id: 't', content: '[[say not me]]' },
    { type: 'text', text: '<system-reminder>[[say nor me]]</system-reminder>' },
  ]);

  it('streams thinking, text and parallel tools in one response', async () => {
    const response = await ask(
      user('[[think x]] [[say hi there]] [[tool A {"k":[1]}]] [[tool B]] [[say done]]'),
    );
    const streamed = await readEvents(response);
    assert.deepEqual(streamed, {
      content: [
        { type: 'thinking', thinking: 'x', signature: 'c2NyaXB0ZWQ=' },
        { type: 'text', text: 'hi there' },
        { type: 'tool_use', name: 'A', input: { k: [1] } },
        { type: 'tool_use', name: 'B', input: {} },
      ],
      stopReason: 'tool_use',
      error: undefined,
    });
  });

  it('goes on after tool results, whatever they and the reminders beside them say', async () => {
    const prompt = user([
      { type: 'text', text: '<system-reminder>[[say no]]</system-reminder>' },
      { type: 'text', text: '[[tool A]] [[say two]]' },
    ]);
    const second = await readEvents(await ask(prompt, assistant([{ type: 'tool_use' }]), results));
    assert.deepEqual(second.content, [{ type: 'text', text: 'two' }]);
    assert.equal(second.stopReason, 'end_turn');
  });

  it('follows the last prompt only', async () => {
    const response = await ask(user('[[say one]]'), assistant('one'), user('plain words\nmore'));
    assert.deepEqual((await readEvents(response)).content, [
      { type: 'text', text: 'No script in: plain words' },
    ]);
  });

  it('says so when the script is over', async () => {
    const response = await ask(user('[[tool A]]'), assistant([{ type: 'tool_use' }]), results);
    assert.deepEqual((await readEvents(response)).content, [
      { type: 'text', text: 'The script is over.' },
    ]);
  });

  it('keeps multi-byte text whole across deltas', async () => {
    const text = '🐝é'.repeat(40);
    const response = await ask(user(`[[say ${text}]]`));
    assert.deepEqual((await readEvents(response)).content, [{ type: 'text', text }]);
  });

  it('answers without a stream when none is asked for', async () => {
    const body = { model: 'm', max_tokens: 9, messages: [user('[[say hi]] [[max]]')] };
    const message = (await (await post('/v1/messages', body)).json()) as Record<string, unknown>;
    assert.deepEqual(
      { content: message['content'], reason: message['stop_reason'], role: message['role'] },
      { content: [{ type: 'text', text: 'hi' }], reason: 'max_tokens', role: 'assistant' },
    );
  });

  it('answers the one-token probe, token counts and title requests without running a script', async () => {
    const hanging = [user('[[hang]]')];
    const probe = await post('/v1/messages', { model: 'm', max_tokens: 1, messages: hanging });
    const count = await post('/v1/messages/count_tokens', { model: 'm', messages: hanging });
    const title = await post('/v1/messages', {
      model: 'm',
      stream: true,
      system: [{ type: 'text', text: 'Write a title' }],
      messages: hanging,
    });
    assert.equal(((await probe.json()) as { stop_reason: string }).stop_reason, 'max_tokens');
    assert.ok(((await count.json()) as { input_tokens: number }).input_tokens > 0);
    assert.deepEqual((await readEvents(title)).content, [{ type: 'text', text: 'Fake title' }]);
  });

  it('fails with the status, type and message of the script, as often as it says', async () => {
    const prompt = user('[[error 529 overloaded_error 2 full]] [[say ok]]');
    const outcomes: unknown[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const response = await ask(prompt);
      outcomes.push(
        response.status,
        response.ok ? (await readEvents(response)).content : await response.json(),
      );
    }
    const refusal = { type: 'error', error: { type: 'overloaded_error', message: 'full' } };
    assert.deepEqual(outcomes, [529, refusal, 529, refusal, 200, [{ type: 'text', text: 'ok' }]]);
  });

  it('fails inside the stream when something was said before', async () => {
    const streamed = await readEvents(await ask(user('[[say a]] [[error 500 api_error late]]')));
    assert.deepEqual(streamed, {
      content: [{ type: 'text', text: 'a' }],
      stopReason: undefined,
      error: { type: 'api_error', message: 'late' },
    });
  });

  it('drops the connection, and counts a request to continue as the same prompt', async () => {
    const prompt = user('[[say a]] [[drop 1]] [[say b]]');
    await assert.rejects(async () => (await ask(prompt)).text());
    const again = await ask(
      prompt,
      assistant('a'),
      user('Your response above was cut off. Resume directly.'),
    );
    assert.deepEqual((await readEvents(again)).content, [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('waits at a gate until it is released, and not at one released before', async () => {
    server.release('before');
    const response = await ask(user('[[wait before]] [[say a]] [[wait after]] [[say b]]'));
    await server.untilWaiting('after');
    server.release('after');
    assert.equal((await readEvents(response)).content.length, 2);
  });

  it('refuses a script with a typing error and a body that is no request, in words', async () => {
    const typo = await ask(user('[[sya hi]]'));
    const garbage = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{' });
    const unknown = await fetch(`${server.url}/v2/other`);
    assert.deepEqual([typo.status, garbage.status, unknown.status], [400, 400, 404]);
    assert.match(await typo.text(), /\[\[sya.* is no step/);
    assert.deepEqual(
      server.requests.map((request) => request.isKnown),
      [true, true, false],
    );
  });

  it('tells which request came, and gives up waiting for one that does not come', async () => {
    const coming = server.untilRequest((request) => request.turn?.prompt === '[[say hi]]');
    await readEvents(await ask(user('[[say hi]]')));
    const { turn } = await coming;
    assert.deepEqual(turn, {
      conversation: 'c1',
      model: 'm',
      prompt: '[[say hi]]',
      promptIndex: 0,
      answered: 0,
    });
    await assert.rejects(
      server.untilRequest(() => false, 1),
      { name: 'DeadlineError' },
    );
  });
});

interface Streamed {
  content: Record<string, unknown>[];
  stopReason: unknown;
  error: unknown;
}

/** Puts the deltas of a stream together again; tool ids are left out because they are random. */
async function readEvents(response: Response): Promise<Streamed> {
  const streamed: Streamed = { content: [], stopReason: undefined, error: undefined };
  let json = '';
  for (const line of (await response.text()).split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const event = JSON.parse(line.slice(6)) as Record<string, Record<string, unknown>> & {
      type: string;
    };
    const block = streamed.content.at(-1);
    if (event.type === 'content_block_start') {
      const { id: _, ...rest } = event['content_block'] ?? {};
      streamed.content.push(rest);
      json = '';
    } else if (event.type === 'content_block_delta' && block) {
      const { type: _, partial_json: part, ...grown } = event['delta'] ?? {};
      for (const [key, text] of Object.entries(grown))
        block[key] = String(block[key]) + String(text);
      json += typeof part === 'string' ? part : '';
    } else if (event.type === 'content_block_stop' && block && json) {
      block['input'] = JSON.parse(json) as unknown;
    } else if (event.type === 'message_delta')
      streamed.stopReason = event['delta']?.['stop_reason'];
    else if (event.type === 'error') streamed.error = event['error'];
  }
  return streamed;
}

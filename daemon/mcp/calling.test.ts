import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Principal, Tool, ToolCaller } from '../feature.ts';
import { defineTool } from '../feature.ts';
import { silentLogger } from '../log/log.ts';
import type { CallerFacts } from './calling.ts';
import { ToolCalls } from './calling.ts';
import { PassingLedger } from './ledger.ts';
import { Catalogue } from './catalogue.ts';

const principal: Principal = { id: 'agent', kind: 'session', right: 'self' };
const facts: CallerFacts = {
  ...{ principal, sessionId: undefined, workspaceId: undefined, folder: undefined },
  ...{ grants: [], choice: 'core', isPrivate: false },
};

describe('calls of tools', () => {
  let callers: ToolCaller[];
  let hold: Promise<void>;
  beforeEach(() => {
    callers = [];
    hold = Promise.resolve();
  });

  const tool = (over: Partial<Tool> = {}): Tool => ({
    ...defineTool({
      name: 'act',
      title: 'Act',
      description: 'Acts.',
      tier: 'core',
      effect: 'adds',
      input: z.strictObject({ text: z.string().default('x') }),
      output: z.strictObject({ text: z.string() }),
      async run({ text }, caller) {
        callers.push(caller);
        await hold;
        return { text };
      },
    }),
    ...over,
  });
  const open = (tools: readonly Tool[], limitMs = 60_000): ToolCalls => {
    const ledger = new PassingLedger({ monotonicMs: () => 0 });
    return new ToolCalls({
      ledgers: { lasting: ledger, passing: ledger },
      catalogue: new Catalogue(tools),
      clock: { now: () => 0, monotonicMs: () => 0 },
      log: silentLogger,
      redact: (text) => text.replaceAll('password', '[secret]'),
      limitMs,
    });
  };
  const call = (input: Record<string, unknown> = {}, signal = new AbortController().signal) => ({
    ...{ name: 'act', input, meta: {}, signals: [signal, new AbortController().signal] },
    progress: () => undefined,
  });
  const codeOf = (result: Awaited<ReturnType<ToolCalls['run']>>): unknown => {
    const [first] = result?.content ?? [];
    assert.equal(result?.isError, true);
    const told: { error: { code: string } } = JSON.parse(first?.type === 'text' ? first.text : '');
    return told.error.code;
  };

  it('give the same values as text and as structure, without what hides and without secrets', async () => {
    const result = await open([tool()]).run(call({ text: 'a\u202eb password\u001b[2J' }), facts);
    const text = String.raw`a\u{202e}b [secret]\u{1b}[2J`;
    assert.deepEqual(result, {
      content: [{ type: 'text', text: JSON.stringify({ text }) }],
      structuredContent: { text },
    });
  });

  it('are refused with a reason: what the schema does not know, what is not offered, what does not exist', async () => {
    const calls = open([tool()]);
    assert.equal(codeOf(await calls.run(call({ more: 1 }), facts)), 'badRequest');
    assert.equal(codeOf(await calls.run(call(), { ...facts, choice: 'off' })), 'forbidden');
    const granted = open([tool({ grant: 'sendToSessions' })]);
    assert.equal(codeOf(await granted.run(call(), facts)), 'forbidden');
    assert.equal(await calls.run({ ...call(), name: 'other' }, facts), undefined);
    assert.deepEqual(callers, []);
  });

  it('end when nobody waits, and when they take too long; the tool is told', async () => {
    hold = new Promise(() => undefined);
    const gone = new AbortController();
    const calls = open([tool()]);
    const cut = calls.run(call({}, gone.signal), facts);
    gone.abort();
    assert.equal(codeOf(await cut), 'stopped');
    assert.equal(codeOf(await open([tool()], 1).run(call(), facts)), 'timeout');
    assert.deepEqual(
      callers.map(({ signal }) => signal.aborted),
      [true, true],
    );
  });

  it('of one token run so many at once and no more', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const calls = open([tool()]);
    const many = Array.from({ length: 32 }, () => calls.run(call(), facts));
    assert.equal(codeOf(await calls.run(call(), facts)), 'rateLimited');
    resolve();
    await Promise.all(many);
    assert.equal((await calls.run(call(), facts))?.isError, undefined);
  });

  it('fail without their reason when it is nobody’s business', async () => {
    const broken = tool({ run: () => Promise.reject(new Error('/home/somebody')) });
    const result = await open([broken]).run(call(), facts);
    assert.equal(codeOf(result), 'internal');
    assert.ok(!JSON.stringify(result).includes('somebody'));
  });
});

import assert from 'node:assert/strict';
import { createMemorySessions } from '../../test/support/memorySessions.ts';
import type { MemorySessions } from '../../test/support/memorySessions.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import type { Caller, Principal } from '../feature.ts';
import { HookReports } from './hookReports.ts';
import type { SessionRow } from './row.ts';

const own = aRow().id;
const other = aRow().ownerDaemonId;
const talk = '5d1f9b7e-0000-4000-8000-000000000001';
const as = (principal: Partial<Principal>): Caller => {
  const caller: unknown = { principal: { id: 'x', kind: 'session', right: 'self', ...principal } };
  return caller as Caller;
};
const inside = as({ sessionId: own });

describe('reports of hooks', () => {
  let memory: MemorySessions;
  let reports: HookReports;

  const begin = async (over: Partial<SessionRow> = {}): Promise<void> => {
    const running = { status: 'running', generation: 2 } as const;
    const conversations = [
      { id: talk, source: 'chosen' as const, observedAt: '2026-11-20T08:00:00.000Z' },
    ];
    memory = await createMemorySessions([aRow({ ...running, conversations, ...over })]);
    reports = new HookReports(memory);
  };
  beforeEach(() => begin());

  const hook = (event: string, more: object = {}, generation?: number) => {
    const payload = { hook_event_name: event, session_id: talk, ...more };
    const params = {
      agent: 'claude' as const,
      payload,
      ...(generation === undefined ? {} : { generation }),
    };
    return reports.explainer['attention/hook'](params, inside);
  };
  const why = async (caller = inside) =>
    reports.explainer['attention/why']({ sessionId: own }, caller);
  const stateOf = async (): Promise<string> => {
    const { attention } = await why();
    return attention.kind === null ? attention.state : `${attention.kind}: ${attention.sentence}`;
  };

  it('make the state, and the entry in "Needs you" with what calling depends on', async () => {
    await hook('UserPromptSubmit');
    assert.equal(await stateOf(), 'working');
    memory.now += 90_000;
    await hook('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'npm test' } });
    assert.equal(await stateOf(), 'permission: wants to run `npm test`');
    assert.equal(memory.needs.get(own)?.kind, 'permission');
    memory.now += 6000;
    await hook('Notification', { notification_type: 'permission_prompt' });
    assert.equal(await stateOf(), 'permission: wants to run `npm test`', 'a reminder says less');
    memory.now += 4000;
    await hook('Stop');
    assert.deepEqual(memory.needs.get(own), {
      kind: 'finished',
      text: 'done',
      facts: {
        name: 'Claude Code',
        turnMs: 100_000,
        folder: '/home/dev',
        isRestored: false,
        isPrivate: false,
      },
    });
    await hook('Notification', { notification_type: 'idle_prompt' });
    assert.equal(await stateOf(), 'finished', 'nor does it take a result back');
  });

  it('of silence after a turn that was cut off say that it is idle', async () => {
    await hook('UserPromptSubmit');
    await hook('Notification', { notification_type: 'idle_prompt' });
    assert.equal(await stateOf(), 'idle');
  });

  it('tell in which conversation the agent is, where nobody knew', async () => {
    await begin({ conversations: [] });
    await hook('UserPromptSubmit');
    const [conversation] = memory.sessions.get(own).conversations;
    assert.deepEqual([conversation?.id, conversation?.source], [talk, 'hook']);
  });

  it('are ignored, with the reason, when the process, the agent or the talk is another', async () => {
    const strange = '5d1f9b7e-0000-4000-8000-000000000009';
    await begin({ agentDirectory: '/nowhere', pid: process.pid, startTime: 1 });
    assert.deepEqual(
      [
        await hook('Stop', {}, 1),
        await hook('Stop', { session_id: strange }),
        await hook('SubagentStop'),
        await reports.explainer['attention/hook']({ agent: 'codex', payload: {} }, inside),
        await hook('UserPromptSubmit', {}, 2),
      ],
      [
        { taken: false, reason: 'An earlier process of the session said it.' },
        { taken: false, reason: 'Another conversation that runs inside the session reported it.' },
        { taken: false, reason: 'The event says nothing about what the agent does.' },
        { taken: false, reason: 'It is not the agent of the session.' },
        { taken: true },
      ],
    );
    const { ignored, attention } = await why();
    assert.deepEqual([ignored.length, attention.state], [4, 'working']);
    await begin({ status: 'ended' });
    assert.deepEqual(await hook('Stop'), {
      taken: false,
      reason: 'The session does not run any more.',
    });
  });

  it('are about the session of the token alone, and so is the question why', async () => {
    const params = { agent: 'claude' as const, payload: { hook_event_name: 'Stop' } };
    const elsewhere = as({ sessionId: aRow({ id: own }).id, right: 'self' });
    await reports.explainer['attention/hook'](params, elsewhere);
    const stranger: unknown = other;
    const strange = as({ sessionId: stranger as SessionRow['id'] });
    await assert.rejects(async () => why(strange), { code: 'forbidden' });
    await assert.rejects(async () => reports.explainer['attention/hook'](params, strange), {
      code: 'notFound',
    });
    const owner = as({ kind: 'owner', right: 'owner' });
    await assert.rejects(async () => reports.explainer['attention/hook'](params, owner), {
      code: 'badRequest',
    });
    assert.equal((await why(owner)).attention.state, 'finished');
  });

  it('over HTTP are answered at once and taken by the path, for the bearer of that session', async () => {
    const head = { httpVersion: '1.1', method: 'POST', rawHeaders: [] };
    const post = (part: string, principal: Partial<Principal>, body: unknown) =>
      reports.route.run({
        head: { ...head, target: `/hooks/${part}?generation=2` },
        principal: as(principal).principal,
        part,
        body,
        signal: new AbortController().signal,
      });
    const stop = { hook_event_name: 'Stop', session_id: talk };
    const status = async (...given: Parameters<typeof post>) => (await post(...given)).status;
    assert.deepEqual(
      [
        await status('nobody', { sessionId: own }, stop),
        await status(other, { sessionId: own }, stop),
        await status(own, { right: 'owner' }, stop),
        await status(own, { sessionId: own }, 'text'),
        await status(own, { sessionId: own }, null),
      ],
      [404, 403, 403, 400, 400],
    );
    assert.notEqual(await stateOf(), 'finished');
    assert.deepEqual(await post(own, { sessionId: own }, stop), { status: 200, body: {} });
    await memory.sessions.settle();
    assert.equal(await stateOf(), 'finished');
  });

  it('and results that an earlier daemon kept are no news to anybody', async () => {
    await hook('Stop');
    const kept = memory.sessions.get(own);
    memory = await createMemorySessions([kept], memory.now + 60_000);
    assert.deepEqual(
      [memory.needs.get(own)?.kind, memory.needs.get(own)?.facts?.isRestored],
      ['finished', true],
    );
    reports = new HookReports(memory);
    memory.now += 1000;
    await hook('UserPromptSubmit');
    memory.now += 1000;
    await hook('Stop');
    assert.equal(memory.needs.get(own)?.facts?.isRestored, false);
  });
});

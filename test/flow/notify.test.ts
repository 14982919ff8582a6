import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { AttentionHome } from './attentionHome.ts';
import { until } from './sessionHome.ts';

describe('calling the person from inside', () => {
  let person: AttentionHome;
  before(async function () {
    this.timeout(60_000);
    person = await AttentionHome.open();
  });
  after(() => person.close());

  /** A session of an agent, and a connection with its token. */
  async function openInside(): Promise<{ session: Session; inside: DaemonLink }> {
    const command = ['sh', '-c', 'echo token=$WAGGLE_TOKEN=; exec sleep 600'];
    const { home } = person;
    const over = { agent: 'command', command, name: `agent ${Math.random()}` };
    const session = await home.openSession(person.link, over);
    const screen = await home.attach(person.link, session.id, 'window-9');
    const pattern = /token=([^$=\s]+)=/;
    await until(() => pattern.test(screen.text), 'the token');
    screen.stream.dispose();
    const inside = await home.connect(`inside-${session.id}`, pattern.exec(screen.text)?.[1]);
    return { session, inside };
  }

  const needsOf = async ({ id }: Session) => {
    const { needs } = await person.link.call('attention/list', {});
    return needs.filter(({ sessionId }) => sessionId === id);
  };

  it('is a need with the words of the agent, made safe, until somebody dismisses it', async () => {
    const { session, inside } = await openInside();
    const message = 'deploy\u001b[31m it\u202e?';
    const told = await inside.call('attention/notify', { message });
    const [need] = await needsOf(session);
    assert.deepEqual(
      { ...need, since: '', revision: 0 },
      {
        ...{ id: told.noticeId, kind: 'notice', sessionId: session.id, taskId: null },
        ...{ text: 'deploy[31m it?', since: '', revision: 0 },
        actions: [{ id: 'dismiss', label: 'Dismiss' }],
      },
    );
    assert.ok(need !== undefined);
    await person.link.call('attention/answer', {
      ...{ id: need.id, action: 'dismiss', revision: need.revision },
    });
    assert.deepEqual(await needsOf(session), []);
  });

  it('stands once when a terminal said it, also for the next daemon', async function () {
    this.timeout(60_000);
    const command = ['sh', '-c', 'printf "\\033]9;come and look\\007"; exec sleep 600'];
    const session = await person.home.openSession(person.link, { agent: 'command', command });
    const texts = async () => (await needsOf(session)).map(({ text }) => text);
    await until(async () => (await texts()).length > 0, 'the call');
    await person.restart();
    await until(async () => (await texts()).length === 1, 'the one call');
    assert.deepEqual(await texts(), ['come and look']);
  });

  it('waits until somebody dismisses it, opens it, or comes to see the session', async () => {
    const { session, inside } = await openInside();
    const ask = () => inside.call('attention/notify', { message: 'may I?', wait: true });
    const waitForNeed = async () => {
      await until(async () => (await needsOf(session)).length === 1, 'the need');
      const [need] = await needsOf(session);
      assert.ok(need !== undefined);
      return need;
    };
    const dismissed = ask();
    const { id, revision } = await waitForNeed();
    await person.link.call('attention/answer', { id, action: 'dismiss', revision });
    assert.deepEqual(await dismissed, { noticeId: id, outcome: 'dismissed' });
    const opened = ask();
    const { id: noticeId } = await waitForNeed();
    await until(async () => (await person.noted()).length > 2, 'it is noted');
    await person.link.call('attention/openNotice', { noticeId });
    assert.deepEqual(await opened, { noticeId, outcome: 'opened' });
    const seen = ask();
    await waitForNeed();
    const shown = { focused: true, visible: [session.id] };
    const window = await person.openWindow('window-5', shown);
    assert.equal((await seen).outcome, 'opened');
    assert.deepEqual(await needsOf(session), []);
    window.link.dispose();
  });

  it('stays when the one that waits goes away', async () => {
    const { session, inside } = await openInside();
    const lost = assert.rejects(
      inside.call('attention/notify', { message: 'still here?', wait: true }),
    );
    await until(async () => (await needsOf(session)).length === 1, 'the need');
    inside.dispose();
    await lost;
    assert.equal((await needsOf(session)).length, 1);
    await person.link.call('session/kill', { sessionId: session.id });
  });

  it('is about the caller’s own session alone, and is not what it may hear or change', async () => {
    const { session: other } = await openInside();
    const { inside } = await openInside();
    const forbidden = { code: 'forbidden' };
    const message = 'of another';
    await assert.rejects(
      inside.call('attention/notify', { message, sessionId: other.id }),
      forbidden,
    );
    await assert.rejects(inside.call('attention/listNotices', {}), forbidden);
    await assert.rejects(inside.call('attention/configure', {}), forbidden);
    await assert.rejects(
      inside.call('attention/mute', { sessionId: null, muted: true }),
      forbidden,
    );
    await assert.rejects(inside.call('attention/next', {}), forbidden);
    assert.deepEqual(await needsOf(other), []);
  });

  it('is bounded: who calls too often is refused, and says nothing with nothing', async () => {
    const { session, inside } = await openInside();
    await assert.rejects(inside.call('attention/notify', { message: '\u001b\u0007 ' }), {
      code: 'badRequest',
    });
    const calls = Array.from({ length: 30 }, (_, number) =>
      inside.call('attention/notify', { message: `call ${number}` }).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      ),
    );
    const answers = new Set((await Promise.all(calls)).slice(10));
    assert.deepEqual([...answers], ['limitReached']);
    assert.equal((await needsOf(session)).length, 10);
  });

  it('is read by each reader for itself, and goes on being read where it was', async () => {
    const { cursor } = await person.link.call('attention/listNotices', { since: 0, limit: 500 });
    const read = (reader: string) =>
      person.link.call('attention/listNotices', { reader, limit: 500 });
    for (const reader of ['cli', 'desk'])
      await person.link.call('attention/readNotices', { reader, cursor });
    for (const message of ['one', 'two']) await person.link.call('attention/notify', { message });
    await until(async () => (await read('cli')).notices.length === 2, 'both are noted');
    const { notices, cursor: end } = await read('cli');
    assert.deepEqual(
      notices.map(({ text, title }) => `${title}: ${text}`),
      ['Waggle: one', 'Waggle: two'],
    );
    await person.link.call('attention/readNotices', { reader: 'cli', cursor: end });
    await person.link.call('attention/readNotices', { reader: 'cli', cursor: 0 });
    await person.restart();
    const texts = async (reader: string) => (await read(reader)).notices.map(({ text }) => text);
    assert.deepEqual([await texts('cli'), await texts('desk')], [[], ['one', 'two']]);
    const { needs } = await person.link.call('attention/list', {});
    assert.ok(needs.some(({ text, kind }) => kind === 'notice' && text === 'two'));
  });
});

/** Words in kept output of terminals and in chats, found by a real daemon; what may not be kept is not found anywhere. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Found } from '../../protocol/search/search.ts';
import type { Session } from '../../protocol/session/session.ts';
import { openFakeChat } from './chatHome.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('search over everything that is kept', function () {
  this.timeout(240_000);
  let home: SessionHome;
  let link: DaemonLink;

  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  const find = async (query: string, over: object = {}): Promise<Found[]> =>
    (await link.call('search/find', { query, ...over })).found;
  const command = (script: string, over: object = {}): Promise<Session> =>
    home.openSession(link, { agent: 'command', command: ['sh', '-c', script], ...over });
  const untilFound = async (query: string, count = 1): Promise<Found[]> => {
    let found: Found[] = [];
    const isThere = async (): Promise<boolean> => {
      found = await find(query);
      return found.length >= count;
    };
    await until(isThere, () => `${query}: ${JSON.stringify(found)}`, 30_000);
    return found;
  };
  const remove = async (sessionId: Session['id']): Promise<void> => {
    await link.call('session/kill', { sessionId });
    await link.call('session/delete', { sessionId });
  };

  it('finds what a terminal wrote, where, and opens there; a chat beside it', async () => {
    const script = `seq -f 'filler line %.0f' 2000; printf 'the \\033[31mcormorant\\033[m dives\\n'; seq -f 'after %.0f' 2000; read x`;
    const session = await command(script, { name: 'diver' });
    const [found] = await untilFound('cormorant div');
    assert.ok(found?.place.in === 'output');
    const { generation, seq, end } = found.place;
    assert.deepEqual(
      [found.sessionId, /cormorant dives/.test(found.line), seq > 30_000 && end > seq],
      [session.id, true, true],
    );
    const read = await link.call('search/readOutput', {
      ...{ sessionId: session.id, generation, seq, query: 'cormorant div' },
    });
    assert.equal(read.lines[read.line], 'the cormorant dives');
    const chat = await openFakeChat(home, link);
    await chat.turn('say the cormorant rests');
    const both = await untilFound('cormorant', 3);
    assert.deepEqual(both.map(({ place }) => place.in).toSorted(), ['chat', 'chat', 'output']);
    const only = await find('cormorant', { in: 'output' });
    const within = await find('cormorant', { sessionId: chat.sessionId });
    assert.deepEqual([only.length, within.length], [1, 2]);
    assert.deepEqual(await find('"(*'), []);
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    assert.equal((await untilFound('cormorant', 3)).length, 3);
    await remove(session.id);
    assert.deepEqual(await find('cormorant', { in: 'output' }), []);
    await remove(chat.sessionId);
  });

  it('takes in once what is painted again and again', async () => {
    const script = `i=0; while [ $i -lt 3000 ]; do printf '\\r\\033[2Kkingfisher waits'; i=$((i+1)); done; printf '\\nover\\n'; read x`;
    const session = await command(script);
    await untilFound('kingfisher');
    await until(async () => (await find('over', { sessionId: session.id })).length > 0, 'its end');
    assert.equal((await find('kingfisher')).length, 1);
    await remove(session.id);
  });

  it('never takes in what is private or not kept, and forgets what is kept no more', async () => {
    const filesWith = (text: string): string[] =>
      readdirSync(home.paths.home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => !path.startsWith(home.paths.programDir))
        .filter((path) => readFileSync(path).includes(text));
    const word = 'shoebill';
    const hidden = await command(`echo private-${word}; read x`, { private: true });
    const kept = await command(`echo kept-${word}; read x`);
    assert.equal((await untilFound(word)).length, 1);
    assert.ok(filesWith(word).some((path) => path.includes('waggle.db')));
    await link.call('session/keep', { sessionId: kept.id, change: { output: 'none' } });
    assert.deepEqual(await find(word), []);
    await remove(kept.id);
    await link.call('session/kill', { sessionId: hidden.id });
    await until(
      () => filesWith(word).length === 0,
      () => filesWith(word).join(),
      30_000,
    );
  });
});

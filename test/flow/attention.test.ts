import assert from 'node:assert/strict';
import { writeFileSync, readFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttentionHome, quickSettings } from './attentionHome.ts';
import { until } from './sessionHome.ts';

describe('who is called', () => {
  let person: AttentionHome;
  beforeEach(async function () {
    this.timeout(60_000);
    person = await AttentionHome.open();
  });
  afterEach(() => person.close());

  it('is one window: the one that had the focus last, and the other when that is closed', async () => {
    const left = await person.openWindow('window-left', { focused: true });
    const right = await person.openWindow('window-right');
    await left.show({ focused: false });
    await right.show({ focused: true });
    await right.show({ focused: false });
    const first = await person.openAsking('first');
    await until(() => right.rang.length > 0, 'the right window rings');
    assert.deepEqual(right.rang[0], {
      notices: right.rang[0]?.notices ?? [],
      ...{ toast: true, system: false, sound: false },
    });
    const [notice] = right.rang[0]?.notices ?? [];
    assert.deepEqual(
      [notice?.sessionId, notice?.title, notice?.text, notice?.kind],
      [first.id, 'first', 'needs your permission', 'permission'],
    );
    right.link.dispose();
    await person.openAsking('second');
    await until(() => left.rang.length > 0, 'the left window rings');
    assert.equal(right.rang.length, 1);
    assert.deepEqual(
      left.rang.flatMap(({ notices }) => notices.map(({ title }) => title)),
      ['second'],
    );
    await person.waitForNoted(['first called', 'second called']);
  });

  it('is nobody for the session that is visible in the window with the focus', async () => {
    const window = await person.openWindow('window-1', { focused: true });
    const seen = await person.openQuiet('seen');
    await window.show({ visible: [seen.id], open: [seen.id] });
    await person.report(seen, 'state=blocked:kind=question');
    await person.waitForNoted(['seen visible']);
    await window.show({ focused: false });
    await person.openAsking('other');
    await person.waitForNoted(['seen visible', 'other called']);
    await until(() => window.rang.length === 1, 'it rings for the other');
  });

  it('is nobody while everything or the session is muted, also for the next daemon', async () => {
    const window = await person.openWindow('window-1');
    const muted = await person.openQuiet('muted');
    const { mutes } = await person.link.call('attention/mute', {
      ...{ sessionId: muted.id, muted: true },
    });
    assert.deepEqual(mutes, [{ sessionId: muted.id, until: null }]);
    await person.report(muted, 'state=blocked:kind=question');
    await person.waitForNoted(['muted muted']);
    await person.link.call('attention/mute', { sessionId: null, muted: true });
    await person.openAsking('all');
    await person.waitForNoted(['muted muted', 'all muted']);
    await person.restart();
    const told: unknown[] = [];
    await person.link.call('attention/subscribe', {});
    person.link.onEvent('attention/configured', (event) => told.push(event.mutes));
    const kept = await person.link.call('attention/configure', {});
    assert.deepEqual(kept.settings.coolDownMs, 0);
    assert.deepEqual(
      kept.mutes.map(({ sessionId }) => sessionId),
      [muted.id, null],
    );
    await person.link.call('attention/mute', { sessionId: null, muted: false });
    await until(() => told.length > 0, 'the change is told');
    assert.deepEqual(told, [[{ sessionId: muted.id, until: null }]]);
    assert.equal(window.rang.length, 0);
  });

  it('is nobody for what waited before the daemon began', async () => {
    const waiting = await person.openAsking('waiting');
    await person.waitForNoted(['waiting nobody']);
    await person.restart();
    const window = await person.openWindow('window-1');
    await person.waitForNeed(waiting);
    await person.openAsking('new');
    await until(() => window.rang.length > 0, 'it rings for the new one');
    await person.waitForNoted(['waiting nobody', 'new called']);
  });

  it('is told how: by a message, by a sound', async () => {
    const window = await person.openWindow('window-1');
    const { settings } = await window.link.call('attention/configure', {
      change: { toast: false, sound: true },
    });
    assert.deepEqual([settings.toast, settings.sound, settings.dwellMs], [false, true, 0]);
    await person.openAsking('heard');
    await until(() => window.rang.length > 0, 'it rings');
    assert.deepEqual([window.rang[0]?.toast, window.rang[0]?.sound], [false, true]);
  });

  it('is the person’s machine by its window when that is remote and raises notices', async () => {
    const window = await person.openWindow('window-1', { remote: true, raises: true });
    await person.openAsking('far');
    await until(() => window.rang.length > 0, 'it rings');
    assert.equal(window.rang[0]?.system, true);
  });

  it('refuses settings that are none', async () => {
    const changes = [
      { dwellMs: -1 },
      { quietHours: { from: '25:00', to: '01:00' } },
      { command: [''] },
      { titlePatterns: [{ agent: 'x', state: 'idle', pattern: '(' }] },
      { other: 1 },
    ] as never[];
    for (const change of changes)
      await assert.rejects(person.link.call('attention/configure', { change }), {
        code: 'badRequest',
      });
  });

  it('keeps nothing on disk of a private session, and nothing of a deleted one', async () => {
    const filesWith = (text: string): string[] =>
      [person.home.paths.database, `${person.home.paths.database}-wal`].filter(
        (path) => existsSync(path) && readFileSync(path).includes(text),
      );
    const hidden = await person.openQuiet('hidden', { private: true });
    const message = Buffer.from('pelican at the window').toString('base64');
    await person.report(hidden, `state=blocked:kind=question:msg=${message}`);
    await person.waitForNoted(['hidden nobody']);
    await person.link.call('attention/notify', {
      ...{ sessionId: hidden.id, message: 'pelican at the door' },
    });
    await person.link.call('attention/mute', { sessionId: hidden.id, muted: true });
    const open = await person.openQuiet('open');
    await person.link.call('attention/notify', {
      ...{ sessionId: open.id, message: 'heron at the door' },
    });
    await person.waitForNoted(['hidden nobody', 'hidden nobody', 'open nobody']);
    await until(() => filesWith('heron at the door').length > 0, 'the open one is kept');
    assert.deepEqual(filesWith('pelican'), []);
    await person.link.call('session/kill', { sessionId: open.id });
    await person.link.call('session/delete', { sessionId: open.id });
    assert.deepEqual(filesWith('heron at the door'), []);
    assert.deepEqual(await person.noted(), ['hidden nobody', 'hidden nobody']);
    await person.link.call('session/kill', { sessionId: hidden.id });
  });

  it('is the person’s own program: it gets the notice on its input, and one that hangs is ended', async function () {
    this.timeout(60_000);
    const { folder } = person.home;
    const got = join(folder, 'got.json');
    const program = join(folder, 'program.sh');
    writeFileSync(program, `#!/bin/sh\ncat > "$1.part"\nmv "$1.part" "$1"\n`, { mode: 0o755 });
    await person.link.call('attention/configure', { change: { command: [program, got] } });
    const session = await person.openAsking('for the program');
    await until(() => existsSync(got), 'the document');
    const document: unknown = JSON.parse(readFileSync(got, 'utf8'));
    const { notices } = await person.link.call('attention/listNotices', { since: 0 });
    assert.deepEqual(document, { ...notices[0], others: [] });
    assert.equal(notices[0]?.sessionId, session.id);
    const pidFile = join(folder, 'pid');
    writeFileSync(program, `#!/bin/sh\necho $$ > "$1"\nexec sleep 600\n`, { mode: 0o755 });
    await person.link.call('attention/configure', { change: { command: [program, pidFile] } });
    await person.openAsking('for the hanging one');
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', 'it runs');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await until(() => !existsSync(`/proc/${pid}`), 'it is ended', 40_000);
    const { warnings } = await person.link.call('daemon/status', {});
    assert.ok(
      warnings.some((text) => text.startsWith('Your command for notices failed')),
      JSON.stringify(warnings),
    );
  });

  it('goes from one session that needs somebody to the next, ranked, and round', async () => {
    const here = join(person.home.folder, 'here');
    const there = join(person.home.folder, 'there');
    for (const folder of [here, there]) mkdirSync(folder);
    const question = await person.openQuiet('question', { cwd: here });
    await person.report(question, 'state=blocked:kind=question');
    const permission = await person.openAsking('permission', { cwd: there });
    const done = await person.openQuiet('done', { cwd: person.home.folder });
    await person.report(done, 'state=done');
    for (const session of [question, done]) await person.waitForNeed(session);
    const callback = 'vscode://waggle.waggle/open?windowId=2';
    const asking = await person.openWindow('window-1', { folders: [here], focused: true });
    const other = await person.openWindow('window-2', { open: [permission.id], callback });
    const next = async (after?: string) => {
      const { need, place } = await person.link.call('attention/next', {
        windowId: asking.id,
        ...(after === undefined ? {} : { after: after as typeof done.id }),
      });
      return { id: need?.sessionId, ...place };
    };
    const all = [
      { id: permission.id, sessionId: permission.id, place: 'other', callback },
      { id: question.id, sessionId: question.id, place: 'here' },
      { id: done.id, sessionId: done.id, place: 'folder', folder: person.home.folder },
    ];
    assert.deepEqual([await next(), await next(permission.id), await next(question.id)], all);
    assert.deepEqual(await next(done.id), all[0]);
    await until(() => other.revealed.length === 2, 'the other window is told');
    assert.deepEqual(other.revealed, [permission.id, permission.id]);
    assert.deepEqual(asking.revealed, []);
    for (const session of [question, permission, done])
      await person.link.call('session/kill', { sessionId: session.id });
    await person.waitForNeed(done, false);
    assert.deepEqual(await person.link.call('attention/next', {}), { need: null, place: null });
  });

  it('calls once a minute about a session with the settings that nobody changed', async () => {
    const { settings } = await person.link.call('attention/configure', {
      change: { ...quickSettings, coolDownMs: 60_000 },
    });
    assert.deepEqual(settings.command, []);
    const window = await person.openWindow('window-1');
    const session = await person.openAsking('often');
    await person.waitForNoted(['often called']);
    for (let time = 0; time < 5; time += 1) {
      await person.report(session, 'state=idle');
      await person.waitForNeed(session, false);
      await person.report(session, 'state=blocked:kind=permission');
      await person.waitForNeed(session);
    }
    await person.report(session, 'state=idle');
    await person.waitForNeed(session, false);
    await person.waitForNoted([
      'often called',
      ...Array.from({ length: 5 }, () => 'often coolDown'),
    ]);
    assert.equal(window.rang.length, 1);
  });
});

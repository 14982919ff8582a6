import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { SessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { CuttableTransport } from './cuttableTransport.ts';
import { SessionHome, size, until } from './sessionHome.ts';

/**
 * In raw mode: prints its second argument (JSON) at once and what each line of the file named third adds later, and keeps all that is
 * typed in the file named first.
 */
const asker = `
  const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
  const [typed, first, more] = process.argv.slice(1);
  writeFileSync(typed, '');
  process.stdin.setRawMode(true);
  process.stdin.on('data', (bytes) => appendFileSync(typed, bytes));
  process.stdout.write(JSON.parse(first));
  let said = 0;
  setInterval(() => {
    const lines = existsSync(more) ? readFileSync(more, 'utf8').split('\\n').slice(0, -1) : [];
    for (; said < lines.length; said += 1) process.stdout.write(JSON.parse(lines[said]));
  }, 10);
`;
const everything =
  '\u001b[2J\u001b[3;5Hx\u001b[6n\u001b[>c\u001b]11;?\u0007\u001b[?2026$p\u001b[?u\u001b[5n\u001b[c';
const attributes = '\u001b[?1;2c';
const plain = `\u001b[3;6R\u001b[>0;276;0c\u001b]11;rgb:0000/0000/0000\u0007\u001b[?2026;2$y\u001b[0n${attributes}`;

describe('the terminal queries of a program', function () {
  this.timeout(60_000);
  let home: SessionHome;
  let link: DaemonLink;
  let number = 0;
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  async function ask(first: string) {
    number += 1;
    const typedIn = join(home.folder, `typed-${number}`);
    const more = join(home.folder, `more-${number}`);
    const command = [process.execPath, '-e', asker, typedIn, JSON.stringify(first), more];
    const session = await home.openSession(link, { agent: 'command', command });
    return {
      session,
      typed: () => (existsSync(typedIn) ? readFileSync(typedIn, 'latin1') : ''),
      print: (text: string) => appendFileSync(more, `${JSON.stringify(text)}\n`),
    };
  }
  type Asked = Awaited<ReturnType<typeof ask>>;

  const untilTyped = (program: Asked, text: string): Promise<void> =>
    until(
      () => program.typed().includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(program.typed())}`,
    );

  /** A terminal that answers DA1 with its own name whenever it is to answer, as the extension decides that. */
  function answerAs(stream: SessionStream, name: string): void {
    stream.onOutput(({ seq, bytes }) => {
      const text = Buffer.from(bytes).toString('latin1');
      for (const { index } of text.matchAll(/\u001b\[c/g)) {
        if (seq + index >= stream.liveAt && stream.lease.self)
          void stream.write(Buffer.from(`\u001b[?${name}c`));
      }
    });
  }

  /** Whatever else would be typed is typed before the answer to this. */
  async function settle(program: Asked): Promise<string> {
    const before = program.typed();
    program.print('\u001b[c');
    await until(() => program.typed().length > before.length, 'an answer to one query more');
    return program.typed();
  }

  it('are answered once, in their order, while nobody is attached', async () => {
    const program = await ask(everything);
    await untilTyped(program, attributes);
    assert.equal(program.typed(), plain);
    assert.equal(await settle(program), plain + attributes);
    program.print('\r\n\u001b[20Cy\u001b[6n\u001b[5n');
    await untilTyped(program, '\u001b[4;22R\u001b[0n');
    assert.equal(program.typed(), `${plain}${attributes}\u001b[4;22R\u001b[0n`);
  });

  it('are answered once when a terminal comes at once, by it or for it, on both ways', async () => {
    for (let turn = 0; turn < 12; turn += 1) {
      const program = await ask('\u001b[c');
      const { id } = program.session;
      const stream =
        turn % 2 === 0
          ? (await home.attach(link, id, `terminal-${turn}`)).stream
          : await home.attachChannel(link, id);
      answerAs(stream, '63');
      await until(() => program.typed() !== '' && stream.lease.self, 'an answer');
      const first = program.typed();
      assert.ok([attributes, '\u001b[?63c'].includes(first), JSON.stringify(first));
      assert.equal(await settle(program), `${first}\u001b[?63c`);
      stream.dispose();
    }
  });

  it('are the business of the terminal that may type, and of the daemon again when it left', async () => {
    const program = await ask('\u001b[c');
    await untilTyped(program, attributes);
    const screen = await home.attach(link, program.session.id, 'terminal');
    answerAs(screen.stream, '63');
    await until(() => screen.stream.lease.self, 'the right to type');
    program.print('\u001b[c');
    await untilTyped(program, '\u001b[?63c');
    screen.stream.dispose();
    await untilUnheld(program.session);
    program.print('\u001b[c');
    await untilTyped(program, `\u001b[?63c${attributes}`);
    assert.equal(program.typed(), `${attributes}\u001b[?63c${attributes}`);
    const late = await home.attach(link, program.session.id, 'late');
    const leases: unknown[] = [];
    late.stream.onLease(({ writer }) => leases.push(writer));
    answerAs(late.stream, '64');
    await until(() => late.stream.lease.self, 'the right to type');
    assert.equal(await settle(program), `${attributes}\u001b[?63c${attributes}\u001b[?64c`);
    assert.deepEqual([...new Set(leases)], [null, 'window-0'], 'the daemon never has it');
  });

  async function untilUnheld(session: Session): Promise<void> {
    await until(async () => {
      const { sessions } = await link.call('session/list', {});
      return sessions.find(({ id }) => id === session.id)?.clients === 0;
    }, 'the end of the attachment');
  }

  it('are answered once over a connection that is cut', async () => {
    const program = await ask('started');
    const route = await link.call('session/attach', { sessionId: program.session.id, via: 'host' });
    assert.ok(route.via === 'host');
    const transport = new CuttableTransport(
      createHostTransport({ ...route, clientId: 'cut', kind: 'test' }),
    );
    const stream = await openSessionStream({ transport, right: 'write', size });
    answerAs(stream, '63');
    let expected = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      await until(() => stream.lease.self && stream.state === 'connected', 'the right to type');
      program.print(`turn ${turn}\u001b[c`);
      if (turn % 4 > 0) await until(() => stream.cursor.seq > turn * 8, 'some output');
      transport.cut();
      expected += 1;
      await until(() => count(program.typed()) >= expected, 'an answer');
      assert.equal(count(program.typed()), expected, JSON.stringify(program.typed()));
    }
    assert.equal(count(await settle(program)), expected + 1);
    stream.dispose();
  });

  it('are not answered again by the next daemon, nor from what a terminal is shown', async () => {
    const program = await ask(everything);
    await untilTyped(program, attributes);
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-1');
    await until(async () => {
      const { sessions } = await link.call('session/list', {});
      return sessions.some(({ id, status }) => id === program.session.id && status === 'running');
    }, 'the session is known again');
    const shown = await home.attach(link, program.session.id, 'shown');
    answerAs(shown.stream, '63');
    await until(() => shown.stream.lease.self, 'the right to type');
    assert.equal(await settle(program), `${plain}\u001b[?63c`);
    shown.stream.dispose();
    await untilUnheld(program.session);
    assert.equal(await settle(program), `${plain}\u001b[?63c${attributes}`);
  });

  const count = (typed: string): number => typed.split(/\u001b\[\?(?:1;2|63)c/).length - 1;
});

/** What sessions that never stop printing cost host and daemon: so much, and no more however long it lasts. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { readResident } from '../../bench/processUsage.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { encodeSize } from '../../protocol/wire/mark.ts';
import { quantileOf } from '../support/stampedFlood.ts';
import { HostFixture, connectControl, until } from './ptyhostFixture.ts';
import { SessionHome } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const floodMs = isLong ? 90_000 : 6000;
const sampleMs = isLong ? 1000 : 200;
const resizes = isLong ? 1_000_000 : 10_000;
const mebibyte = 1024 * 1024;
/** The ring of a command, and what the runtime of a host takes once it relays at full speed. */
const ringMiB = 1;
const runtimeMiB = 40;

/** Prints `text` once and then `more` for ever, as fast as it is read, when a line was typed. */
function endless(text: string, more: string): string[] {
  const script = `
    const fs = require('fs');
    const write = (bytes) => { for (let rest = Buffer.from(bytes); rest.length > 0;)
      try { rest = rest.subarray(fs.writeSync(1, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; } };
    write('ready');
    process.stdin.once('data', () => {
      write(${JSON.stringify(text)});
      const more = Buffer.from(${JSON.stringify(more)}.repeat(1000));
      for (;;) write(more);
    });`;
  return ['sh', '-c', `stty raw -echo; exec '${process.execPath}' -e "$0"`, script];
}

interface Growth {
  /** Of the most that was seen over what it was before. */
  readonly mostMiB: number;
  /** From the third quarter of the time to the last. */
  readonly lateMiB: number;
}

function growthOf(samples: readonly number[], before: number): Growth {
  const quarter = Math.floor(samples.length / 4);
  const third = quantileOf(samples.slice(2 * quarter, 3 * quarter), 0.5);
  const last = quantileOf(samples.slice(3 * quarter), 0.5);
  return {
    mostMiB: (Math.max(...samples) - before) / mebibyte,
    lateMiB: (last - third) / mebibyte,
  };
}

describe('memory while programs never stop', function () {
  this.timeout(1_200_000);
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  describe('printing', () => {
    let home: SessionHome;
    let link: DaemonLink;
    before(async () => {
      home = await SessionHome.open();
      link = await home.connect('window-0');
    });
    after(() => home?.close());

    it('stands: lines, one line without an end, an OSC and a DCS that never end', async () => {
      const programs = [
        endless('', 'a line of output\r\n'),
        endless('', 'x'.repeat(10_000)),
        endless('\u001b]0;', 'never ends '),
        endless('\u001bP+q', '41'),
      ];
      const screens = await Promise.all(
        programs.map(async (command, index) => {
          const session = await home.openSession(link, { agent: 'command', command });
          return home.attach(link, session.id, `window-${index}`);
        }),
      );
      for (const screen of screens) {
        await screen.waitFor('ready');
        // What the viewer keeps is the test's own.
        screen.stream.onOutput(() => (screen.text = ''));
      }
      const [host] = home.readHostFiles();
      assert.ok(host);
      const pids = { host: host.pid, daemon: home.daemonPid };
      const before = { host: readResident(pids.host), daemon: readResident(pids.daemon) };
      const samples = { host: [] as number[], daemon: [] as number[] };
      await Promise.all(screens.map((screen) => screen.type('\n')));
      for (const end = performance.now() + floodMs; performance.now() < end;) {
        samples.host.push(readResident(pids.host));
        samples.daemon.push(readResident(pids.daemon));
        await delay(sampleMs);
      }
      const grown = {
        host: growthOf(samples.host, before.host),
        daemon: growthOf(samples.daemon, before.daemon),
      };
      const printed = screens.map(({ stream }) => Math.round(stream.cursor.seq / mebibyte));
      console.log(`      ${JSON.stringify({ printed, grown })}`);
      for (const seq of printed) assert.ok(seq > 5, `${seq} MiB printed`);
      const owed = programs.length * (ringMiB + 1);
      assert.ok(grown.host.mostMiB < owed + runtimeMiB, `${grown.host.mostMiB} MiB for ${owed}`);
      assert.ok(grown.daemon.mostMiB < 160, `${grown.daemon.mostMiB} MiB`);
      assert.ok(grown.host.lateMiB < 16, `${grown.host.lateMiB} MiB more in the last quarter`);
      // In seconds its worker's heap has not found its size yet.
      const late = isLong ? 16 : 32;
      assert.ok(grown.daemon.lateMiB < late, `${grown.daemon.lateMiB} MiB more, the daemon`);
    });
  });

  describe(`being given ${resizes} sizes`, () => {
    let host: HostFixture;
    before(async () => {
      host = await HostFixture.start();
    });
    after(() => host?.stop());

    it('stands, and the last size is the one that counts', async () => {
      // The terminal itself echoes each key, so that no size is at the same place as the one before.
      const script = 'stty raw echo; printf ready; exec cat >/dev/null';
      const session = await host.spawn(['sh', '-c', script]);
      const link = await connectControl(host.file, 'resizer');
      const { channel } = await link.call('host/attach', { session });
      let told = 0;
      link.onFrame(channel, ({ kind }) => (told += kind === 'resize' ? 1 : 0));
      const sizeOf = (count: number): TerminalSize => ({
        cols: 80 + (count % 100),
        rows: 24 + (count % 7),
      });
      const resize = (count: number): void => {
        link.send({ kind: 'input', channel, seq: count + 1, payload: Buffer.from('x') });
        link.send({ kind: 'resize', channel, payload: encodeSize(sizeOf(count)) });
      };
      const endOf = async (): Promise<number> =>
        (await host.control.call('host/list', {})).sessions[0]?.end ?? 0;
      await until('the program', async () => (await endOf()) === 'ready'.length);
      const samples: number[] = [];
      const before = (await host.control.call('host/stats', {})).rssBytes;
      const batch = resizes / 40;
      for (let count = 0; count < resizes; count += 1) {
        resize(count);
        if (count % batch === 0) {
          await link.call('host/list', {});
          samples.push((await host.control.call('host/stats', {})).rssBytes);
        }
      }
      await until('the last size', async () => {
        const { sessions } = await host.control.call('host/list', {});
        return JSON.stringify(sessions[0]?.size) === JSON.stringify(sizeOf(resizes - 1));
      });
      const grown = growthOf(samples, before);
      console.log(`      ${JSON.stringify({ told, echoed: await endOf(), grown })}`);
      assert.ok(told > resizes / 20, `${told} sizes were told`);
      assert.ok(grown.mostMiB < 32 && grown.lateMiB < 8, JSON.stringify(grown));
      link.dispose();
    });
  });
});

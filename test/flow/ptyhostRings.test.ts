import assert from 'node:assert/strict';
import { HostFixture, until } from './ptyhostFixture.ts';

const MIB = 1024 * 1024;
const capBytes = 256 * MIB;
const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
/** In the long run what the limits name: two hundred agents. */
const scene = isLong
  ? { sessions: 200, ringBytes: 4 * MIB, outputBytes: 5 * MIB }
  : { sessions: 10, ringBytes: 64 * MIB, outputBytes: MIB };

describe('the rings of a host with many sessions', () => {
  let host: HostFixture;
  before(async function () {
    this.timeout(60_000);
    host = await HostFixture.start();
  });
  after(() => host.stop());

  it(`stay under 256 MiB with ${scene.sessions} that want more together, and each keeps its end`, async function () {
    this.timeout(600_000);
    const { sessions, ringBytes, outputBytes } = scene;
    const script = `yes a-line-of-output | head -c ${outputBytes}; echo end-$1; exec sleep 600`;
    const ids = [];
    for (let index = 0; index < sessions; index += 1) {
      const id = await host.spawn(['/bin/sh', '-c', script, 'sh', String(index)], { ringBytes });
      ids.push(id);
      await until(`the output of ${index}`, async () => {
        const { sessions: held } = await host.control.call('host/list', {});
        return held.some(({ session, end }) => session === id && end > outputBytes);
      });
      const { ringBytes: now } = await host.control.call('host/stats', {});
      assert.ok(now <= capBytes, `${now} bytes with ${index + 1} sessions`);
    }
    const { rssBytes } = await host.control.call('host/stats', {});
    assert.ok(rssBytes < capBytes + 256 * MIB, `${rssBytes} bytes resident`);
    for (const index of [0, Math.floor(sessions / 2), sessions - 1]) {
      const id = ids[index];
      assert.ok(id);
      const viewer = await host.attach(id, { right: 'observe' });
      await until(`the end of ${index}`, () => viewer.text.includes(`end-${index}\r\n`));
      viewer.stream.dispose();
    }
  });
});

/** A newer version of the extension is installed over one whose sessions run: they go on under the newer daemon. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { installExtension } from '../../scripts/editorServer.ts';
import { packageFor } from '../../scripts/package.ts';
import { getOwnTarget } from '../../scripts/target.ts';
import { pick, runCommand } from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import { isAlive } from './support/liveProcesses.ts';
import { startProduct, type Product } from './support/product.ts';
import { focusTerminal, typeInTerminal, waitForTerminalText } from './support/terminalPane.ts';
import { until } from './support/until.ts';
import { readTabs } from './support/views.ts';

const newer = '99.0.0';

/** Another client of the session on this machine, attached over the whole update. */
interface Witness {
  text(): string;
  /** Whatever a terminal would notice. */
  readonly noticed: string[];
  dispose(): void;
}

async function attachWitness(link: DaemonLink, sessionId: SessionId): Promise<Witness> {
  const found = await link.call('session/attach', { sessionId, right: 'observe', via: 'host' });
  if (found.via !== 'host') throw new Error('asked for the host');
  const route = { ...found, clientId: 'witness', kind: 'test' } as const;
  const transport = createHostTransport(route);
  const stream = await openSessionStream({ transport, right: 'observe' });
  const decoder = new TextDecoder();
  let text = '';
  const noticed: string[] = [];
  stream.onOutput(({ bytes }) => (text += decoder.decode(bytes, { stream: true })));
  stream.onGap(({ from, to }) => noticed.push(`gap ${from}-${to}`));
  stream.onState((state) => noticed.push(state));
  return { text: () => text, noticed, dispose: () => stream.dispose() };
}

describe('an update of the extension', function () {
  this.timeout(600_000);
  let product: Product;
  let window: EditorWindow;
  let link: DaemonLink | undefined;
  let witness: Witness | undefined;

  before(async () => {
    product = await startProduct();
    window = await openEditorWindow({ server: product.server, folder: product.folder });
  });
  after(async () => {
    witness?.dispose();
    link?.dispose();
    await window?.close();
    await product?.stop();
  });

  it('swaps the daemon under a session at work, which loses nothing and is the same process', async () => {
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
    await waitForTerminalText(window, /\$ ?$/);
    link = await connectProduct(product);
    const [before] = (await link.call('session/list', {})).sessions;
    assert.ok(before?.pid);
    const { pid: oldDaemon, serverVersion } = link.info;
    witness = await attachWitness(link, before.id);
    // Counts until Ctrl+C, so that it is at work however long the update takes.
    await typeInTerminal(window, 'i=0; while :; do echo "n$((i=i+1))"; sleep 0.1; done\n');
    await waitForTerminalText(window, /^n3$/m);

    const vsix = await packageFor(getOwnTarget(), { version: newer });
    await installExtension(vsix, product.server.dataDir);
    rmSync(vsix);
    await window.reload();
    await until('another daemon runs', async () => {
      const pid = product.daemonPid();
      return pid !== undefined && pid !== oldDaemon && isAlive(pid) && !isAlive(oldDaemon);
    });
    link.dispose();
    link = await connectProduct(product);
    assert.notEqual(link.info.serverVersion, serverVersion);
    assert.ok(link.info.serverVersion.startsWith(`${newer}-`), link.info.serverVersion);

    await until('its tab is back', async () => {
      const titles = (await readTabs(window)).map(({ title }) => title);
      return titles.join() === 'bash';
    });
    const [after] = (await link.call('session/list', {})).sessions;
    assert.deepEqual([after?.id, after?.pid, after?.status], [before.id, before.pid, 'running']);
    // A terminal that is just coming back may lose a key.
    await until('it counts no further', async () => {
      if (witness?.text().includes('^C') === true) return true;
      await focusTerminal(window);
      await window.page.keyboard.press('Control+C');
      return false;
    });
    await typeInTerminal(window, 'echo "la""st"\n');
    await waitForTerminalText(window, /^last$/m);
    await until('all has arrived', async () => witness?.text().includes('last\r\n'));
    const numbers = [...witness.text().matchAll(/n(\d+)\r\n/g)].map(([, number]) => Number(number));
    assert.ok(numbers.length > 10, witness.text());
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
    assert.deepEqual(witness.noticed, []);
    await window.screenshot('updated-dark-1400');
  });
});

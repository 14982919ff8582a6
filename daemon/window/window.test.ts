import assert from 'node:assert/strict';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { Caller } from '../feature.ts';
import { createWindowFeature } from './window.ts';

/** Windows and their connections, by name. */
class Desk {
  readonly feature = createWindowFeature({ publish: () => undefined });
  readonly #closers = new Map<string, Set<() => void>>();
  changes = 0;

  constructor() {
    this.feature.onDidChangePresence(() => (this.changes += 1));
  }

  async show(windowId: string, focused: boolean, connectionId = windowId): Promise<void> {
    const closers = this.#closers.get(connectionId) ?? new Set();
    this.#closers.set(connectionId, closers);
    const caller: Pick<Caller, 'connectionId' | 'notify' | 'onceClosed'> = {
      connectionId,
      notify: () => undefined,
      onceClosed(run) {
        closers.add(run);
        return toDisposable(() => closers.delete(run));
      },
    };
    const shown = { visible: [], open: [], folders: [], callback: null };
    const place = { remote: false, raises: false };
    await this.feature.handlers['window/present'](
      { windowId: clientIdSchema.parse(windowId), focused, ...shown, ...place },
      caller as Caller,
    );
  }

  close(connectionId: string): void {
    for (const run of this.#closers.get(connectionId) ?? []) run();
  }

  get names(): string[] {
    return this.feature.listPresent().map(({ windowId }) => windowId);
  }
}

describe('windows that are present', () => {
  it('are listed from the one that got the focus last', async () => {
    const desk = new Desk();
    await desk.show('a', true);
    await desk.show('b', false);
    await desk.show('c', false);
    assert.deepEqual(desk.names, ['a', 'c', 'b']);
    await desk.show('b', true);
    await desk.show('a', true);
    assert.deepEqual(desk.names, ['b', 'a', 'c'], 'a had the focus all the time');
    await desk.show('a', false);
    await desk.show('a', true);
    await desk.show('a', false);
    assert.deepEqual(desk.names, ['a', 'b', 'c']);
  });

  it('are forgotten with their connection', async () => {
    const desk = new Desk();
    await desk.show('a', true);
    await desk.show('b', true);
    desk.close('b');
    assert.deepEqual(desk.names, ['a']);
    assert.equal(desk.changes, 3);
  });

  it('are one when they come back before the old connection was noticed to be dead', async () => {
    const desk = new Desk();
    await desk.show('a', true, 'old');
    await desk.show('b', false);
    await desk.show('a', false, 'new');
    desk.close('old');
    assert.deepEqual(desk.names, ['a', 'b']);
    desk.close('new');
    assert.deepEqual(desk.names, ['b']);
  });
});

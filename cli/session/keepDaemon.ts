/**
 * A terminal that is attached needs no daemon: its bytes come from the host. But who sits there expects the list, the
 * tree and the next command to work, so that a daemon which died is started again, quietly, within the start limit.
 */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';

const backoff = { firstMs: 200, maxMs: 30_000, jitter: 0.5 };

/** Until disposed. Does nothing inside a session, whose token may start nothing, nor after an orderly end. */
export function keepDaemon(context: CommandContext, link: DaemonLink): Disposable {
  if (context.identity !== undefined) return toDisposable(() => undefined);
  const owned = new DisposableStore();
  const delays = new Backoff(backoff);
  let timer: NodeJS.Timeout | undefined;
  owned.add(toDisposable(() => clearTimeout(timer)));

  const watch = (current: DaemonLink): void => {
    owned.add(
      current.onDidClose(({ error }) => {
        if (!owned.isDisposed && error.code !== 'stopped') retry();
      }),
    );
  };
  const retry = (): void => {
    timer = setTimeout(() => void connect(), delays.next());
  };
  const connect = async (): Promise<void> => {
    try {
      const next = await context.connect();
      delays.reset();
      watch(next);
    } catch (error) {
      if (!owned.isDisposed && errorCodeOf(error) === 'daemonUnreachable') retry();
    }
  };
  watch(link);
  return owned;
}

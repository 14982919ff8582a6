import type { ExitMark } from '../../protocol/wire/mark.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { TerminalBackend } from './terminalBackend.ts';
import { describeEnd } from './notice.ts';

const rowWaitMs = 4000;

/**
 * Says once how a program ended, at the latest when it is disposed. What ended by a signal was perhaps stopped by a person:
 * the session's row says so a moment later.
 */
export function finishOnce(
  backend: Pick<TerminalBackend, 'session' | 'onDidChange' | 't'>,
  exit: ExitMark,
  say: (line: string) => void,
): Disposable {
  const isStopped = (): boolean => backend.session()?.status === 'killed';
  const finish = toDisposable(() => {
    clearTimeout(timer);
    subscription.dispose();
    say(describeEnd(exit, isStopped(), backend.t));
  });
  const timer = setTimeout(() => finish.dispose(), exit.signal === null ? 0 : rowWaitMs);
  const subscription = backend.onDidChange(() => {
    if (isStopped()) finish.dispose();
  });
  return finish;
}

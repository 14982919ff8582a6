import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import { macNotice, windowsNotice } from './commandLine.ts';
import { Linux } from './linux.ts';
import { runOnce } from './run.ts';
import type { NotifierOptions, SystemNotice } from './systemNotice.ts';

export interface SystemNotifier extends Disposable {
  /** Shows it until what it returns is disposed. `onOpen`: it was clicked, where the platform tells. */
  raise(notice: SystemNotice, onOpen: () => void): Disposable;
}

const openMax = 32;

export function createSystemNotifier(options: NotifierOptions): SystemNotifier {
  const linux = new Linux(options);
  const open = new Set<Disposable>();
  const raiseOne = (notice: SystemNotice, onOpen: () => void): Disposable => {
    const desktop = options.findDesktop();
    if (desktop.platform === 'darwin' || desktop.platform === 'win32') {
      const line = desktop.platform === 'darwin' ? macNotice(notice) : windowsNotice(notice);
      runOnce(line, desktop.env).catch((error: unknown) => options.onFailure(String(error)));
      return toDisposable(() => undefined);
    }
    return linux.raise(notice, onOpen);
  };
  return {
    raise(notice, onOpen) {
      const [oldest] = open;
      if (open.size >= openMax) oldest?.dispose();
      const raised = raiseOne(notice, onOpen);
      const handle = toDisposable(() => {
        open.delete(handle);
        raised.dispose();
      });
      open.add(handle);
      return handle;
    },
    dispose() {
      for (const handle of open) handle.dispose();
      linux.dispose();
    },
  };
}

import type { Desktop, SystemNotifier } from '../../link/notice/notice.ts';
import type { Notice, NoticeSettings } from '../../protocol/attention/notice.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { PresentWindow } from '../window/window.ts';
import type { PersonCommand } from './personCommand.ts';

export interface RingingContext {
  /** The one that had the focus last comes first. */
  readonly listWindows: () => readonly PresentWindow[];
  readonly findDesktop: () => Desktop;
  readonly notifier: SystemNotifier;
  readonly command: PersonCommand;
  readonly settings: () => NoticeSettings;
  /** Where a click leads, for systems that open it themselves. */
  readonly linkTo: (notice: Notice) => string | undefined;
  /** A notice of the operating system was clicked. */
  readonly onOpen: (noticeId: string) => void;
}

interface Raised {
  /** Of notices that are not settled yet. */
  readonly open: Set<string>;
  readonly sessionIds: readonly Notice['sessionId'][];
  readonly handle: Disposable;
}

const linesMax = 4;

/** Rings: in one window, on the machine where the person sits, in the person's own program. */
export class Ringing implements Disposable {
  readonly #context: RingingContext;
  readonly #raised = new Set<Raised>();

  constructor(context: RingingContext) {
    this.#context = context;
  }

  /** Whether a notice of the operating system can be raised by anybody now. */
  get hasSystem(): boolean {
    const windows = this.#context.listWindows();
    return windows[0] !== undefined && isRaising(windows[0]) ? true : this.#isHere(windows);
  }

  /** One call, the newest first. */
  ring(notices: readonly Notice[]): void {
    const settings = this.#context.settings();
    const { toast, sound, system, command } = settings;
    const windows = this.#context.listWindows();
    const [window] = windows;
    const raises = system && window !== undefined && isRaising(window);
    if (window !== undefined && (toast || sound || raises))
      window.notify('attention/rang', { notices: [...notices], toast, system: raises, sound });
    if (system && !raises && this.#isHere(windows)) this.#raise(notices);
    const [newest, ...others] = notices;
    if (newest !== undefined) this.#context.command.run(command, { ...newest, others });
  }

  /** Takes back what the operating system shows of it. */
  settle(noticeId: string): void {
    for (const raised of this.#raised) {
      if (!raised.open.delete(noticeId) || raised.open.size > 0) continue;
      this.#close(raised);
    }
  }

  dispose(): void {
    for (const raised of this.#raised) this.#close(raised);
  }

  /** The person sits at this machine: a window says so, or there is a desktop and nobody says otherwise. */
  #isHere(windows: readonly PresentWindow[]): boolean {
    if (windows.length > 0 && windows.every(({ remote }) => remote)) return false;
    return this.#context.findDesktop().isThere;
  }

  #raise(notices: readonly Notice[]): void {
    const [newest] = notices;
    if (newest === undefined) return;
    const sessionIds = notices.map(({ sessionId }) => sessionId);
    for (const earlier of this.#raised)
      if (earlier.sessionIds.every((id) => id !== null && sessionIds.includes(id)))
        this.#close(earlier);
    const link = this.#context.linkTo(newest);
    const notice = {
      ...describe(notices),
      ...(link === undefined ? {} : { link }),
      urgency: newest.kind === 'finished' ? 'low' : 'normal',
      openLabel: 'Open',
      sound: this.#context.settings().sound,
    } as const;
    const handle = this.#context.notifier.raise(notice, () => this.#context.onOpen(newest.id));
    const open = new Set(notices.map(({ id }) => id));
    this.#raised.add({ open, sessionIds, handle });
  }

  #close(raised: Raised): void {
    this.#raised.delete(raised);
    raised.handle.dispose();
  }
}

function isRaising({ remote, raises }: PresentWindow): boolean {
  return remote && raises;
}

function describe(notices: readonly Notice[]): { title: string; body: string } {
  const [newest] = notices;
  if (newest !== undefined && notices.length === 1)
    return { title: newest.title, body: newest.text };
  const lines = notices.slice(0, linesMax).map(({ title, text }) => `${title}: ${text}`);
  const more = notices.length > linesMax ? ['…'] : [];
  return { title: `${notices.length} sessions need you`, body: [...lines, ...more].join('\n') };
}

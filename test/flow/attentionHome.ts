/** A person with windows: a data directory with a daemon, windows that say what they show, and what each of them is told. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { NoticeSettings } from '../../protocol/attention/notice.ts';
import type { EventParams, MethodParams } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import { SessionHome, until } from './sessionHome.ts';

type Shown = Omit<MethodParams<'window/present'>, 'windowId'>;

/** So short that a test waits for what is decided, not for the time. */
export const quickSettings: Partial<NoticeSettings> = { dwellMs: 0, coolDownMs: 0, coalesceMs: 0 };

export class TestWindow {
  readonly id;
  readonly link: DaemonLink;
  readonly rang: EventParams<'attention/rang'>[] = [];
  readonly revealed: string[] = [];
  #shown: Shown = {
    ...{ focused: false, visible: [], open: [], folders: [], callback: null },
    ...{ remote: false, raises: false },
  };

  constructor(id: string, link: DaemonLink) {
    this.id = clientIdSchema.parse(id);
    this.link = link;
    link.onEvent('attention/rang', (event) => this.rang.push(event));
    link.onEvent('attention/revealed', ({ sessionId }) => this.revealed.push(sessionId));
  }

  async show(over: Partial<Shown>): Promise<void> {
    this.#shown = { ...this.#shown, ...over };
    await this.link.call('window/present', { windowId: this.id, ...this.#shown });
  }

  /** Texts that it rang for. */
  get texts(): string[] {
    return this.rang.flatMap(({ notices }) => notices.map(({ text }) => text));
  }
}

export class AttentionHome {
  readonly home: SessionHome;
  link: DaemonLink;

  private constructor(home: SessionHome, link: DaemonLink) {
    this.home = home;
    this.link = link;
  }

  static async open(settings = quickSettings): Promise<AttentionHome> {
    const home = await SessionHome.open();
    const link = await home.connect('test-main');
    await link.call('attention/configure', { change: settings });
    return new AttentionHome(home, link);
  }

  async restart(more: Record<string, string> = {}): Promise<void> {
    await this.home.killDaemon();
    await this.home.startDaemon(this.home.program, more);
    this.link = await this.home.connect('test-main');
  }

  async openWindow(id: string, shown: Partial<Shown> = {}): Promise<TestWindow> {
    const window = new TestWindow(id, await this.home.connect(id));
    await window.show(shown);
    return window;
  }

  /** A session that reports `fields` of an OSC 7501 at each line that is typed, `asking` for a permission first. */
  async openAsking(
    name: string,
    over: Partial<MethodParams<'session/open'>> = {},
  ): Promise<Session> {
    const session = await this.openQuiet(name, over);
    await this.report(session, 'state=blocked:kind=permission');
    await this.waitForNeed(session);
    return session;
  }

  openQuiet(name: string, over: Partial<MethodParams<'session/open'>> = {}): Promise<Session> {
    const script = `while read -r x; do printf '\\033]7501;%s\\007' "$x:app=test"; done`;
    const command = ['sh', '-c', script];
    return this.home.openSession(this.link, { agent: 'command', command, name, ...over });
  }

  async report(session: Session, fields: string): Promise<void> {
    await this.link.call('session/send', {
      sessionId: session.id,
      text: `${fields}\n`,
      take: true,
    });
  }

  async waitForNeed(session: Session, isThere = true): Promise<void> {
    await until(
      async () => {
        const { needs } = await this.link.call('attention/list', {});
        return needs.some(({ id }) => id === session.id) === isThere;
      },
      `${isThere ? 'a' : 'no'} need of ${session.name}`,
    );
  }

  /** Everything that was noted, oldest first: its title and why nobody was called, or that somebody was. */
  async noted(): Promise<string[]> {
    const { notices } = await this.link.call('attention/listNotices', { since: 0, limit: 500 });
    return notices.map(({ title, silence }) => `${title} ${silence ?? 'called'}`);
  }

  async waitForNoted(expected: readonly string[]): Promise<void> {
    let noted: string[] = [];
    const isSo = async (): Promise<boolean> => {
      noted = await this.noted();
      return noted.join() === expected.join();
    };
    await until(isSo, () => `${expected.join(', ')} in ${noted.join(', ')}`);
  }

  close(): Promise<void> {
    return this.home.close();
  }
}

/** The terminals of this window and the sessions in them. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { readSettings } from '../editor/editor.ts';
import type { ClosedTab, OpenTerminals } from '../session/session.ts';
import { iconOfAgent, nameOf } from '../session/session.ts';
import type { BackendOptions } from './backend.ts';
import { createBackend } from './backend.ts';
import { ClosedList } from './closedList.ts';
import { nameTerminal } from './notice.ts';
import type { TerminalBackend } from './terminalBackend.ts';
import { SessionTerminal } from './sessionTerminal.ts';

interface OpenTerminal {
  readonly sessionId: SessionId;
  readonly pty: SessionTerminal;
  name: string;
  /** Undefined until the editor has made it: the `+` menu makes its own. */
  terminal: vscode.Terminal | undefined;
}

export interface ClosedTerminal {
  readonly sessionId: SessionId;
  readonly reason: vscode.TerminalExitReason;
}

export type TerminalPlace = vscode.TerminalLocation | vscode.TerminalEditorLocationOptions;

const colors: Readonly<Record<string, string>> = {
  claude: 'terminal.ansiYellow',
  codex: 'terminal.ansiCyan',
  gemini: 'terminal.ansiBlue',
  opencode: 'terminal.ansiMagenta',
};
const usualSize: TerminalSize = { cols: 120, rows: 30 };
const copyWaitMs = 1000;
const lastSizeKey = 'waggle.lastSize';

export class Terminals implements OpenTerminals, Disposable {
  readonly #options: BackendOptions;
  readonly #memory: vscode.Memento;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());
  readonly #closed = this.#owned.add(new Emitter<ClosedTerminal>());
  readonly #open = new Map<string, OpenTerminal>();
  readonly #closedList: ClosedList;

  readonly #resized = this.#owned.add(new Emitter<void>());
  readonly #split = this.#owned.add(new Emitter<SessionId>());

  /** Opened, closed or renamed. */
  readonly onDidChange = this.#changed.event;
  readonly onDidClose = this.#closed.event;
  /** The editor gave one of them another size: groups may have been laid out anew. */
  readonly onDidResize = this.#resized.event;
  /** The person split a session's terminal and expects another one of its kind beside it. */
  readonly onDidSplit = this.#split.event;

  constructor(options: BackendOptions, memory: vscode.Memento) {
    this.#options = options;
    this.#memory = memory;
    this.#closedList = new ClosedList(memory);
    this.#owned.add(options.sessions.onDidChange(({ changed }) => this.#rename(changed)));
    this.#owned.add(vscode.window.onDidOpenTerminal((terminal) => this.#adopt(terminal)));
    this.#owned.add(vscode.window.onDidCloseTerminal((terminal) => this.#forget(terminal)));
    this.#owned.add(
      vscode.window.onDidChangeActiveTerminal((terminal) => {
        const { focused } = vscode.window.state;
        if (focused && terminal !== undefined) this.#find(terminal)?.pty.focus();
        this.#tellViews();
      }),
    );
    this.#owned.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        const { activeTerminal } = vscode.window;
        if (focused && activeTerminal !== undefined) this.#find(activeTerminal)?.pty.focus();
      }),
    );
    const { tabGroups } = vscode.window;
    this.#owned.add(tabGroups.onDidChangeTabs(() => this.#tellViews()));
    this.#owned.add(tabGroups.onDidChangeTabGroups(() => this.#tellViews()));
  }

  /** Session ids by the names of their terminals. */
  get names(): ReadonlyMap<string, SessionId> {
    return new Map(
      [...this.#open.values()].map(({ name, terminal, sessionId }) => [
        terminal?.name ?? name,
        sessionId,
      ]),
    );
  }

  /** Terminals of the editor itself and of other extensions. */
  get others(): vscode.Terminal[] {
    return vscode.window.terminals.filter((terminal) => this.#find(terminal) === undefined);
  }

  /** Sessions that can be seen now: the active tabs of the groups, and the terminal that is in front in the panel. */
  get visible(): ReadonlySet<SessionId> {
    const { names } = this;
    const inTabs = vscode.window.tabGroups.all.flatMap(({ activeTab }) =>
      activeTab?.input instanceof vscode.TabInputTerminal ? [activeTab.label] : [],
    );
    const labels = [...inTabs, vscode.window.activeTerminal?.name ?? ''];
    return new Set(labels.flatMap((label) => names.get(label) ?? []));
  }

  #tellViews(): void {
    const { visible } = this;
    for (const { sessionId, terminal, pty } of this.#open.values()) {
      const isActive = terminal !== undefined && terminal === vscode.window.activeTerminal;
      if (visible.has(sessionId)) pty.view = isActive ? 'focused' : 'visible';
      else pty.view = 'hidden';
    }
  }

  /** Size of a terminal of this window: the best guess for the next one. */
  get likelySize(): TerminalSize {
    const known = [...this.#open.values()].flatMap(({ pty }) => pty.size ?? []);
    return known.at(-1) ?? this.#memory.get<TerminalSize>(lastSizeKey) ?? usualSize;
  }

  /** Sessions that have a tab. */
  get openSessions(): SessionId[] {
    return [...this.#open.values()].map(({ sessionId }) => sessionId);
  }

  /** The session whose terminal is in front. */
  get active(): SessionId | undefined {
    const { activeTerminal } = vscode.window;
    return activeTerminal && this.sessionOf(activeTerminal);
  }

  /** Undefined: a terminal that is none of ours. */
  sessionOf(terminal: vscode.Terminal): SessionId | undefined {
    return this.#find(terminal)?.sessionId;
  }

  isOpen(sessionId: string): boolean {
    return this.#open.has(sessionId);
  }

  open(session: Session): void {
    const shown = this.#open.get(session.id);
    if (shown?.terminal !== undefined) shown.terminal.show();
    else if (shown === undefined) this.create(session, chosenPlace()).show();
  }

  /** A terminal at a place; not shown and without the focus. `name`: the one that it had in this window before. */
  create(session: Session, place: TerminalPlace, name?: string): vscode.Terminal {
    const options = this.createOptions(session, name);
    const terminal = vscode.window.createTerminal({ ...options, location: place });
    const entry = this.#open.get(session.id);
    if (entry !== undefined) entry.terminal = terminal;
    this.#changed.fire();
    return terminal;
  }

  /** For the `+` menu: the editor makes the terminal from it, which is recognised when it opens. */
  createOptions(session: Session, before?: string): vscode.ExtensionTerminalOptions {
    const backend = createBackend(this.#options, session.id);
    const pty = new PlacedTerminal(backend, () => this.#resized.fire());
    const name = this.#nameFor(session, before);
    this.#open.set(session.id, { sessionId: session.id, pty, name, terminal: undefined });
    const color = colors[session.agent];
    return {
      name,
      pty,
      isTransient: true,
      iconPath: new vscode.ThemeIcon(iconOfAgent(session.agent)),
      ...(color === undefined ? {} : { color: new vscode.ThemeColor(color) }),
    };
  }

  /** Shows a terminal that is open without taking the focus. */
  reveal(sessionId: string): void {
    this.#open.get(sessionId)?.terminal?.show(true);
  }

  find(sessionId: string): vscode.Terminal | undefined {
    return this.#open.get(sessionId)?.terminal;
  }

  detach(sessionId: string): void {
    this.#open.get(sessionId)?.terminal?.dispose();
  }

  takeClosed(): ClosedTab | undefined {
    const { sessions } = this.#options;
    const closed = this.#closedList.take(
      (id) => !this.isOpen(id) && sessions.get(id) !== undefined,
    );
    const session = closed && sessions.get(closed.sessionId);
    return session && { session, wasEnded: closed.endedGeneration === session.generation };
  }

  /** The close of its tab ended that process of a session. */
  markEnded(sessionId: SessionId, generation: number): void {
    this.#closedList.markEnded(sessionId, generation);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** The editor's Split makes a copy without a program; a session beside it is what the person wants. */
  async #replaceCopy(terminal: vscode.Terminal): Promise<void> {
    const { name } = terminal.creationOptions;
    const original = [...this.#open.values()].find((entry) => entry.terminal?.name === name);
    if (original === undefined || !isCopy(terminal)) return;
    if ((await Promise.race([terminal.processId, delay(copyWaitMs)])) !== undefined) return;
    terminal.dispose();
    this.#split.fire(original.sessionId);
  }

  #adopt(terminal: vscode.Terminal): void {
    const { creationOptions } = terminal;
    if (!('pty' in creationOptions)) {
      void this.#replaceCopy(terminal);
      return;
    }
    const entry = [...this.#open.values()].find(({ pty }) => pty === creationOptions.pty);
    if (entry === undefined || entry.terminal !== undefined) return;
    entry.terminal = terminal;
    // The editor does not open its panel for terminals of extensions when it is closed.
    terminal.show();
    this.#changed.fire();
  }

  #forget(terminal: vscode.Terminal): void {
    const entry = this.#find(terminal);
    if (entry === undefined) return;
    this.#open.delete(entry.sessionId);
    const reason = terminal.exitStatus?.reason ?? vscode.TerminalExitReason.Unknown;
    if (reason === vscode.TerminalExitReason.Shutdown) return;
    if (entry.pty.size !== undefined) void this.#memory.update(lastSizeKey, entry.pty.size);
    this.#closedList.add(entry.sessionId);
    this.#closed.fire({ sessionId: entry.sessionId, reason });
    this.#changed.fire();
  }

  #find(terminal: vscode.Terminal): OpenTerminal | undefined {
    return [...this.#open.values()].find((entry) => entry.terminal === terminal);
  }

  #rename(changed: ReadonlySet<string>): void {
    for (const id of changed) {
      const entry = this.#open.get(id);
      const session = this.#options.sessions.get(id);
      if (entry === undefined || session === undefined) continue;
      const name = this.#nameFor(session, entry.name);
      if (name === entry.name) continue;
      entry.name = name;
      entry.pty.rename(name);
      this.#changed.fire();
    }
  }

  /** The name that it had stays when it still fits, so that "bash (2)" does not become "bash" when another tab closes. */
  #nameFor(session: Session, before: string | undefined): string {
    const taken = this.#takenNames(session.id);
    const named = { ...session, name: nameOf(session) };
    const plain = nameTerminal(named, new Set());
    const numbered = before?.startsWith(`${plain} (`) === true && /\(\d+\)$/.test(before);
    return numbered && !taken.has(before) ? before : nameTerminal(named, taken);
  }

  /** Names of this window's terminals, ours and others', but for one session's own. */
  #takenNames(sessionId: string): ReadonlySet<string> {
    const ours = [...this.#open.values()].filter((entry) => entry.sessionId !== sessionId);
    const own = this.#open.get(sessionId)?.terminal;
    const others = vscode.window.terminals.filter(
      (terminal) => terminal !== own && !isCopy(terminal),
    );
    return new Set([...ours, ...others].map(({ name }) => name));
  }
}

/** Has neither a program nor a pty of an extension, as far as one can see. */
function isCopy({ creationOptions }: vscode.Terminal): boolean {
  return !('pty' in creationOptions) && creationOptions.shellPath === undefined;
}

function chosenPlace(): TerminalPlace {
  return readSettings().location === 'panel'
    ? vscode.TerminalLocation.Panel
    : vscode.TerminalLocation.Editor;
}

/** Says when the editor lays it out anew, for which it has no event of its own. */
class PlacedTerminal extends SessionTerminal {
  readonly #resized: () => void;

  constructor(backend: TerminalBackend, resized: () => void) {
    super(backend);
    this.#resized = resized;
  }

  override setDimensions(dimensions: vscode.TerminalDimensions): void {
    super.setDimensions(dimensions);
    this.#resized();
  }
}

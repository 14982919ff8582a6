/**
 * The rows that can be seen, and no others. What stands under the reader's eye stays there whatever happens above it; who
 * reads the end is kept at the end.
 */
import { Component, createRef } from 'preact';
import type { JSX } from 'preact';
import type { Entry } from '../../protocol/chat/entry.ts';
import { EntryRow } from './entryRow.tsx';
import type { Hold } from './hold.ts';
import type { ChatModel } from './model.ts';
import { shapeOf } from './shape.ts';
import { t } from './words.ts';

interface TranscriptProps {
  readonly self: Hold<Transcript>;
  readonly model: ChatModel;
  /** Counts up when the model changed. */
  readonly version: number;
  /** Rows came that were not there before. */
  readonly onDrawn: () => void;
}

interface TranscriptState {
  readonly opened: ReadonlySet<number>;
  readonly isNewBelow: boolean;
  /** Counts up to draw anew. */
  readonly drawn: number;
}

const beyond = 600;
const rowsMost = 250;
const nearEnd = 24;

interface Anchor {
  readonly position: number;
  readonly offset: number;
}

/** A row as it was drawn, and all that it was drawn from. */
interface Drawn {
  readonly facts: readonly unknown[];
  readonly element: JSX.Element;
}

export class Transcript extends Component<TranscriptProps, TranscriptState> {
  override state: TranscriptState = { opened: new Set(), isNewBelow: false, drawn: 0 };
  readonly #frame = createRef<HTMLDivElement>();
  readonly #rows = new Map<number, HTMLElement>();
  readonly #positions = new WeakMap<Element, number>();
  readonly #keepers = new Map<number, (element: HTMLElement | null) => void>();
  readonly #observer = new ResizeObserver((entries) => this.#resized(entries));
  readonly #elements = new Map<number, Drawn>();
  #hasNewRows = false;
  /** Drawn again because heights were not as guessed: what that added is measured at once, before it can be seen. */
  #isSettling = false;
  #isAtEnd = true;
  #anchor: Anchor | undefined;
  #range = { first: 1, last: 0 };
  #endSeen = 0;
  #sendsSeen = 0;
  #scrollTop = 0;

  override componentDidMount(): void {
    this.props.self.current = this;
    const { model } = this.props;
    const { place } = model.opened;
    if (place !== null && place < model.journal.end) this.reveal(place, 'start');
    if (this.#frame.current !== null) this.#observer.observe(this.#frame.current);
    this.#measure();
  }

  override componentWillUnmount(): void {
    this.props.self.current = null;
    this.#observer.disconnect();
  }

  override componentDidUpdate(): void {
    const { sends } = this.props.model;
    if (sends !== this.#sendsSeen) {
      this.#sendsSeen = sends;
      this.toEnd();
    }
    if (this.#isSettling) this.#measure();
    else this.#hold();
    this.#tellNew();
    this.#tellDrawn();
  }

  override render(
    { model }: TranscriptProps,
    { opened, isNewBelow }: TranscriptState,
  ): JSX.Element {
    const positions = this.#choose();
    const { heights } = model;
    const { first, last } = this.#range;
    return (
      <div class="transcript-frame">
        <div
          ref={this.#frame}
          class="transcript"
          role="log"
          aria-label={t('Conversation with {0}', model.opened.agent)}
          aria-live="off"
          tabIndex={0}
          onScroll={() => this.#scrolled()}
        >
          {model.journal.end === 0 ? <Empty model={model} /> : null}
          <div style={{ height: `${heights.topOf(first)}px` }} />
          {positions.map((position) => this.#row(position, opened))}
          <div style={{ height: `${Math.max(0, heights.total - heights.topOf(last + 1))}px` }} />
        </div>
        {isNewBelow ? (
          <button type="button" class="new-below" onClick={() => this.toEnd()}>
            {t('New below')}
          </button>
        ) : null}
      </div>
    );
  }

  /** To the newest entry, and stays there. */
  toEnd(): void {
    this.#isAtEnd = true;
    this.#anchor = undefined;
    this.setState({ isNewBelow: false });
    this.#redraw();
  }

  reveal(position: number, where: 'start' | 'center' = 'center'): void {
    const frame = this.#frame.current;
    if (frame === null) return;
    const { model } = this.props;
    this.#isAtEnd = false;
    const offset = where === 'start' ? 0 : -frame.clientHeight / 3;
    this.#anchor = { position, offset };
    this.#scrollTo(model.heights.topOf(position) + offset);
    this.#redraw();
  }

  get firstVisible(): number {
    const { heights } = this.props.model;
    return heights.positionAt(this.#frame.current?.scrollTop ?? 0);
  }

  get hasFocus(): boolean {
    return this.#frame.current?.contains(document.activeElement) ?? false;
  }

  focus(): void {
    this.#frame.current?.focus();
  }

  #choose(): number[] {
    const { model } = this.props;
    const { heights, journal } = model;
    if (journal.end === 0) {
      this.#range = { first: 1, last: 0 };
      return [];
    }
    const height = this.#frame.current?.clientHeight ?? 800;
    const top = this.#isAtEnd ? Math.max(0, heights.total - height) : this.#scrollTop;
    const first = heights.positionAt(Math.max(0, top - beyond));
    const last = heights.positionAt(top + height + beyond);
    model.readHole(first, last);
    const chosen: number[] = [];
    for (let at = this.#isAtEnd ? last : first; ; at += this.#isAtEnd ? -1 : 1) {
      if (at < first || at > last || chosen.length >= rowsMost) break;
      if (shapeOf(journal, at).kind !== 'hidden') chosen.push(at);
    }
    if (this.#isAtEnd) chosen.reverse();
    this.#range = { first: chosen[0] ?? first, last: chosen.at(-1) ?? last };
    return chosen;
  }

  #tellDrawn(): void {
    if (!this.#hasNewRows || this.#isSettling) return;
    this.#hasNewRows = false;
    this.props.onDrawn();
  }

  /** The same element as before while nothing of it changed: then nothing of the row is looked at. */
  #row(position: number, opened: ReadonlySet<number>): JSX.Element {
    const { model } = this.props;
    const entry = model.journal.get(position);
    const folded = entry === undefined ? none : listFolded(model, position);
    const facts: readonly unknown[] =
      entry === undefined
        ? [model.heights.get(position)]
        : [entry, opened, folded.length, folded.at(-1), isLastEnd(model, entry)];
    const before = this.#elements.get(position);
    if (before !== undefined && isSame(before.facts, facts)) return before.element;
    const element =
      entry === undefined ? this.#unread(position) : this.#draw(entry, folded, opened);
    this.#elements.set(position, { facts, element });
    this.#hasNewRows = true;
    return element;
  }

  #unread(position: number): JSX.Element {
    return (
      <div
        key={position}
        ref={this.#keeperOf(position)}
        class="row unread"
        style={{ height: `${this.props.model.heights.get(position)}px` }}
      />
    );
  }

  #draw(entry: Entry, folded: readonly Entry[], opened: ReadonlySet<number>): JSX.Element {
    const { model } = this.props;
    const { position, content } = entry;
    return (
      <div
        key={position}
        ref={this.#keeperOf(position)}
        class="row"
        data-position={position}
        data-kind={content.kind}
      >
        <EntryRow
          model={model}
          entry={entry}
          folded={folded}
          isOpen={opened.has(position)}
          isLast={isLastEnd(model, entry)}
          opened={opened}
          toggle={this.#toggle}
        />
      </div>
    );
  }

  readonly #toggle = (position: number): void => {
    // What is opened is what the reader looks at: it stays in its place, also at the end.
    this.#isAtEnd &&= this.state.opened.has(position);
    if (!this.#isAtEnd) this.#anchor ??= this.#anchorAt(this.#scrollTop);
    this.setState(({ opened: before }) => {
      const opened = new Set(before);
      if (!opened.delete(position)) opened.add(position);
      return { opened };
    });
  };

  /** The same function for a row as long as it stands: a new one would have its element watched anew each time. */
  #keeperOf(position: number): (element: HTMLElement | null) => void {
    const known = this.#keepers.get(position);
    if (known !== undefined) return known;
    const keeper = (element: HTMLElement | null): void => this.#keepRow(position, element);
    this.#keepers.set(position, keeper);
    return keeper;
  }

  #keepRow(position: number, element: HTMLElement | null): void {
    const before = this.#rows.get(position);
    if (before === element) return;
    if (before !== undefined) this.#observer.unobserve(before);
    if (element === null) {
      this.#rows.delete(position);
      this.#keepers.delete(position);
      this.#elements.delete(position);
    } else {
      this.#rows.set(position, element);
      this.#positions.set(element, position);
      this.#observer.observe(element);
    }
  }

  /** Before the frame is painted, with the heights that its layout found: asking for them would lay it out once more. */
  #resized(entries: readonly ResizeObserverEntry[]): void {
    let hasChanged = false;
    for (const { target, borderBoxSize } of entries) {
      const position = this.#positions.get(target);
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (position === undefined) {
        // The frame: more or less of the conversation can be seen, and a frame that was hidden may stand elsewhere.
        this.#scrollTop = target.scrollTop;
        hasChanged = true;
      } else if (this.#take(position, target, height)) hasChanged = true;
    }
    if (!hasChanged) return;
    this.#hold();
    this.#isSettling = true;
    this.#redraw();
  }

  #measure(): void {
    this.#isSettling = false;
    let hasChanged = false;
    for (const [position, element] of this.#rows) {
      const { height } = element.getBoundingClientRect();
      if (this.#take(position, element, height)) hasChanged = true;
    }
    this.#hold();
    if (!hasChanged) return;
    this.#isSettling = true;
    this.#redraw();
  }

  /** Whether the row is another height than was known. What has gone, or was not read yet, tells nothing. */
  #take(position: number, element: Element, height: number): boolean {
    const { heights, journal } = this.props.model;
    if (this.#rows.get(position) !== element || journal.get(position) === undefined) return false;
    if (Math.abs(heights.get(position) - height) < 0.5) return false;
    heights.set(position, height);
    return true;
  }

  /** Puts the view back where the reader was. */
  #hold(): void {
    const frame = this.#frame.current;
    if (frame === null) return;
    if (this.#isAtEnd) this.#scrollTo(frame.scrollHeight - frame.clientHeight);
    else if (this.#anchor !== undefined) {
      const { position, offset } = this.#anchor;
      this.#scrollTo(this.props.model.heights.topOf(position) + offset);
    }
  }

  #scrollTo(top: number): void {
    const frame = this.#frame.current;
    if (frame === null) return;
    // Nothing is asked of the layout while the reader is where the page knows them to be.
    if (Math.abs(this.#scrollTop - top) < 0.5) return;
    const wanted = Math.max(0, Math.min(top, frame.scrollHeight - frame.clientHeight));
    if (Math.abs(frame.scrollTop - wanted) > 1) frame.scrollTop = wanted;
    this.#scrollTop = frame.scrollTop;
  }

  #scrolled(): void {
    const frame = this.#frame.current;
    if (frame === null || Math.abs(frame.scrollTop - this.#scrollTop) < 1) return;
    this.#scrollTop = frame.scrollTop;
    const below = frame.scrollHeight - frame.clientHeight - frame.scrollTop;
    this.#isAtEnd = below < nearEnd;
    this.#anchor = this.#isAtEnd ? undefined : this.#anchorAt(frame.scrollTop);
    if (this.#isAtEnd && this.state.isNewBelow) this.setState({ isNewBelow: false });
    const position = this.#isAtEnd ? null : (this.#anchor?.position ?? null);
    this.props.model.post({ type: 'place', position });
    this.#redraw();
  }

  #anchorAt(top: number): Anchor {
    const { heights } = this.props.model;
    const position = heights.positionAt(top);
    return { position, offset: top - heights.topOf(position) };
  }

  #tellNew(): void {
    const { end } = this.props.model.journal;
    const isNew = end > this.#endSeen && this.#endSeen > 0 && !this.#isAtEnd;
    this.#endSeen = end;
    if (isNew && !this.state.isNewBelow) this.setState({ isNewBelow: true });
  }

  #redraw(): void {
    this.setState(({ drawn }) => ({ drawn: drawn + 1 }));
  }
}

function isLastEnd({ journal }: ChatModel, { turn, content }: Entry): boolean {
  const isEnd = content.kind === 'turnEnded' || content.kind === 'error';
  return isEnd && turn === journal.get(journal.end)?.turn;
}

function listFolded(model: ChatModel, position: number): readonly Entry[] {
  const shape = shapeOf(model.journal, position);
  if (shape.kind !== 'group') return none;
  return Array.from({ length: shape.count - 1 }, (_, index) =>
    model.journal.get(position + index + 1),
  ).filter((entry) => entry !== undefined);
}

const none: readonly Entry[] = [];

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((fact, index) => fact === after[index]);
}

function Empty({ model }: { readonly model: ChatModel }): JSX.Element {
  return (
    <div class="empty">
      <p>{t('Ask {0} something. It keeps working when you close VS Code.', model.opened.agent)}</p>
      <p class="quiet">
        {t('@ adds files and more, / shows its commands, Shift+Enter begins a line.')}
      </p>
      <p class="quiet">{t('Pictures can be pasted. Hold Shift to drop files here.')}</p>
    </div>
  );
}

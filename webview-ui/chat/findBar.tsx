/** Find in chat: over the whole journal, by the daemon's search; what is found is shown and marked. */
import { Component, createRef } from 'preact';
import type { JSX } from 'preact';
import type { Hold } from './hold.ts';
import { IconButton } from './iconButton.tsx';
import type { ChatModel } from './model.ts';
import { t } from './words.ts';

interface FindProps {
  readonly self: Hold<FindBar>;
  readonly model: ChatModel;
  readonly reveal: (position: number) => void;
  readonly close: () => void;
}

interface FindState {
  readonly query: string;
  readonly found: readonly number[] | undefined;
  readonly at: number;
}

const pauseMs = 150;

export class FindBar extends Component<FindProps, FindState> {
  override state: FindState = { query: '', found: undefined, at: 0 };
  readonly #input = createRef<HTMLInputElement>();
  #timer: number | undefined;
  #asked = '';

  override componentDidMount(): void {
    this.props.self.current = this;
    this.focus();
  }

  override componentDidUpdate(): void {
    this.mark();
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
    this.props.self.current = null;
    markWords('');
  }

  /** Marks what is looked for in the rows that are there now. */
  mark(): void {
    markWords(this.state.query);
  }

  focus(): void {
    this.#input.current?.select();
  }

  override render({ close }: FindProps, { query, found, at }: FindState): JSX.Element {
    const count = found?.length ?? 0;
    const isEmpty = found !== undefined && count === 0;
    return (
      <div class="find" role="search">
        <input
          ref={this.#input}
          class={isEmpty ? 'wrong' : ''}
          value={query}
          placeholder={t('Find in chat')}
          aria-label={t('Find in chat')}
          onInput={({ currentTarget }) => this.#write(currentTarget.value)}
          onKeyDown={(event) => this.#press(event)}
        />
        <span class="quiet" aria-live="polite">
          {found === undefined ? '' : isEmpty ? t('nothing') : t('{0} of {1}', at + 1, count)}
        </span>
        <IconButton
          icon="arrow-up"
          label={t('Previous (Shift+Enter)')}
          isDisabled={count === 0}
          act={() => this.#go(-1)}
        />
        <IconButton
          icon="arrow-down"
          label={t('Next (Enter)')}
          isDisabled={count === 0}
          act={() => this.#go(1)}
        />
        <IconButton icon="close" label={t('Close (Esc)')} act={close} />
      </div>
    );
  }

  #write(query: string): void {
    this.setState({ query });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(query.trim()), pauseMs);
  }

  async #search(query: string): Promise<void> {
    this.#asked = query;
    if (query === '') return this.setState({ found: undefined, at: 0 });
    const { positions } = await this.props.model.ask('found', {
      type: 'search',
      query: query.slice(0, 1000),
    });
    if (this.#asked !== query) return;
    this.setState({ found: positions, at: Math.max(0, positions.length - 1) }, () => this.#go(0));
  }

  #go(step: number): void {
    const { found = [], at } = this.state;
    if (found.length === 0) return;
    const next = (at + step + found.length) % found.length;
    this.setState({ at: next });
    const position = found[next];
    if (position !== undefined) this.props.reveal(position);
  }

  #press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter') this.#go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.props.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Marks words in the rows that are there, without touching them. */
export function markWords(query: string): void {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  CSS.highlights.delete('found');
  const frame = document.querySelector('.transcript');
  if (words.length === 0 || frame === null) return;
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').toLowerCase();
    for (const word of words) ranges.push(...findRanges(node, text, word));
  }
  if (ranges.length > 0) CSS.highlights.set('found', new Highlight(...ranges));
}

function findRanges(node: globalThis.Node, text: string, word: string): Range[] {
  const ranges: Range[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const range = new Range();
    range.setStart(node, at);
    range.setEnd(node, at + word.length);
    ranges.push(range);
  }
  return ranges;
}

import { Component, createRef } from 'preact';
import type { JSX } from 'preact';
import type { Suggestion } from '../../protocol/chat/chatPage.ts';
import { Icon } from './iconButton.tsx';
import { t } from './words.ts';

interface ListProps {
  readonly items: readonly Suggestion[];
  readonly active: number;
  readonly choose: (index: number) => void;
}

/** The focus stays where one writes; the active row is named from there. */
export class SuggestionList extends Component<ListProps> {
  readonly #active = createRef<HTMLDivElement>();

  override componentDidUpdate(): void {
    this.#active.current?.scrollIntoView({ block: 'nearest' });
  }

  override render({ items, active, choose }: ListProps): JSX.Element {
    return (
      <div id="suggestions" class="suggestions" role="listbox" aria-label={t('Suggestions')}>
        {items.map(({ label, detail, icon }, index) => (
          <div
            key={`${label} ${detail}`}
            {...(index === active ? { ref: this.#active } : {})}
            id={`suggestion-${index}`}
            class="suggestion"
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => {
              // A press would take the focus away from the text.
              event.preventDefault();
              choose(index);
            }}
          >
            <Icon name={icon} />
            <span class="suggestion-label">{label}</span>
            <span class="quiet">{detail}</span>
          </div>
        ))}
      </div>
    );
  }
}

/** What was said and not told yet: to be changed, moved or taken back. */
import { Component } from 'preact';
import type { JSX } from 'preact';
import type { QueuedMessage } from '../../protocol/chat/chat.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Hold } from './hold.ts';
import { IconButton } from './iconButton.tsx';
import type { ChatModel } from './model.ts';
import { findExcess } from './problem.ts';
import { t } from './words.ts';

interface QueueProps {
  readonly self: Hold<QueueList>;
  readonly model: ChatModel;
  /** One was changed, or left as it is: the person goes on where they write. */
  readonly leave: () => void;
}

interface Editing {
  readonly id: string;
  readonly text: string;
}

/** One and the same function, so that it is called when the text appears and not whenever it is drawn. */
function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}

export class QueueList extends Component<QueueProps, { readonly editing: Editing | undefined }> {
  override state: { readonly editing: Editing | undefined } = { editing: undefined };

  override componentDidMount(): void {
    this.props.self.current = this;
  }

  /** Opens it to be changed; what is being written in it already stays. */
  edit({ id, text }: QueuedMessage): void {
    if (this.state.editing?.id !== id) this.setState({ editing: { id, text } });
  }

  override render({ model }: QueueProps): JSX.Element | null {
    const { queue, paused } = model.chat;
    if (queue.length === 0) return null;
    return (
      <div class="queue">
        {paused === null ? null : (
          <div class="queue-paused">
            <span class="quiet">{t('The queue is paused: {0}', toPlainLine(paused, 200))}</span>
            <button
              type="button"
              class="chip"
              onClick={() => model.post({ type: 'act', what: 'continue' })}
            >
              {t('Continue')}
            </button>
          </div>
        )}
        <div class="queue-list" role="list" aria-label={t('Waiting messages')}>
          {queue.map((message, index) => this.#message(message, index))}
        </div>
      </div>
    );
  }

  #message(message: QueuedMessage, index: number): JSX.Element {
    const { model } = this.props;
    const { editing } = this.state;
    const { id, text } = message;
    const move = (to: number): void => model.post({ type: 'moveQueued', messageId: id, to });
    if (editing?.id === id) return this.#editor(editing);
    return (
      <div key={id} class="queued" role="listitem">
        <span class="queued-text" title={toPlainLine(text, 1000)}>
          {toPlainLine(text, 300)}
        </span>
        <IconButton icon="edit" label={t('Change')} act={() => this.edit(message)} />
        <IconButton
          icon="arrow-up"
          label={t('Earlier')}
          isDisabled={index === 0}
          act={() => move(index - 1)}
        />
        <IconButton
          icon="arrow-down"
          label={t('Later')}
          isDisabled={index === model.chat.queue.length - 1}
          act={() => move(index + 1)}
        />
        <IconButton
          icon="close"
          label={t('Take Back')}
          act={() => model.post({ type: 'removeQueued', messageId: id })}
        />
      </div>
    );
  }

  #editor({ id, text }: Editing): JSX.Element {
    const close = (): void => this.setState({ editing: undefined }, this.props.leave);
    const save = (): void => {
      const { model } = this.props;
      const written = this.state.editing?.text ?? text;
      const excess = findExcess(written);
      if (excess !== undefined) return model.showProblem(excess);
      model.post({ type: 'editQueued', messageId: id, text: written });
      close();
    };
    return (
      <div key={id} class="queued" role="listitem">
        <textarea
          ref={takeFocus}
          rows={2}
          value={text}
          aria-label={t('Waiting message')}
          onInput={({ currentTarget }) =>
            this.setState({ editing: { id, text: currentTarget.value } })
          }
          onKeyDown={(event) => {
            if (
              event.isComposing ||
              (event.key !== 'Escape' && (event.key !== 'Enter' || event.shiftKey))
            )
              return;
            event.preventDefault();
            event.stopPropagation();
            if (event.key === 'Enter') save();
            else close();
          }}
        />
        <IconButton icon="check" label={t('Keep (Enter)')} act={save} />
        <IconButton icon="close" label={t('Leave It (Esc)')} act={close} />
      </div>
    );
  }
}

/** Where a person writes: grows to a third of the page, completes `@` and `/`, takes images and files. */
import { Component, createRef } from 'preact';
import type { JSX } from 'preact';
import type { QueuedMessage } from '../../protocol/chat/chat.ts';
import type { PromptPart, Suggestion } from '../../protocol/chat/chatPage.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Trigger } from './completion.ts';
import { complete, filterChoices, findTrigger } from './completion.ts';
import type { Hold } from './hold.ts';
import { Icon, IconButton } from './iconButton.tsx';
import { toAttachment } from './images.ts';
import { isPlainKey } from './keys.ts';
import type { ChatModel } from './model.ts';
import { StatusLine } from './statusLine.tsx';
import { SuggestionList } from './suggestionList.tsx';
import { t } from './words.ts';

interface ComposerProps {
  readonly self: Hold<Composer>;
  readonly model: ChatModel;
  readonly version: number;
  /** What waits is changed where it stands. */
  readonly editQueued: (message: QueuedMessage) => void;
}

interface ComposerState {
  readonly trigger: Trigger | undefined;
  readonly items: readonly Suggestion[];
  readonly active: number;
  readonly isDropping: boolean;
}

const closed: Omit<ComposerState, 'isDropping'> = { trigger: undefined, items: [], active: 0 };
const shownMost = 50;

export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { ...closed, isDropping: false };
  readonly #input = createRef<HTMLTextAreaElement>();
  #draftVersion = -1;

  override componentDidMount(): void {
    this.props.self.current = this;
    this.#fit();
  }

  override componentDidUpdate(): void {
    const { draftVersion } = this.props.model;
    if (draftVersion === this.#draftVersion) return;
    this.#draftVersion = draftVersion;
    this.#fit();
  }

  focus(): void {
    this.#input.current?.focus();
  }

  override render({ model }: ComposerProps, state: ComposerState): JSX.Element {
    const { text, parts } = model.draft;
    const { trigger, items, active, isDropping } = state;
    const isListed = trigger !== undefined && items.length > 0;
    return (
      <div
        class={`composer ${isDropping ? 'dropping' : ''}`}
        onDragOver={(event) => this.#dragOver(event)}
        onDragLeave={() => this.setState({ isDropping: false })}
        onDrop={(event) => this.#drop(event)}
      >
        {isListed ? (
          <SuggestionList items={items} active={active} choose={(index) => this.#choose(index)} />
        ) : null}
        <Parts parts={parts} remove={(index) => this.#removePart(index)} />
        <textarea
          ref={this.#input}
          rows={1}
          value={text}
          placeholder={this.#placeholder()}
          aria-label={t('Message to {0}', model.opened.agent)}
          aria-autocomplete="list"
          {...(isListed
            ? { 'aria-controls': 'suggestions', 'aria-activedescendant': `suggestion-${active}` }
            : {})}
          onInput={() => this.#written()}
          onKeyDown={(event) => this.#press(event)}
          onPaste={(event) => this.#paste(event)}
          onBlur={() => this.setState(closed)}
        />
        <div class="composer-foot">
          <IconButton
            icon="add"
            label={t('Add Files…')}
            act={() => model.post({ type: 'act', what: 'pickFiles' })}
          />
          <StatusLine model={model} />
          {this.#sendButtons()}
        </div>
      </div>
    );
  }

  #sendButtons(): JSX.Element {
    const { model } = this.props;
    const isEmpty = model.draft.text.trim() === '' && model.draft.parts.length === 0;
    return (
      <span class="send-buttons">
        {model.isWorking ? (
          <IconButton
            icon="debug-stop"
            label={t('Stop (Esc)')}
            isDisabled={!model.isConnected}
            act={() => model.post({ type: 'act', what: 'stop' })}
          />
        ) : null}
        <IconButton
          icon="send"
          label={model.isWorking ? t('Queue (Enter)') : t('Send (Enter)')}
          isDisabled={isEmpty}
          act={() => this.#send(false)}
        />
      </span>
    );
  }

  #placeholder(): string {
    const { model } = this.props;
    if (!model.isWorking) return t('Ask {0}', model.opened.agent);
    return t('Enter queues it for after this turn, Ctrl+Enter says it now');
  }

  #send(isSteering: boolean): void {
    const { model } = this.props;
    if (!model.isConnected) {
      model.showProblem({ text: t('The daemon does not answer yet; your text stays.'), fix: '' });
      return;
    }
    model.send(crypto.randomUUID(), isSteering && model.isWorking);
    this.setState(closed);
  }

  #written(): void {
    const input = this.#input.current;
    if (input === null) return;
    const { model } = this.props;
    model.setDraft({ ...model.draft, text: input.value }, true);
    this.#fit();
    void this.#suggest(findTrigger(input.value, input.selectionStart));
  }

  async #suggest(trigger: Trigger | undefined): Promise<void> {
    this.setState({ ...closed, trigger });
    if (trigger === undefined) return;
    const items = await this.#listFor(trigger);
    if (this.state.trigger === trigger) this.setState({ items: items.slice(0, shownMost) });
  }

  #listFor({ kind, query }: Trigger): Promise<readonly Suggestion[]> {
    const { model } = this.props;
    if (kind === 'mention') return model.suggest(query.slice(0, 256));
    const found = filterChoices(model.chat.commands, query);
    const items = found.map(({ id, label, description }) => ({
      label: toPlainLine(label || `/${id}`, 64),
      detail: toPlainLine(description, 160),
      icon: 'terminal',
      insert: `/${id.replace(/^\//, '')}`,
    }));
    return Promise.resolve(items);
  }

  #choose(index: number): void {
    const { trigger, items } = this.state;
    const chosen = items[index];
    const input = this.#input.current;
    if (trigger === undefined || chosen === undefined || input === null) return;
    const { model } = this.props;
    const { text, cursor } = complete(input.value, trigger, chosen.insert);
    const parts = chosen.part === undefined ? [] : [chosen.part];
    model.setDraft({ text, parts: [...model.draft.parts, ...parts] }, false);
    this.setState(closed);
    input.value = text;
    input.focus();
    input.setSelectionRange(cursor, cursor);
  }

  #removePart(index: number): void {
    const { model } = this.props;
    const parts = model.draft.parts.filter((_, at) => at !== index);
    model.setDraft({ ...model.draft, parts }, false);
    this.focus();
  }

  #press(event: KeyboardEvent): void {
    // What composes characters has Enter for itself.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.state.items.length > 0 && this.#pressInList(event)) return event.preventDefault();
    const isMod = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send(isMod);
    } else if (isPlainKey(event, 'ArrowUp') && this.#input.current?.value === '') {
      event.preventDefault();
      const waiting = this.props.model.editLast();
      if (waiting !== undefined) this.props.editQueued(waiting);
    }
  }

  #pressInList(event: KeyboardEvent): boolean {
    const { active, items } = this.state;
    const move = (step: number): true => {
      this.setState({ active: (active + step + items.length) % items.length });
      return true;
    };
    if (isPlainKey(event, 'ArrowDown')) return move(1);
    if (isPlainKey(event, 'ArrowUp')) return move(-1);
    if (isPlainKey(event, 'Enter') || isPlainKey(event, 'Tab')) {
      this.#choose(active);
      return true;
    }
    if (!isPlainKey(event, 'Escape')) return false;
    event.stopPropagation();
    this.setState(closed);
    return true;
  }

  #paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.#addFiles(files);
  }

  #dragOver(event: DragEvent): void {
    event.preventDefault();
    if (!this.state.isDropping) this.setState({ isDropping: true });
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    this.setState({ isDropping: false });
    const { dataTransfer } = event;
    if (dataTransfer === null) return;
    const listed =
      dataTransfer.getData('application/vnd.code.uri-list') ||
      dataTransfer.getData('text/uri-list');
    const addresses = listed.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
    const files = [...dataTransfer.files];
    const { model } = this.props;
    if (addresses.length > 0)
      model.post({
        type: 'drop',
        addresses: addresses.slice(0, 64).map((one) => one.slice(0, 8192)),
      });
    else if (files.length > 0) void this.#addFiles(files);
    else if (dataTransfer.getData('text/plain') !== '')
      model.setDraft(
        { ...model.draft, text: model.draft.text + dataTransfer.getData('text/plain') },
        false,
      );
    this.focus();
  }

  async #addFiles(files: readonly File[]): Promise<void> {
    const { model } = this.props;
    for (const file of files) {
      const name = toPlainLine(file.name, 128) || 'image';
      const image = await toAttachment(file, name);
      if (image === undefined) {
        const text = t('{0} is no image that can be sent.', name);
        model.showProblem({ text, fix: t('Use PNG, JPEG, GIF or WebP. Name other files with @.') });
        continue;
      }
      const part: PromptPart = { kind: 'image', label: name, text: '', image };
      model.setDraft({ ...model.draft, parts: [...model.draft.parts, part] }, false);
    }
  }

  /** As high as its text, to a third of the page. */
  #fit(): void {
    const input = this.#input.current;
    if (input === null) return;
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, Math.max(60, innerHeight / 3))}px`;
  }
}

const partIcons: Record<PromptPart['kind'], string> = {
  file: 'file',
  selection: 'selection',
  problems: 'warning',
  session: 'comment-discussion',
  image: 'file-media',
};

interface PartsProps {
  readonly parts: readonly PromptPart[];
  readonly remove: (index: number) => void;
}

function Parts({ parts, remove }: PartsProps): JSX.Element | null {
  if (parts.length === 0) return null;
  return (
    <div class="parts">
      {parts.map(({ kind, label, image }, index) => (
        <span key={index} class="chip part">
          {image === undefined ? (
            <Icon name={partIcons[kind]} />
          ) : (
            <img class="thumb" src={`data:${image.mediaType};base64,${image.data}`} alt="" />
          )}
          <span class="part-label" title={label}>
            {label}
          </span>
          <IconButton icon="close" label={t('Remove {0}', label)} act={() => remove(index)} />
        </span>
      ))}
    </div>
  );
}

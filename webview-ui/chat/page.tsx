/** The whole page: transcript, what is asked, what waits, where one writes; and the keys that work everywhere in it. */
import { Component, createRef } from 'preact';
import type { JSX } from 'preact';
import { Composer } from './composer.tsx';
import { FindBar, markWords } from './findBar.tsx';
import type { Hold } from './hold.ts';
import { createHold } from './hold.ts';
import { Icon, IconButton } from './iconButton.tsx';
import { isPlainKey } from './keys.ts';
import type { ChatModel } from './model.ts';
import { PermissionCard } from './permissionCard.tsx';
import { QueueList } from './queueList.tsx';
import { Transcript } from './transcript.tsx';
import { t } from './words.ts';

interface PageProps {
  readonly self: Hold<Page>;
  readonly model: ChatModel;
  readonly version: number;
}

interface PageState {
  readonly isFinding: boolean;
}

export class Page extends Component<PageProps, PageState> {
  override state: PageState = { isFinding: false };
  readonly #transcript = createHold<Transcript>();
  readonly #composer = createHold<Composer>();
  readonly #queue = createHold<QueueList>();
  readonly #find = createHold<FindBar>();
  readonly #cards = createRef<HTMLDivElement>();

  override componentDidMount(): void {
    this.props.self.current = this;
    document.addEventListener('keydown', this.#press);
  }

  override componentWillUnmount(): void {
    document.removeEventListener('keydown', this.#press);
  }

  override render({ model, version }: PageProps, { isFinding }: PageState): JSX.Element {
    const { asks } = model;
    return (
      <main class="page">
        {model.isConnected ? null : (
          <div class="bar" role="status">
            {t('reconnecting…')}
          </div>
        )}
        {isFinding ? (
          <FindBar
            self={this.#find}
            model={model}
            reveal={(position) => this.reveal(position)}
            close={() => this.#closeFind()}
          />
        ) : null}
        <Transcript
          self={this.#transcript}
          model={model}
          version={version}
          onDrawn={() => this.#find.current?.mark()}
        />
        <div class="below">
          {model.problem === undefined ? null : this.#problem()}
          <div ref={this.#cards} class="cards">
            {asks.map((ask) => (
              <PermissionCard
                key={ask.permission.permissionId}
                {...{ model, ask }}
                among={asks.map(({ permission }) => model.describeAsk(permission)).join(' ')}
              />
            ))}
          </div>
          <QueueList self={this.#queue} model={model} leave={() => this.focusComposer()} />
          <Composer
            self={this.#composer}
            {...{ model, version }}
            editQueued={(message) => this.#queue.current?.edit(message)}
          />
        </div>
      </main>
    );
  }

  reveal(position: number): void {
    this.#transcript.current?.reveal(position);
    setTimeout(() => this.#flash(position), 50);
  }

  find(): void {
    if (this.state.isFinding) this.#find.current?.focus();
    else this.setState({ isFinding: true });
  }

  focusComposer(): void {
    this.#composer.current?.focus();
  }

  /** Of what is asked; says so when nothing is. */
  focusPermission(): void {
    const card = this.#cards.current?.querySelector<HTMLElement>('.card');
    if (card === null || card === undefined) this.props.model.say(t('Nothing is asked.'));
    else card.focus();
  }

  async toPrompt(step: 1 | -1): Promise<void> {
    const transcript = this.#transcript.current;
    if (transcript === null) return;
    const { model } = this.props;
    const found = await model.findPrompt(transcript.firstVisible, step);
    if (found !== undefined) transcript.reveal(found, 'start');
    else if (step > 0) transcript.toEnd();
  }

  async toLastPrompt(): Promise<void> {
    const { model } = this.props;
    const found = await model.findPrompt(model.journal.end + 1, -1);
    if (found !== undefined) this.#transcript.current?.reveal(found, 'start');
  }

  #problem(): JSX.Element {
    const { model } = this.props;
    const { text = '', fix = '' } = model.problem ?? {};
    return (
      <div class="failure" role="alert">
        <Icon name="warning" />
        <div>
          <div>{text}</div>
          {fix === '' ? null : <div>{t('To fix: {0}', fix)}</div>}
        </div>
        <IconButton icon="close" label={t('Close')} act={() => model.dismissProblem()} />
      </div>
    );
  }

  #flash(position: number): void {
    const row = document.querySelector(`.row[data-position="${position}"]`);
    row?.classList.add('revealed');
    setTimeout(() => row?.classList.remove('revealed'), 1500);
  }

  #closeFind(): void {
    this.setState({ isFinding: false });
    markWords('');
    this.focusComposer();
  }

  readonly #press = (event: KeyboardEvent): void => {
    if (event.isComposing || event.defaultPrevented) return;
    const { model } = this.props;
    const isMod = model.opened.isMac ? event.metaKey : event.ctrlKey;
    if (isMod && !event.shiftKey && !event.altKey && event.key === 'f') this.find();
    else if (event.altKey && event.key === 'ArrowUp') void this.toPrompt(-1);
    else if (event.altKey && event.key === 'ArrowDown') void this.toPrompt(1);
    else if (event.key === 'F6') this.#cycle(event.shiftKey ? -1 : 1);
    else if (isPlainKey(event, 'Escape')) this.#escape();
    else return;
    event.preventDefault();
  };

  #escape(): void {
    const { model } = this.props;
    if (this.state.isFinding) this.#closeFind();
    else if (model.isWorking && model.isConnected) model.post({ type: 'act', what: 'stop' });
    else this.focusComposer();
  }

  /** Transcript, what is asked, where one writes, and round again. */
  #cycle(step: number): void {
    const stops = [
      document.querySelector<HTMLElement>('.transcript'),
      ...document.querySelectorAll<HTMLElement>('.card'),
      document.querySelector<HTMLElement>('.composer textarea'),
    ].filter((stop) => stop !== null);
    const at = stops.findIndex((stop) => stop.contains(document.activeElement));
    stops[(at + step + stops.length) % stops.length]?.focus();
  }
}

/**
 * What an agent asks. It never takes the focus; its keys work only while it has it, and neither keys nor clicks count in
 * the first half second after it appeared or changed. The answer carries the hash of what stands here.
 */
import { Component, createRef } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import type { Answer } from '../../protocol/chat/permission.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { DiffView } from './diffView.tsx';
import { Icon } from './iconButton.tsx';
import { isPlainKey } from './keys.ts';
import { Markdown } from './markdown.tsx';
import type { ChatModel, OpenAsk } from './model.ts';
import { AllowForm, DenyForm, EditForm } from './permissionForms.tsx';
import { describeConfirmation, describeInput, settleMs } from './permissionText.ts';
import { QuestionForm } from './questionForm.tsx';
import { t } from './words.ts';

type Form = 'none' | 'deny' | 'allow' | 'edit';

interface CardProps {
  readonly model: ChatModel;
  readonly ask: OpenAsk;
  /** All that is asked, and for how many: when that changes, buttons move, and perhaps below the pointer. */
  readonly among: string;
}

interface CardState {
  readonly form: Form;
  readonly isSettled: boolean;
  readonly isAnswering: boolean;
}

export class PermissionCard extends Component<CardProps, CardState> {
  override state: CardState = { form: 'none', isSettled: false, isAnswering: false };
  readonly #frame = createRef<HTMLDivElement>();
  #timer: number | undefined;
  #answerTimer: number | undefined;

  override componentDidMount(): void {
    this.#settle();
  }

  override componentDidUpdate(before: CardProps): void {
    const isChanged = before.ask.permission.hash !== this.props.ask.permission.hash;
    if (isChanged) this.setState({ form: 'none', isSettled: false, isAnswering: false });
    else if (before.among !== this.props.among) this.setState({ isSettled: false });
    else return;
    this.#settle();
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#answerTimer);
  }

  override render(
    { model, ask }: CardProps,
    { form, isSettled, isAnswering }: CardState,
  ): JSX.Element {
    const { permission } = ask;
    const isWaiting = !isSettled || isAnswering;
    return (
      <div
        ref={this.#frame}
        class={`card ${isWaiting ? 'settling' : ''}`}
        role="group"
        tabIndex={0}
        aria-label={this.#title()}
        data-permission={permission.permissionId}
        onKeyDown={(event) => this.#press(event)}
      >
        <div class="card-title">
          <Icon name={permission.ask === 'question' ? 'question' : 'bell'} />
          <span>{this.#title()}</span>
          <span class="quiet">{t('in {0}', toVisibleText(permission.cwd))}</span>
        </div>
        <div class="card-body" tabIndex={0} role="group" aria-label={t('What is asked')}>
          <Asked model={model} ask={ask} />
        </div>
        {permission.ask === 'question' ? (
          <QuestionForm permission={permission} answer={(answer) => this.#answer(answer)} />
        ) : (
          this.#buttons(form)
        )}
      </div>
    );
  }

  #title(): string {
    const { model, ask } = this.props;
    const { agent } = model.opened;
    const { permission } = ask;
    if (permission.ask === 'question') return t('{0} asks', agent);
    if (permission.ask === 'plan') return t('{0} has a plan: may it go on?', agent);
    return t('{0} wants to use {1}', agent, toPlainLine(permission.tool, 64));
  }

  #buttons(form: Form): JSX.Element {
    const { permission } = this.props.ask;
    const close = (): void => this.#open('none');
    const answer = (given: Answer): void => this.#answer(given);
    if (form === 'deny') return <DenyForm close={close} answer={answer} />;
    if (form === 'edit') return <EditForm permission={permission} close={close} answer={answer} />;
    if (form === 'allow')
      return <AllowForm permission={permission} close={close} answer={answer} />;
    return (
      <div class="buttons">
        <div class="button-group">
          <Button
            name={t('Deny')}
            hint="D"
            act={() => answer({ behavior: 'deny', interrupt: false })}
          />
          <Button name={t('Deny and Tell It…')} hint="T" act={() => this.#open('deny')} />
        </div>
        <div class="button-group allowing">{this.#allowing()}</div>
      </div>
    );
  }

  #allowing(): ComponentChildren {
    const { model, ask } = this.props;
    const { permission } = ask;
    const others = model.sameAs(permission);
    return [
      permission.canEdit ? (
        <Button key="edit" name={t('Edit…')} hint="E" act={() => this.#open('edit')} />
      ) : null,
      permission.pattern === null ? null : (
        <Button key="always" name={t('Allow Always…')} hint="S" act={() => this.#open('allow')} />
      ),
      others.length === 0 ? null : (
        <Button
          key="all"
          name={t('Allow Once for All {0}', others.length + 1)}
          hint=""
          act={() => this.#answer({ behavior: 'allow' }, true)}
        />
      ),
      <Button
        key="once"
        name={permission.ask === 'plan' ? t('Go On') : t('Allow Once')}
        hint="A"
        isMain
        act={() => this.#answer({ behavior: 'allow' })}
      />,
    ];
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.setState({ isSettled: true }), settleMs);
  }

  #open(form: Form): void {
    if (!this.state.isSettled) return;
    this.setState({ form });
    if (form === 'none') this.#frame.current?.focus();
  }

  /** Keys of its forms and buttons are theirs. */
  #press(event: KeyboardEvent): void {
    const { permission } = this.props.ask;
    if (event.target !== this.#frame.current || event.repeat) return;
    if (!this.state.isSettled || permission.ask === 'question') return;
    const acts: Record<string, () => void> = {
      a: () => this.#answer({ behavior: 'allow' }),
      d: () => this.#answer({ behavior: 'deny', interrupt: false }),
      t: () => this.#open('deny'),
      ...(permission.canEdit ? { e: () => this.#open('edit') } : {}),
      ...(permission.pattern === null ? {} : { s: () => this.#open('allow') }),
    };
    for (const [key, act] of Object.entries(acts)) {
      if (!isPlainKey(event, key)) continue;
      event.preventDefault();
      act();
    }
  }

  #answer(answer: Answer, forAll = false): void {
    const { model, ask } = this.props;
    const { permissionId, hash } = ask.permission;
    if (!this.state.isSettled || this.state.isAnswering) return;
    this.setState({ isAnswering: true });
    const others = forAll ? [...model.sameAs(ask.permission)] : [];
    model.post({ type: 'answer', permissionId, hash, answer, others });
    // Refused or lost: it can be answered again.
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.setState({ isAnswering: false }), 2000);
  }
}

interface ButtonProps {
  readonly name: string;
  readonly hint: string;
  readonly act: () => void;
  readonly isMain?: boolean;
}

function Button({ name, hint, act, isMain = false }: ButtonProps): JSX.Element {
  const title = hint === '' ? name : t('{0} ({1}, while the card has the focus)', name, hint);
  return (
    <button type="button" class={isMain ? 'main' : ''} title={title} onClick={act}>
      {name}
    </button>
  );
}

/** Everything that was asked; long texts scroll, nothing is cut. */
function Asked({ model, ask }: Omit<CardProps, 'among'>): JSX.Element {
  const { permission, position } = ask;
  const { description, input, changes } = permission;
  if (permission.ask === 'plan') return <Markdown model={model} text={input} isOpen={false} />;
  if (permission.ask === 'question') {
    const text = describeConfirmation(permission);
    return text === '' ? <></> : <div class="card-why">{text}</div>;
  }
  const { command, rest } = describeInput(input, description);
  return (
    <>
      {description === '' || description === command ? null : (
        <div class="card-why">{toVisibleText(description)}</div>
      )}
      {command === '' ? null : <pre class="card-command">{command}</pre>}
      {changes.map((change, index) => (
        <DiffView
          key={index}
          change={change}
          isWhole
          open={() => model.post({ type: 'openDiff', position, index })}
        />
      ))}
      {rest === '' ? null : <GivenRest text={rest} isFolded={changes.length > 0} />}
    </>
  );
}

/** Where the changes stand already, the same as arguments may be folded. */
function GivenRest({
  text,
  isFolded,
}: {
  readonly text: string;
  readonly isFolded: boolean;
}): JSX.Element {
  if (!isFolded) return <pre class="card-input">{text}</pre>;
  return (
    <details>
      <summary>{t('All arguments')}</summary>
      <pre class="card-input">{text}</pre>
    </details>
  );
}

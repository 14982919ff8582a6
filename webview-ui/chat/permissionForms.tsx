/** What a permission card opens to: a reason, other arguments, a rule. Escape leads back to the card. */
import { Component } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import type { Answer, Permission, RuleWish } from '../../protocol/chat/permission.ts';
import type { Expiry } from './permissionText.ts';
import { expiresAt, isObject } from './permissionText.ts';
import { layOut } from './toolRow.tsx';
import { t } from './words.ts';

interface FormProps {
  readonly close: () => void;
  readonly answer: (answer: Answer) => void;
}

interface FrameProps {
  readonly close: () => void;
  readonly send: () => void;
  readonly name: string;
  readonly isReady: boolean;
  readonly children: ComponentChildren;
}

function Frame({ close, send, name, isReady, children }: FrameProps): JSX.Element {
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const isSending = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (event.key === 'Escape') close();
    else if (isSending && isReady) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="card-form" onKeyDown={press}>
      {children}
      <div class="buttons">
        <button type="button" onClick={close}>
          {t('Back')}
        </button>
        <span class="gap" />
        <button
          type="button"
          class="main"
          disabled={!isReady}
          title={t('Ctrl+Enter')}
          onClick={send}
        >
          {name}
        </button>
      </div>
    </div>
  );
}

function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}

export class DenyForm extends Component<FormProps, { message: string; interrupt: boolean }> {
  override state = { message: '', interrupt: false };

  override render({ close }: FormProps, { message, interrupt }: typeof this.state): JSX.Element {
    return (
      <Frame close={close} send={() => this.#send()} name={t('Deny')} isReady>
        <textarea
          ref={takeFocus}
          rows={2}
          value={message}
          aria-label={t('What should it know?')}
          placeholder={t('What should it know, or do instead?')}
          onInput={({ currentTarget }) => this.setState({ message: currentTarget.value })}
        />
        <label>
          <input
            type="checkbox"
            checked={interrupt}
            onChange={({ currentTarget }) => this.setState({ interrupt: currentTarget.checked })}
          />
          {t('and end the turn')}
        </label>
      </Frame>
    );
  }

  #send(): void {
    const { message, interrupt } = this.state;
    const told = message.trim();
    this.props.answer({
      behavior: 'deny',
      interrupt,
      ...(told === '' ? {} : { message: told.slice(0, 100_000) }),
    });
  }
}

interface PermissionFormProps extends FormProps {
  readonly permission: Permission;
}

export class EditForm extends Component<PermissionFormProps, { input: string }> {
  override state = { input: layOut(this.props.permission.input) };

  override render({ close }: PermissionFormProps, { input }: { input: string }): JSX.Element {
    const isReady = isObject(input);
    return (
      <Frame
        close={close}
        send={() => this.props.answer({ behavior: 'allow', input })}
        name={t('Allow This Instead')}
        isReady={isReady}
      >
        <textarea
          ref={takeFocus}
          class="code"
          rows={Math.min(14, input.split('\n').length + 1)}
          value={input}
          aria-label={t('Arguments as JSON')}
          aria-invalid={!isReady}
          spellcheck={false}
          onInput={({ currentTarget }) => this.setState({ input: currentTarget.value })}
        />
        {isReady ? null : <div class="wrong">{t('This is no JSON object.')}</div>}
      </Frame>
    );
  }
}

interface AllowState {
  readonly scope: RuleWish['scope'];
  readonly pattern: string;
  readonly expiry: Expiry;
}

/** A rule is made by this button alone, and says what it covers before it is pressed. */
export class AllowForm extends Component<PermissionFormProps, AllowState> {
  override state: AllowState = {
    scope: 'session',
    pattern: this.props.permission.pattern ?? '',
    expiry: 'never',
  };

  override render({ close }: PermissionFormProps, state: AllowState): JSX.Element {
    const { scope, pattern, expiry } = state;
    return (
      <Frame
        close={close}
        send={() => this.#send()}
        name={t('Allow from Now On')}
        isReady={pattern.trim() !== ''}
      >
        <label class="field">
          {t('Without asking, for')}
          <select
            ref={takeFocus}
            value={scope}
            onChange={({ currentTarget: { value } }) =>
              this.setState({ scope: value === 'repository' ? 'repository' : 'session' })
            }
          >
            <option value="session">{t('this chat')}</option>
            <option value="repository">{t('every chat of this agent in the repository')}</option>
          </select>
        </label>
        <label class="field">
          {t('what is exactly this, or begins like it and ends with " *"')}
          <input
            class="code"
            value={pattern}
            spellcheck={false}
            onInput={({ currentTarget }) => this.setState({ pattern: currentTarget.value })}
          />
        </label>
        <label class="field">
          {t('until')}
          <select
            value={expiry}
            onChange={({ currentTarget: { value } }) => this.setState({ expiry: toExpiry(value) })}
          >
            <option value="never">{t('you take it back')}</option>
            <option value="hour">{t('in an hour')}</option>
            <option value="day">{t('in a day')}</option>
            <option value="month">{t('in 30 days')}</option>
          </select>
        </label>
      </Frame>
    );
  }

  #send(): void {
    const { scope, pattern, expiry } = this.state;
    const always = { scope, pattern: pattern.trim(), expiresAt: expiresAt(expiry, Date.now()) };
    this.props.answer({ behavior: 'allow', always });
  }
}

function toExpiry(value: string): Expiry {
  return value === 'hour' || value === 'day' || value === 'month' ? value : 'never';
}

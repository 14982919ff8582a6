/** Questions as buttons: one press answers where there is one question with one answer. */
import { Component } from 'preact';
import type { JSX } from 'preact';
import type { Answer, Permission, Question } from '../../protocol/chat/permission.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import { toAnswers } from './permissionText.ts';
import { t } from './words.ts';

interface QuestionProps {
  readonly permission: Permission;
  readonly answer: (answer: Answer) => void;
}

interface QuestionState {
  readonly chosen: ReadonlyMap<string, readonly string[]>;
  readonly written: ReadonlyMap<string, string>;
}

export class QuestionForm extends Component<QuestionProps, QuestionState> {
  override state: QuestionState = { chosen: new Map(), written: new Map() };

  override render({ permission, answer }: QuestionProps, state: QuestionState): JSX.Element {
    const answers = toAnswers(permission, state.chosen, state.written);
    return (
      <div class="questions">
        {permission.questions.map((question) => this.#question(question))}
        <div class="buttons">
          <button type="button" onClick={() => answer({ behavior: 'deny', interrupt: false })}>
            {t('Do Not Answer')}
          </button>
          <span class="gap" />
          <button
            type="button"
            class="main"
            disabled={answers === undefined}
            onClick={() => this.#send()}
          >
            {t('Answer')}
          </button>
        </div>
      </div>
    );
  }

  #question(question: Question): JSX.Element {
    const { id, header, text, options } = question;
    const chosen = this.state.chosen.get(id) ?? [];
    return (
      <fieldset key={id} class="question">
        <legend>
          {header === '' ? null : <span class="quiet">{`${toVisibleText(header)} · `}</span>}
          {toVisibleText(text)}
        </legend>
        {options.map(({ label, description }) => (
          <button
            key={label}
            type="button"
            class="option"
            aria-pressed={chosen.includes(label)}
            title={toVisibleText(description)}
            onClick={() => this.#choose(question, label)}
          >
            <span>{toVisibleText(label)}</span>
            {description === '' ? null : <span class="quiet">{toVisibleText(description)}</span>}
          </button>
        ))}
        <input
          value={this.state.written.get(id) ?? ''}
          placeholder={options.length === 0 ? t('Your answer') : t('Something else')}
          aria-label={t('Your own answer')}
          onInput={({ currentTarget }) => this.#write(question, currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.isComposing) this.#send();
          }}
        />
      </fieldset>
    );
  }

  #choose({ id, multiple }: Question, label: string): void {
    const before = this.state.chosen.get(id) ?? [];
    const others = before.filter((one) => one !== label);
    const now = before.includes(label) ? others : [...(multiple ? others : []), label];
    const chosen = new Map(this.state.chosen).set(id, now);
    const isOnly = this.props.permission.questions.length === 1 && !multiple && now.length === 1;
    this.setState({ chosen }, () => {
      if (isOnly) this.#send();
    });
  }

  #write({ id, multiple }: Question, text: string): void {
    const written = new Map(this.state.written).set(id, text);
    const chosen = new Map(this.state.chosen);
    if (!multiple && text.trim() !== '') chosen.delete(id);
    this.setState({ written, chosen });
  }

  #send(): void {
    const { permission, answer } = this.props;
    const answers = toAnswers(permission, this.state.chosen, this.state.written);
    if (answers !== undefined) answer({ behavior: 'allow', answers });
  }
}

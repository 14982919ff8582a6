/** Model, mode, context and cost in one quiet line. */
import { Component } from 'preact';
import type { JSX } from 'preact';
import type { Chat, Choice } from '../../protocol/chat/chat.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatModel } from './model.ts';
import { describeCost, describeCount, t } from './words.ts';

interface StatusProps {
  readonly model: ChatModel;
}

interface StatusState {
  readonly parts: readonly { readonly name: string; readonly tokens: number }[] | undefined;
  readonly problem: string;
}

export class StatusLine extends Component<StatusProps, StatusState> {
  override state: StatusState = { parts: undefined, problem: '' };

  override render({ model }: StatusProps, { parts, problem }: StatusState): JSX.Element {
    const { chat } = model;
    const mode = labelOf(chat.modes, chat.mode, t('mode: its own'));
    return (
      <span class="status-line">
        <Pick
          name={labelOf(chat.models, chat.model, t('model: its own'))}
          title={t('Choose the Model…')}
          model={model}
          what="pickModel"
        />
        {chat.modes.length === 0 ? null : (
          <Pick
            name={mode}
            title={t('Choose what it may do unasked…')}
            model={model}
            what="pickMode"
          />
        )}
        <button
          type="button"
          class="meter"
          title={this.#title(chat)}
          onClick={() => void this.#open()}
        >
          {describeMeter(chat)}
        </button>
        <span class="quiet state">{describeState(chat)}</span>
        {parts === undefined ? null : (
          <div class="context-parts" role="dialog" aria-label={t('What fills the context')}>
            <div class="label">{t('What fills the context')}</div>
            {problem === '' ? null : <div>{problem}</div>}
            {parts.map(({ name, tokens }) => (
              <div key={name} class="context-part">
                <span>{toPlainLine(name, 64)}</span>
                <span>{tokens.toLocaleString()}</span>
              </div>
            ))}
          </div>
        )}
      </span>
    );
  }

  async #open(): Promise<void> {
    if (this.state.parts !== undefined) return this.setState({ parts: undefined });
    const { parts, problem } = await this.props.model.ask('contextRead', { type: 'readContext' });
    this.setState({ parts, problem });
  }

  #title({ context, usage }: Chat): string {
    const lines = [
      context === null
        ? t('Its context is not known yet.')
        : t(
            'Context: {0} of {1} tokens',
            context.tokens.toLocaleString(),
            context.max.toLocaleString(),
          ),
      t(
        'All turns: {0} in, {1} from the cache, {2} out',
        ...[usage.inputTokens, usage.cachedTokens, usage.outputTokens].map((count) =>
          count.toLocaleString(),
        ),
      ),
    ];
    const cost = describeCost(usage.costUsd ?? 0);
    if (cost !== '') lines.push(t('Cost as it reckons: {0}', cost));
    return lines.join('\n');
  }
}

interface PickProps {
  readonly name: string;
  readonly title: string;
  readonly model: ChatModel;
  readonly what: 'pickModel' | 'pickMode';
}

function Pick({ name, title, model, what }: PickProps): JSX.Element {
  return (
    <button
      type="button"
      class="pick"
      title={title}
      onClick={() => model.post({ type: 'act', what })}
    >
      {name}
    </button>
  );
}

function labelOf(choices: readonly Choice[], id: string | null, own: string): string {
  const chosen = choices.find((choice) => choice.id === id);
  return toPlainLine(chosen?.label ?? id ?? own, 40);
}

function describeMeter({ context, usage }: Chat): string {
  const parts: string[] = [];
  if (context !== null && context.max > 0)
    parts.push(
      t(
        '{0} % of {1}',
        Math.round((100 * context.tokens) / context.max),
        describeCount(context.max),
      ),
    );
  parts.push(describeCost(usage.costUsd ?? 0));
  return parts.filter(Boolean).join(' · ') || t('context');
}

function describeState({ state }: Chat): string {
  switch (state) {
    case 'working':
      return t('working…');
    case 'asking':
      return t('waits for you');
    case 'starting':
      return t('starting');
    case 'stopping':
      return t('stopping');
    case 'waiting':
      return t('waits for its place');
    case 'asleep':
      return t('asleep');
    default:
      return '';
  }
}

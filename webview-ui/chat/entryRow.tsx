/** One row of the transcript. A row that cannot be drawn is shown as the plain text that it holds, and the others stay. */
import { Component } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { showControls } from './controls.ts';
import { Icon, IconButton } from './iconButton.tsx';
import { Markdown } from './markdown.tsx';
import type { ChatModel } from './model.ts';
import { AttachedPicture } from './picture.tsx';
import { settledLine } from './settled.ts';
import { ToolRow } from './toolRow.tsx';
import { describeCost, describeCount, describeMs, t } from './words.ts';

type Content<K extends EntryContent['kind']> = Extract<EntryContent, { kind: K }>;

export interface RowProps {
  readonly model: ChatModel;
  readonly entry: Entry;
  /** Entries that fold into this row. */
  readonly folded: readonly Entry[];
  readonly isOpen: boolean;
  /** How the newest turn ended: it can be tried again. */
  readonly isLast: boolean;
  /** Rows inside of a folded group that are open. */
  readonly opened: ReadonlySet<number>;
  readonly toggle: (position: number) => void;
}

export class EntryRow extends Component<RowProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  override shouldComponentUpdate(next: RowProps, state: { isBroken: boolean }): boolean {
    const { entry, folded, isOpen, isLast, opened } = this.props;
    if (state.isBroken !== this.state.isBroken) return true;
    if (next.entry !== entry || next.isOpen !== isOpen || next.isLast !== isLast) return true;
    if (next.folded.length !== folded.length) return true;
    return next.folded.length > 0 && next.opened !== opened;
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ isBroken: true });
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.props.model.post({ type: 'broken', text: text.slice(0, 4000) });
  }

  override render(props: RowProps, { isBroken }: { isBroken: boolean }): JSX.Element {
    const { entry, folded } = props;
    if (isBroken) return <pre class="broken">{toVisibleText(JSON.stringify(entry.content))}</pre>;
    const nested = entry.parent !== null && entry.content.kind !== 'permission';
    return (
      <div class={nested ? 'nested' : ''}>
        {folded.length > 0 ? <FoldedReads {...props} /> : drawContent(props)}
      </div>
    );
  }
}

function drawContent(props: RowProps): ComponentChildren {
  const { model, entry, isOpen, toggle } = props;
  const { content, position } = entry;
  switch (content.kind) {
    case 'prompt':
      return <Prompt {...props} prompt={content} />;
    case 'text':
      return <Text model={model} entry={entry} text={content.text} />;
    case 'thinking':
      return <Thinking {...props} thinking={content} />;
    case 'tool': {
      const fold = (): void => toggle(position);
      return <ToolRow model={model} entry={entry} tool={content} isOpen={isOpen} toggle={fold} />;
    }
    case 'plan':
      return <Plan plan={content} />;
    case 'permission':
      return <Settled {...props} asked={content} />;
    case 'turnEnded':
      return <TurnEnd {...props} ended={content} />;
    case 'error':
      return <Failure {...props} error={content} />;
    case 'notice':
      return <div class="notice quiet">{toVisibleText(content.text)}</div>;
    case 'turnStarted':
      return <div class="notice quiet">{t('{0} went on by itself', model.opened.agent)}</div>;
  }
}

function FoldedReads({ model, entry, folded, isOpen, opened, toggle }: RowProps): JSX.Element {
  const all = [entry, ...folded];
  return (
    <div class="tool">
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        onClick={() => toggle(entry.position)}
      >
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
        <span class="tool-title">{t('looked at {0} places', all.length)}</span>
      </button>
      {isOpen ? (
        <div class="folded">
          {all.map((one) =>
            one.content.kind === 'tool' ? (
              <ToolRow
                key={one.position}
                model={model}
                entry={one}
                tool={one.content}
                isOpen={opened.has(-one.position)}
                toggle={() => toggle(-one.position)}
              />
            ) : null,
          )}
        </div>
      ) : null}
    </div>
  );
}

function Prompt({
  model,
  entry,
  prompt,
}: RowProps & { readonly prompt: Content<'prompt'> }): JSX.Element {
  const { text, attachments, isSteering } = prompt;
  return (
    <div class={`prompt ${entry.isOpen ? 'sending' : ''}`}>
      {isSteering ? <div class="quiet">{t('while it worked')}</div> : null}
      <Markdown model={model} text={text} isOpen={false} />
      {attachments.length === 0 ? null : (
        <div class="attached">
          {attachments.map(({ name }, index) => (
            <AttachedPicture
              key={index}
              model={model}
              position={entry.position}
              index={index}
              name={name}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface TextProps {
  readonly model: ChatModel;
  readonly entry: Entry;
  readonly text: string;
}

function Text({ model, entry, text }: TextProps): JSX.Element {
  return (
    <div class="text">
      <Markdown model={model} text={text} isOpen={entry.isOpen} />
      <div class="row-actions">
        <IconButton
          icon="copy"
          label={t('Copy as Markdown')}
          act={() => model.post({ type: 'copy', text })}
        />
      </div>
    </div>
  );
}

function Thinking({
  model,
  entry,
  thinking,
  isOpen,
  toggle,
}: RowProps & { readonly thinking: Content<'thinking'> }): JSX.Element {
  const { ms, text } = thinking;
  const long = ms === null ? '' : describeMs(ms);
  const done = long === '' ? t('thought') : t('thought for {0}', long);
  return (
    <div class="thinking">
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        onClick={() => toggle(entry.position)}
      >
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
        <span class="tool-title">{entry.isOpen ? t('thinking…') : done}</span>
      </button>
      {isOpen ? <Markdown model={model} text={text} isOpen={entry.isOpen} /> : null}
    </div>
  );
}

const planIcons = { pending: 'circle-large-outline', inProgress: 'play-circle', completed: 'pass' };

function nameStep(status: keyof typeof planIcons): string {
  if (status === 'inProgress') return t('in progress');
  return status === 'completed' ? t('done') : t('to do');
}

function Plan({ plan }: { readonly plan: Content<'plan'> }): JSX.Element {
  const done = plan.steps.filter(({ status }) => status === 'completed').length;
  return (
    <div class="plan">
      <div class="label">{t('Plan, {0} of {1} done', done, plan.steps.length)}</div>
      <ul>
        {plan.steps.map(({ text, status }, index) => (
          <li key={index} class={status}>
            <Icon name={planIcons[status]} />
            <span class="spoken">{nameStep(status)}</span>
            {toVisibleText(text)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What was asked, where it was asked: one line, with the answer. The card of an open one stands above the composer. */
function Settled({
  model,
  entry,
  asked,
  isOpen,
  toggle,
}: RowProps & { readonly asked: Content<'permission'> }): JSX.Element {
  const { permission } = asked;
  const { icon, said, state } = settledLine(permission, (line) => model.shorten(line));
  return (
    <div class={`settled ${state}`}>
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        onClick={() => toggle(entry.position)}
      >
        <Icon name={icon} />
        <span class="tool-title">{said}</span>
      </button>
      {isOpen ? <pre tabIndex={0}>{toVisibleText(JSON.stringify(permission, null, 2))}</pre> : null}
    </div>
  );
}

function TurnEnd({
  model,
  entry,
  isLast,
  ended,
}: RowProps & { readonly ended: Content<'turnEnded'> }): JSX.Element {
  const { outcome, ms, usage } = ended;
  const { turn } = entry;
  const parts = [describeMs(ms)];
  if (usage !== null) {
    const input = usage.inputTokens + usage.cachedTokens;
    const output = usage.outputTokens;
    if (input + output > 0)
      parts.push(t('{0} in · {1} out', describeCount(input), describeCount(output)));
    parts.push(describeCost(usage.costUsd ?? 0));
  }
  const isGood = outcome === 'completed';
  return (
    <div class={`turn-end ${outcome}`}>
      {isGood ? null : (
        <span class="turn-reason">
          {outcome === 'failed' ? <Icon name="error" /> : null}
          {sayOutcome(model, entry, ended)}
        </span>
      )}
      <span class="quiet">{parts.filter(Boolean).join(' · ')}</span>
      {isGood || !isLast ? null : <TryAgain model={model} />}
      <IconButton
        icon="discard"
        label={t('Restore Files to before This Turn…')}
        act={() => model.post({ type: 'restoreFiles', turn })}
      />
    </div>
  );
}

/** Its reason, unless the agent said the same just above. */
function sayOutcome(
  { journal }: ChatModel,
  { position }: Entry,
  { outcome, reason }: Content<'turnEnded'>,
): string {
  const above = journal.get(position - 1)?.content;
  const isSaid = above?.kind === 'text' && reason !== '' && above.text.includes(reason);
  return (isSaid ? '' : toPlainLine(reason)) || nameOutcome(outcome);
}

function nameOutcome(outcome: Content<'turnEnded'>['outcome']): string {
  if (outcome === 'interrupted') return t('interrupted');
  return outcome === 'failed' ? t('failed') : t('cut off');
}

function TryAgain({ model }: Pick<RowProps, 'model'>): JSX.Element {
  return (
    <button type="button" class="chip" onClick={() => model.post({ type: 'act', what: 'retry' })}>
      {t('Try Again')}
    </button>
  );
}

function Failure({
  model,
  isLast,
  error,
}: RowProps & { readonly error: Content<'error'> }): JSX.Element {
  const { text, fix } = error;
  return (
    <div class="failure" role="note">
      <Icon name="error" />
      <div>
        <div class="failure-text">{showControls(text)}</div>
        {fix === '' ? null : <div>{t('To fix: {0}', showControls(fix))}</div>}
        {isLast ? <TryAgain model={model} /> : null}
      </div>
    </div>
  );
}

/** Code with its colours, and what one does with code: copy it, put it into the file that is open. */
import { Component, Fragment } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import { common, createLowlight } from 'lowlight';
import { showControls } from './controls.ts';
import { IconButton } from './iconButton.tsx';
import type { ChatModel } from './model.ts';
import { t } from './words.ts';

const lowlight = createLowlight(common);
type HighlightNode = ReturnType<typeof lowlight.highlight>['children'][number];

/** More than that is shown without colours: nothing may hold the page up. */
const highlightMax = 60_000;
const highlightOpenMax = 8000;

interface CodeProps {
  readonly text: string;
  readonly language: string;
  readonly isOpen?: boolean;
}

export class Code extends Component<CodeProps> {
  override shouldComponentUpdate(next: CodeProps): boolean {
    return next.text !== this.props.text || next.isOpen !== this.props.isOpen;
  }

  override render({ text, language, isOpen = false }: CodeProps): JSX.Element {
    const isShort = text.length <= (isOpen ? highlightOpenMax : highlightMax);
    const isKnown = language !== '' && lowlight.registered(language);
    const shown = showControls(text);
    return (
      <code>
        {isShort && isKnown ? drawAll(lowlight.highlight(language, shown).children) : shown}
      </code>
    );
  }
}

function drawAll(nodes: readonly HighlightNode[]): ComponentChildren {
  return nodes.map((node, index) => {
    if (node.type === 'text') return node.value;
    if (node.type !== 'element') return null;
    const { className } = node.properties;
    const names = Array.isArray(className)
      ? className.filter((name) => typeof name === 'string')
      : [];
    const children = node.children.filter((child) => child.type !== 'comment');
    return (
      <Fragment key={index}>
        <span class={names.join(' ')}>{drawAll(children)}</span>
      </Fragment>
    );
  });
}

export function CodeBlock({
  model,
  ...code
}: CodeProps & { readonly model: ChatModel }): JSX.Element {
  const { text, language } = code;
  return (
    <div class="code-block">
      <div class="code-head">
        <span class="code-language">{language}</span>
        <IconButton
          icon="copy"
          label={t('Copy Code')}
          act={() => model.post({ type: 'copy', text })}
        />
        <IconButton
          icon="insert"
          label={t('Insert at Cursor')}
          act={() => model.post({ type: 'insert', text })}
        />
      </div>
      <pre tabIndex={0}>
        <Code {...code} />
      </pre>
    </div>
  );
}

/** Markdown as elements. Nothing is ever set as HTML; an address is only told to the editor when it is clicked. */
import { Component } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import type { Block, Blocks, Node } from './blocks.ts';
import { toBlocks, toTree } from './blocks.ts';
import { CodeBlock } from './codeBlock.tsx';
import { showControls } from './controls.ts';
import { Picture } from './picture.tsx';
import type { ChatModel } from './model.ts';
import { isPlainKey } from './keys.ts';

interface MarkdownProps {
  readonly model: ChatModel;
  readonly text: string;
  readonly isOpen: boolean;
}

/** Keeps the blocks of the text before: while it grows only the last one is drawn anew. */
export class Markdown extends Component<MarkdownProps> {
  #blocks: Blocks | undefined;

  override shouldComponentUpdate(next: MarkdownProps): boolean {
    return next.text !== this.props.text || next.isOpen !== this.props.isOpen;
  }

  override render({ model, text, isOpen }: MarkdownProps): JSX.Element {
    this.#blocks = toBlocks(text, this.#blocks);
    const { blocks } = this.#blocks;
    return (
      <div class="markdown">
        {blocks.map((block, index) => (
          <BlockView
            key={index}
            model={model}
            block={block}
            isGrowing={isOpen && index === blocks.length - 1}
          />
        ))}
      </div>
    );
  }
}

interface BlockProps {
  readonly model: ChatModel;
  readonly block: Block;
  readonly isGrowing: boolean;
}

class BlockView extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    const { block, isGrowing } = this.props;
    return next.block.source !== block.source || next.isGrowing !== isGrowing;
  }

  override render({ model, block, isGrowing }: BlockProps): JSX.Element {
    return <>{drawAll(toTree(block.source), { model, isGrowing })}</>;
  }
}

interface Drawing {
  readonly model: ChatModel;
  readonly isGrowing: boolean;
}

function drawAll(nodes: readonly Node[], drawing: Drawing): ComponentChildren {
  return nodes.map((node) => draw(node, drawing));
}

function draw(node: Node, drawing: Drawing): ComponentChildren {
  const { model, isGrowing } = drawing;
  switch (node.kind) {
    case 'text':
      return showControls(node.text);
    case 'code':
      return <CodeSpan model={model} text={node.text} />;
    case 'fence':
      return (
        <CodeBlock model={model} text={node.text} language={node.language} isOpen={isGrowing} />
      );
    case 'image':
      return <Picture model={model} address={node.address} text={node.text} />;
    case 'link':
      return (
        <Link model={model} address={node.address}>
          {drawAll(node.children, drawing)}
        </Link>
      );
    case 'list':
      return <ol start={node.start}>{drawAll(node.children, drawing)}</ol>;
    case 'element':
      return drawElement(node, drawing);
  }
}

function drawElement(
  { tag: Tag, align, children }: Extract<Node, { kind: 'element' }>,
  drawing: Drawing,
): ComponentChildren {
  if (Tag === 'br') return <br />;
  if (Tag === 'hr') return <hr />;
  const drawn = drawAll(children, drawing);
  if (Tag === 'table')
    return (
      <div class="table-frame" tabIndex={0}>
        <table>{drawn}</table>
      </div>
    );
  return align === undefined ? <Tag>{drawn}</Tag> : <Tag class={`align-${align}`}>{drawn}</Tag>;
}

interface LinkProps {
  readonly model: ChatModel;
  readonly address: string;
  readonly children: ComponentChildren;
}

/** Has no address that a browser would follow. */
function Link({ model, address, children }: LinkProps): JSX.Element {
  const open = (): void => model.post({ type: 'openLink', address: address.slice(0, 8192) });
  return (
    <a
      role="link"
      tabIndex={0}
      title={showControls(address)}
      onClick={open}
      onKeyDown={(event) => {
        if (isPlainKey(event, 'Enter')) open();
      }}
    >
      {children}
    </a>
  );
}

const place = /^(?:\.{0,2}\/)?[\w@.-]+(?:\/[\w@.-]+)*\.\w{1,8}(?::\d+(?::\d+)?)?$/;

/** A code span that names a file opens it. */
function CodeSpan({
  model,
  text,
}: {
  readonly model: ChatModel;
  readonly text: string;
}): JSX.Element {
  const shown = showControls(text);
  if (!place.test(text) || !/[/:]/.test(text)) return <code>{shown}</code>;
  return (
    <Link model={model} address={text}>
      <code>{shown}</code>
    </Link>
  );
}

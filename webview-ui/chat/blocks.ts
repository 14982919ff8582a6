/**
 * Markdown as blocks, and a block as a tree. HTML in it is text, addresses are checked by the library, and the tree knows
 * a closed list of elements: what an agent writes cannot become anything else. Knows no document.
 */
import MarkdownIt from 'markdown-it';

/** `text` is a leaf; `code`, `link` and `image` carry what they need. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'element';
      readonly tag: Tag;
      readonly children: readonly Node[];
      readonly align?: Align;
    }
  | { readonly kind: 'link'; readonly address: string; readonly children: readonly Node[] }
  | { readonly kind: 'image'; readonly address: string; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'fence'; readonly text: string; readonly language: string }
  | { readonly kind: 'list'; readonly start: number; readonly children: readonly Node[] };

const tags = [
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'li', 'blockquote', 'hr', 'br'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'em', 'strong', 's'],
] as const;
export type Tag =
  | 'p'
  | 'h1'
  | 'h2'
  | 'h3'
  | 'h4'
  | 'h5'
  | 'h6'
  | 'ul'
  | 'li'
  | 'blockquote'
  | 'hr'
  | 'br'
  | 'table'
  | 'thead'
  | 'tbody'
  | 'tr'
  | 'th'
  | 'td'
  | 'em'
  | 'strong'
  | 's';
type Align = 'left' | 'center' | 'right';

/** A top-level piece of a text: drawn anew only when its source changes. */
export interface Block {
  readonly source: string;
}

export interface Blocks {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Where the last block begins: what is appended can change that one and no other. */
  readonly lastAt: number;
}

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
type Token = ReturnType<typeof markdown.parse>[number];

markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
/** `file.ts:12` is a place in a file. */
const scheme = /^([a-z][a-z0-9+.-]*):(?!\d+(?::\d+)?$)/i;
const schemes = ['http', 'https', 'mailto', 'file'];
markdown.validateLink = (address) => {
  const found = scheme.exec(address.trim())?.[1];
  return found === undefined || schemes.includes(found.toLowerCase());
};

const noBlocks: Blocks = { text: '', blocks: [], lastAt: 0 };

/** `before`: of a text that this one may go on from. */
export function toBlocks(text: string, before: Blocks = noBlocks): Blocks {
  if (text === before.text) return before;
  const goesOn = before.blocks.length > 0 && text.startsWith(before.text);
  const from = goesOn ? before.lastAt : 0;
  const tail = split(text.slice(from));
  const kept = goesOn ? before.blocks.slice(0, -1) : [];
  const lastAt = from + (tail.starts.at(-1) ?? 0);
  return { text, blocks: [...kept, ...tail.blocks], lastAt };
}

function split(text: string): { blocks: Block[]; starts: number[] } {
  const offsets = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) offsets.push(at + 1);
  const blocks: Block[] = [];
  const starts: number[] = [];
  for (const { level, nesting, map } of markdown.parse(text, {})) {
    if (level !== 0 || nesting < 0 || map === null) continue;
    const start = offsets[map[0]] ?? 0;
    const end = offsets[map[1]] ?? text.length;
    blocks.push({ source: text.slice(start, end) });
    starts.push(start);
  }
  return { blocks, starts };
}

/** The tree of one block, or of a whole text. */
export function toTree(source: string): readonly Node[] {
  return new TreeBuilder().build(markdown.parse(source, {}));
}

interface Open {
  readonly make: (children: readonly Node[]) => Node;
  readonly children: Node[];
}

class TreeBuilder {
  readonly #root: Node[] = [];
  readonly #open: Open[] = [];

  build(tokens: readonly Token[]): readonly Node[] {
    for (const token of tokens) this.#take(token);
    while (this.#open.length > 0) this.#close();
    return this.#root;
  }

  #take(token: Token): void {
    if (token.hidden) return;
    if (token.type === 'inline') {
      for (const child of token.children ?? []) this.#take(child);
    } else if (token.nesting > 0) this.#open.push({ make: makerOf(token), children: [] });
    else if (token.nesting < 0) this.#close();
    else this.#add(leafOf(token));
  }

  #close(): void {
    const open = this.#open.pop();
    if (open !== undefined) this.#add(open.make(open.children));
  }

  #add(node: Node): void {
    (this.#open.at(-1)?.children ?? this.#root).push(node);
  }
}

function makerOf(token: Token): Open['make'] {
  if (token.type === 'link_open') {
    const address = String(token.attrGet('href') ?? '');
    return (children) => ({ kind: 'link', address, children });
  }
  if (token.type === 'ordered_list_open') {
    const start = Number(token.attrGet('start') ?? 1);
    return (children) => ({ kind: 'list', start, children });
  }
  const tag = tags.find((one) => one === token.tag) ?? 'p';
  const align = /text-align:(left|center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return (children) =>
    align === undefined
      ? { kind: 'element', tag, children }
      : { kind: 'element', tag, children, align: align as Align };
}

function leafOf(token: Token): Node {
  switch (token.type) {
    case 'code_inline':
      return { kind: 'code', text: token.content };
    case 'fence':
    case 'code_block':
      return {
        kind: 'fence',
        text: token.content.replace(/\n$/, ''),
        language: languageOf(token.info),
      };
    case 'image':
      return { kind: 'image', address: String(token.attrGet('src') ?? ''), text: token.content };
    case 'hardbreak':
      return { kind: 'element', tag: 'br', children: [] };
    case 'softbreak':
      return { kind: 'text', text: '\n' };
    case 'hr':
      return { kind: 'element', tag: 'hr', children: [] };
    default:
      return { kind: 'text', text: token.content };
  }
}

function languageOf(info: string): string {
  return /^[\w+#.-]{1,32}/.exec(info.trim())?.[0] ?? '';
}

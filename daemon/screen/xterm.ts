/** The inside of @xterm/headless 6.0.0 that its face does not show: every private name that we rely on stands here. */
import * as namespace from '@xterm/headless';
import type { TerminalSize } from '../../protocol/wire/mark.ts';

/** Node shows a CommonJS module as `default`, a bundle as the namespace itself. */
const { Terminal } =
  (namespace as typeof namespace & { default?: typeof namespace }).default ?? namespace;

export interface Extended {
  /** Colour in the low 26 bits, style in bits 26-28; the getter `underlineStyle` says 5 for every link. */
  readonly _ext: number;
  readonly urlId: number;
}

/** Colours and flags as xterm packs them; `extended` counts only with its flag in `bg`. */
export interface Attributes {
  fg: number;
  bg: number;
  extended: Extended;
}

export interface Cell extends Attributes {
  /** Code point in the low 21 bits, bit 21: `combinedData` instead, width above. */
  content: number;
  combinedData: string;
}

export interface Line {
  isWrapped: boolean;
  readonly length: number;
  loadCell(column: number, cell: Cell): Cell;
  translateToString(trimRight: boolean): string;
  resize(columns: number, fill: Cell): unknown;
  setCellFromCodepoint(
    column: number,
    codePoint: number,
    ...rest: [width: number, attributes: Attributes]
  ): void;
}

/** One of the many objects that stand for a character set; undefined is ASCII. */
export type Charset = object | undefined;

export interface ScreenBuffer {
  readonly lines: {
    readonly length: number;
    maxLength: number;
    get(index: number): Line | undefined;
    trimStart(count: number): void;
  };
  ybase: number;
  ydisp: number;
  x: number;
  y: number;
  scrollTop: number;
  scrollBottom: number;
  readonly tabs: Readonly<Record<number, boolean | undefined>>;
  savedX: number;
  /** Absolute, scrollback included. */
  savedY: number;
  savedCurAttrData: Attributes;
  savedCharset: Charset;
}

export interface SequenceId {
  readonly prefix?: string;
  readonly intermediates?: string;
  readonly final: string;
}

interface Parameters {
  readonly length: number;
  readonly params: number[];
}

interface InputHandler {
  parse(bytes: Uint8Array): unknown;
  registerCsiHandler(id: SequenceId, handler: (parameters: Parameters) => boolean): unknown;
  registerEscHandler(id: SequenceId, handler: () => boolean): unknown;
  registerOscHandler(command: number, handler: (text: string) => boolean): unknown;
  carriageReturn(): boolean;
  readonly _parser: {
    readonly currentState: number;
    readonly precedingJoinState: number;
    setExecuteHandler(control: string, handler: () => boolean): void;
  };
  readonly _utf8Decoder: { readonly interim: Uint8Array };
  readonly _curAttrData: Attributes;
  readonly _windowTitle: string;
  readonly _iconName: string;
  readonly _windowTitleStack: readonly string[];
  readonly _iconNameStack: readonly string[];
}

/** `_core` of a terminal. */
export interface Core {
  readonly cols: number;
  readonly rows: number;
  readonly buffers: {
    readonly active: ScreenBuffer;
    readonly normal: ScreenBuffer;
    readonly alt: ScreenBuffer;
  };
  readonly coreService: {
    /** What the terminal says: answers to queries. */
    readonly onData: (listener: (text: string) => void) => { dispose(): void };
    readonly isCursorHidden: boolean;
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean;
      readonly applicationKeypad: boolean;
      readonly bracketedPasteMode: boolean;
      readonly cursorBlink: boolean | undefined;
      readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined;
      readonly origin: boolean;
      readonly reverseWraparound: boolean;
      readonly sendFocus: boolean;
      readonly synchronizedOutput: boolean;
      readonly wraparound: boolean;
    };
  };
  readonly coreMouseService: { readonly activeProtocol: string; readonly activeEncoding: string };
  readonly optionsService: {
    readonly rawOptions: { readonly convertEol: boolean; readonly cursorBlink: boolean };
  };
  readonly _charsetService: {
    readonly charset: Charset;
    readonly glevel: number;
    readonly _charsets: readonly Charset[];
  };
  readonly _oscLinkService: {
    getLinkData(id: number): { readonly id?: string; readonly uri: string } | undefined;
  };
  readonly _inputHandler: InputHandler;
  readonly unicodeService: {
    register(provider: WidthProvider): void;
    activeVersion: string;
    readonly _activeProvider: WidthProvider;
  };
}

/** Widths of code points; the packed result is xterm's. */
export interface WidthProvider {
  readonly version: string;
  wcwidth(codePoint: number): 0 | 1 | 2;
  charProperties(codePoint: number, preceding: number): number;
}

export interface OpenTerminal {
  readonly core: Core;
  resize(size: TerminalSize): void;
  dispose(): void;
}

/** A terminal without a screen, its reset state. What it answers is lost unless somebody listens. */
export function openTerminal(size: TerminalSize, scrollback: number): OpenTerminal {
  const terminal = new Terminal({
    ...size,
    scrollback,
    allowProposedApi: true,
    logLevel: 'off',
    windowOptions: { pushTitle: true, popTitle: true },
  });
  const { _core: core } = terminal as unknown as { readonly _core: Core };
  return {
    core,
    resize: ({ cols, rows }) => terminal.resize(cols, rows),
    dispose: () => terminal.dispose(),
  };
}

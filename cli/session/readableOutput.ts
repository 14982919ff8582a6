import { toVisibleText } from '../../protocol/wire/printable.ts';

type State = 'ground' | 'escape' | 'designation' | 'control' | 'string' | 'stringEscape';

const maxParameters = 64;
/** What opens a string (DCS, SOS, OSC, PM, APC) after ESC, and as one character. */
const stringStarts = new Set(['P', 'X', ']', '^', '_']);
const stringStarts8 = new Set(['\u0090', '\u0098', '\u009d', '\u009e', '\u009f']);

/**
 * Kept output for a person's terminal: its text, lines and colours. A replay must not ask the terminal anything, because
 * the answers would be typed at the prompt, nor write its clipboard, its title or over what stands on the screen.
 */
export class ReadableOutput {
  readonly #decoder = new TextDecoder();
  #state: State = 'ground';
  #parameters = '';
  #hasReturn = false;
  #text = '';
  #done = '';

  /** What may be shown of these bytes; they may be cut anywhere. */
  push(bytes: Uint8Array): string {
    for (const character of this.#decoder.decode(bytes, { stream: true })) this.#step(character);
    return this.#take();
  }

  /** Ends the text and its colours. */
  end(): string {
    return `${this.#take()}\u001b[m`;
  }

  #take(): string {
    const shown = this.#done + toVisibleText(this.#text);
    this.#done = '';
    this.#text = '';
    return shown;
  }

  #step(character: string): void {
    if (character === '\u0018' || character === '\u001a') this.#state = 'ground';
    else if (this.#state === 'string') this.#stepString(character);
    else if (character === '\u001b') this.#state = 'escape';
    else if (this.#state === 'ground') this.#stepGround(character);
    else if (this.#state === 'control') this.#stepControl(character);
    else this.#stepEscape(character);
  }

  #stepString(character: string): void {
    if (character === '\u0007' || character === '\u009c') this.#state = 'ground';
    else if (character === '\u001b') this.#state = 'stringEscape';
  }

  #stepEscape(character: string): void {
    if (character >= ' ' && character <= '/') this.#state = 'designation';
    else if (this.#state === 'designation') this.#state = 'ground';
    else if (character === '[') this.#beginControl();
    else if (stringStarts.has(character)) this.#state = 'string';
    else this.#state = 'ground';
  }

  #stepGround(character: string): void {
    if (character === '\u009b') return this.#beginControl();
    if (stringStarts8.has(character)) this.#state = 'string';
    else if (character === '\r') this.#hasReturn = true;
    else if (character === '\n' || character === '\t' || !isControl(character))
      this.#show(character);
  }

  #beginControl(): void {
    this.#state = 'control';
    this.#parameters = '';
  }

  #stepControl(character: string): void {
    if (character >= '@' && character <= '~') {
      this.#state = 'ground';
      if (character === 'm' && /^[\d;:]{0,64}$/.test(this.#parameters)) this.#color();
    } else if (this.#parameters.length <= maxParameters) this.#parameters += character;
  }

  #color(): void {
    this.#done = `${this.#take()}\u001b[${this.#parameters}m`;
  }

  /** What a lone return would write over begins a line of its own. */
  #show(character: string): void {
    if (this.#hasReturn && character !== '\n') this.#text += '\n';
    this.#hasReturn = false;
    this.#text += character;
  }
}

function isControl(character: string): boolean {
  return character < ' ' || (character >= '\u007f' && character <= '\u009f');
}

import type { Core } from './xterm.ts';

/** What programs turn on that xterm does not know or does not keep. */
export interface Tracked {
  /** Private modes unknown to xterm, as last set. */
  readonly modes: ReadonlyMap<number, boolean>;
  /** `CSI > resource ; value m`: modifyOtherKeys and its siblings. */
  readonly keyResources: ReadonlyMap<number, number>;
  readonly keyboards: { readonly main: Keyboard; readonly alternate: Keyboard };
  /** Number and arguments of the OSC that sets a colour → its value. */
  readonly colors: ReadonlyMap<string, string>;
}

/** The kitty keyboard protocol keeps one stack of flags per screen. */
export interface Keyboard {
  /** What a program's own flags replace, oldest first. */
  readonly stack: readonly number[];
  readonly flags: number;
}

const knownModes = new Set([
  1, 2, 3, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048, 1049, 2004,
  2026,
]);
/** A hostile program may name thousands; the rest of the screen still has to fit. */
const modesMax = 64;
const keyboardStackMax = 16;
const colorsMax = 300;
const color = /^(?:#[0-9a-f]{3,12}|rgb:[0-9a-f]{1,4}(?:\/[0-9a-f]{1,4}){2})$/i;
const noKeyboard: Keyboard = { stack: [], flags: 0 };

/** Listens to the parser of a terminal, so that both always agree about where a sequence begins and ends. */
export class Tracker implements Tracked {
  readonly modes = new Map<number, boolean>();
  readonly keyResources = new Map<number, number>();
  readonly keyboards = { main: noKeyboard, alternate: noKeyboard };
  readonly colors = new Map<string, string>();
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
    const { _inputHandler: input } = core;
    for (const final of ['h', 'l'] as const) {
      input.registerCsiHandler({ prefix: '?', final }, ({ params, length }) =>
        this.#setModes(params.slice(0, length), final === 'h'),
      );
    }
    input.registerCsiHandler({ prefix: '>', final: 'm' }, ({ params, length }) =>
      this.#setKeyResource(params.slice(0, length)),
    );
    input.registerCsiHandler({ prefix: '>', final: 'n' }, ({ params }) => {
      this.keyResources.delete(params[0] ?? 0);
      return true;
    });
    for (const prefix of ['>', '<', '='] as const) {
      input.registerCsiHandler({ prefix, final: 'u' }, ({ params, length }) =>
        this.#changeKeyboard(prefix, length > 1 ? params : [params[0] ?? 0]),
      );
    }
    input.registerEscHandler({ final: 'c' }, () => this.#reset());
    this.#listenToColors();
  }

  #setModes(numbers: readonly number[], isSet: boolean): boolean {
    for (const number of numbers) {
      if (knownModes.has(number)) continue;
      this.modes.delete(number);
      this.modes.set(number, isSet);
      const [oldest] = this.modes.keys();
      if (this.modes.size > modesMax && oldest !== undefined) this.modes.delete(oldest);
    }
    return false;
  }

  #setKeyResource([resource = 0, value]: readonly number[]): boolean {
    if (value === undefined) this.keyResources.delete(resource);
    else if (resource < 8) this.keyResources.set(resource, value);
    return true;
  }

  get #keyboard(): 'main' | 'alternate' {
    const { active, alt } = this.#core.buffers;
    return active === alt ? 'alternate' : 'main';
  }

  #changeKeyboard(prefix: '>' | '<' | '=', [first = 0, how = 1]: readonly number[]): boolean {
    const which = this.#keyboard;
    const { stack, flags } = this.keyboards[which];
    if (prefix === '>') {
      const pushed = [...stack, flags].slice(-keyboardStackMax);
      this.keyboards[which] = { stack: pushed, flags: first };
    } else if (prefix === '<') {
      const kept = Math.max(0, stack.length - Math.max(1, first));
      this.keyboards[which] = { stack: stack.slice(0, kept), flags: stack[kept] ?? 0 };
    } else {
      const merged = how === 2 ? flags | first : how === 3 ? flags & ~first : first;
      this.keyboards[which] = { stack, flags: merged };
    }
    return true;
  }

  #reset(): boolean {
    this.modes.clear();
    this.keyResources.clear();
    this.keyboards.main = noKeyboard;
    this.keyboards.alternate = noKeyboard;
    return false;
  }

  #listenToColors(): void {
    const { _inputHandler: input } = this.#core;
    input.registerOscHandler(4, (text) => {
      const slots = text.split(';');
      for (let at = 0; at + 1 < slots.length; at += 2) {
        const index = Number(slots[at]);
        if (Number.isInteger(index) && index >= 0 && index < 256) {
          this.#setColor(`4;${index}`, slots[at + 1] ?? '');
        }
      }
      return false;
    });
    for (const first of [10, 11, 12]) {
      input.registerOscHandler(first, (text) => {
        const slots = text.split(';').slice(0, 13 - first);
        for (const [offset, value] of slots.entries()) this.#setColor(`${first + offset}`, value);
        return false;
      });
      input.registerOscHandler(first + 100, () => {
        this.colors.delete(`${first}`);
        return false;
      });
    }
    input.registerOscHandler(104, (text) => {
      const indexes =
        text === '' ? Array.from({ length: 256 }, (_, at) => `${at}`) : text.split(';');
      for (const index of indexes) this.colors.delete(`4;${index}`);
      return false;
    });
  }

  #setColor(key: string, value: string): void {
    if (color.test(value) && (this.colors.has(key) || this.colors.size < colorsMax)) {
      this.colors.set(key, value);
    }
  }
}

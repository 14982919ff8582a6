/** Tells a screen reader what happened, one thing after the other. */
const pauseMs = 400;

export class Announcer {
  readonly #region: HTMLElement;
  readonly #waiting: string[] = [];
  #timer: number | undefined;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  say(text: string): void {
    if (text === '') return;
    this.#waiting.push(text);
    // Who missed that much hears the newest.
    if (this.#waiting.length > 5) this.#waiting.shift();
    this.#timer ??= setTimeout(() => this.#next(), 0);
  }

  #next(): void {
    const text = this.#waiting.shift();
    if (text === undefined) {
      this.#timer = undefined;
      return;
    }
    this.#region.textContent = text;
    this.#timer = setTimeout(() => this.#next(), pauseMs);
  }
}

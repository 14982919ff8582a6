/** Tells a screen reader what happened, one thing after the other. */
const pauseMs = 400;

export class Announcer {
  readonly #region: HTMLElement;
  readonly #waiting: string[] = [];
  #isSpeaking = false;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  say(text: string): void {
    if (text === '') return;
    this.#waiting.push(text);
    // Who missed that much hears the newest.
    if (this.#waiting.length > 5) this.#waiting.shift();
    if (this.#isSpeaking) return;
    this.#isSpeaking = true;
    setTimeout(() => this.#next());
  }

  #next(): void {
    const text = this.#waiting.shift();
    if (text === undefined) {
      this.#isSpeaking = false;
      return;
    }
    this.#region.textContent = text;
    setTimeout(() => this.#next(), pauseMs);
  }
}
